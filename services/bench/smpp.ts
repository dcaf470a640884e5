import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type { SmsConfig } from '../../channels/sms/config.ts'
import { sms } from '../../channels/sms/index.ts'
import type { SmsContent } from '../../channels/sms/render.ts'
import type { ClientWorld, Side } from './client-sides.ts'
import { inParallel } from './client-sides.ts'
import type { ClientBenchOptions } from './clients.ts'
import { benchClients } from './clients.ts'
import type { BenchReport } from './report.ts'

/** The package as its own documentation uses it; it has no types. */
interface BareSession {
  socket: Socket
  bind_transceiver(fields: Record<string, unknown>, done: (pdu: BarePdu) => void): void
  submit_sm(fields: Record<string, unknown>, done: (pdu: BarePdu) => void): boolean
  on(event: 'error', listener: (error: Error) => void): void
  destroy(): void
}
interface BarePdu {
  command_status: number
}
const library = createRequire(import.meta.url)('smpp') as {
  connect(options: { host: string; port: number }, connected: () => void): BareSession
}

/** A contract of some size, as a province would have it. */
const settings = { LOA_SMS_VENDORS: 'smpp', LOA_SMS_SMPP_BINDS: '2', LOA_SMS_SMPP_WINDOW: '50' }

/** The SMS channel over SMPP beside the package `smpp` with the same binds and windows. */
export async function benchSmpp(options: ClientBenchOptions): Promise<BenchReport> {
  const faults = { rules: [{ kind: 'sms.no-receipt' as const }] }
  return await benchClients<SmsConfig, SmsContent>(
    { name: 'smpp', channel: sms, total: 'sms', settings, faults, bare },
    options,
  )
}

async function bare({ config, content }: ClientWorld<SmsConfig, SmsContent>): Promise<Side> {
  if (!config.smpp) throw new Error('the simulator does not say where its message centre is')
  const { host, port, systemId, password, from, binds, window } = config.smpp
  const sessions = await Promise.all(
    Array.from({ length: binds }, () => bound({ host, port }, { system_id: systemId, password })),
  )
  const submit = (session: BareSession, to: string) =>
    new Promise<boolean>(resolve => {
      const fields = {
        source_addr_ton: 5,
        source_addr: from,
        dest_addr_ton: 1,
        dest_addr_npi: 1,
        destination_addr: to.replace(/^\+/, ''),
        data_coding: 0,
        short_message: content.text,
        registered_delivery: 1,
      }
      session.submit_sm(fields, pdu => resolve(pdu.command_status === 0))
    })
  return {
    send: async targets => {
      // Each bind takes what comes next as soon as there is room in its window.
      const source = targets.values()
      const counts = await Promise.all(
        sessions.map(session => inParallel(source, window, target => submit(session, target.address))),
      )
      return counts.reduce((a, b) => a + b, 0)
    },
    close: async () => {
      for (const session of sessions) session.destroy()
    },
  }
}

function bound(
  address: { host: string; port: number },
  account: { system_id: string; password: string },
): Promise<BareSession> {
  return new Promise((resolve, reject) => {
    const session = library.connect(address, () => {
      session.bind_transceiver({ ...account, interface_version: 0x34 }, pdu => {
        if (pdu.command_status === 0) resolve(session)
        else reject(new Error(`the message centre refuses the bind with ${pdu.command_status}`))
      })
    })
    session.socket.setNoDelay(true)
    session.on('error', reject)
  })
}
