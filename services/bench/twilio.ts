import { Agent } from 'node:http'
import twilio from 'twilio'
import type { SmsConfig } from '../../channels/sms/config.ts'
import { sms } from '../../channels/sms/index.ts'
import type { SmsContent } from '../../channels/sms/render.ts'
import type { ClientWorld, Side } from './client-sides.ts'
import { inParallel, lanes } from './client-sides.ts'
import type { ClientBenchOptions } from './clients.ts'
import { benchClients } from './clients.ts'
import type { BenchReport } from './report.ts'

/** The SMS channel beside Twilio's own client, as its documentation has it, on connections that are kept open. */
export async function benchTwilio(options: ClientBenchOptions): Promise<BenchReport> {
  return await benchClients<SmsConfig, SmsContent>(
    { name: 'twilio', channel: sms, total: 'sms', faults: { rules: [{ kind: 'sms.no-receipt' }] }, bare },
    options,
  )
}

async function bare({ config, content, publicUrl }: ClientWorld<SmsConfig, SmsContent>): Promise<Side> {
  const { concurrency } = config
  if (!config.twilio) throw new Error('the simulator does not say where its Twilio side is')
  const { accountSid, authToken, baseUrl = '', from: sender } = config.twilio
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const httpClient = new twilio.RequestClient({ keepAlive: true })
  // The client has no setting for another host; the requests themselves stay its own.
  httpClient.axios.interceptors.request.use(request => {
    const { pathname, search } = new URL(request.url ?? '')
    return Object.assign(request, { url: `${baseUrl}${pathname}${search}` })
  })
  httpClient.axios.defaults.httpAgent = agent
  const client = twilio(accountSid, authToken, { httpClient })
  const from = 'sender' in sender ? sender.sender : sender.messagingServiceSid
  return {
    send: targets =>
      inParallel(targets, lanes * concurrency, async target => {
        const statusCallback = `${publicUrl}/receipts/sms?v=twilio&d=1&t=${target.id}`
        const message = await client.messages.create({ to: target.address, body: content.text, from, statusCallback })
        return message.sid.startsWith('SM')
      }),
    close: async () => agent.destroy(),
  }
}
