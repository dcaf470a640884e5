import { once } from 'node:events'
import type { Simulator } from '../../../services/simulator/index.ts'
import { type SmppPdu, type SmppSession, smpp } from '../../../services/simulator/smpp-library.ts'

/** A client as a sender would have one; every request waits for its answer. */
export interface SmppClient {
  session: SmppSession
  /** Receipts in the order in which they came. */
  receipts: SmppPdu[]
  /** How receipts are answered; 0 unless changed, undefined for not at all. */
  acknowledge: { status: number | undefined }
  request(command: string, fields?: Record<string, unknown>): Promise<SmppPdu>
  submit(fields: Record<string, unknown>): Promise<SmppPdu>
  /** Resolves when so many receipts have come. */
  receiptsCame(count: number): Promise<void>
  closed: Promise<void>
}

const open = new Set<SmppSession>()

/** Ends what a test has left open. */
export function closeClients(): void {
  for (const session of open) session.destroy()
  open.clear()
}

/**
 * @param command which bind is made, or null for none
 * @param acknowledgeWith how receipts are answered from the first on
 */
export async function connect(
  simulator: Simulator,
  command: string | null = 'bind_transceiver',
  acknowledgeWith: number | undefined = 0,
): Promise<SmppClient> {
  const session = smpp.connect({ host: simulator.smppHost, port: simulator.smppPort })
  open.add(session)
  const receipts: SmppPdu[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const acknowledge: SmppClient['acknowledge'] = { status: acknowledgeWith }
  session.on('error', () => session.destroy())
  session.on('pdu', pdu => {
    if (pdu.command !== 'deliver_sm') return
    receipts.push(pdu)
    if (acknowledge.status !== undefined) session.send(pdu.response({ command_status: acknowledge.status }))
    for (const { count, resolve } of waiting) if (receipts.length >= count) resolve()
  })
  const closed = new Promise<void>(resolve => session.on('close', resolve))
  await once(session.socket, 'connect')
  const request = (name: string, given: Record<string, unknown> = {}) =>
    new Promise<SmppPdu>((resolve, reject) => {
      void closed.then(() => reject(new Error('the line was cut')))
      session.send(new smpp.PDU(name, given), resolve)
    })
  const client: SmppClient = {
    session,
    receipts,
    acknowledge,
    closed,
    request,
    submit: given => request('submit_sm', { ...submission, ...given }),
    receiptsCame: count =>
      receipts.length >= count ? Promise.resolve() : new Promise(resolve => waiting.push({ count, resolve })),
  }
  if (command !== null) {
    const { smppSystemId: system_id, smppPassword: password } = simulator.credentials
    const bound = await request(command, { system_id, password, interface_version: 0x34 })
    if (bound.command_status !== 0) throw new Error(`bind answered ${bound.command_status}`)
  }
  return client
}

const submission = {
  source_addr_ton: 5,
  source_addr: 'LOA DEMO',
  dest_addr_ton: 1,
  dest_addr_npi: 1,
  destination_addr: '84912345678',
  registered_delivery: 1,
  data_coding: 0,
  short_message: Buffer.from('Thong bao', 'latin1'),
}

/** UTF-16 in network order, made without the library. */
export function ucs2(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}

/** The fields of a long message's part: header with an 8-bit reference. */
export function partOf(reference: number, total: number, number: number, text: Buffer): Record<string, unknown> {
  return {
    esm_class: 0x40,
    data_coding: 8,
    short_message: Buffer.concat([Buffer.from([5, 0, 3, reference, total, number]), text]),
  }
}
