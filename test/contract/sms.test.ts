import { createHmac } from 'node:crypto'
import type { Batch, ReceiptRequest, Target } from '../../channels/contract.ts'
import { sms } from '../../channels/sms/index.ts'
import type { SmsContent } from '../../channels/sms/render.ts'
import { twilioSignature } from '../../services/simulator/callbacks.ts'
import type { FaultKind } from '../../services/simulator/faults.ts'
import { type Simulator, simulatorEnv, startSimulator } from '../../services/simulator/index.ts'
import { type ContractWorld, describeChannel } from './suite.ts'

/** Nobody listens there: callbacks are tried and given up while the test goes on. */
const publicUrl = 'http://127.0.0.1:9'
const address = (id: string) => `+8491200${id}`

/** What is special about one vendor; everything else is the same world for all. */
interface VendorWorld {
  values: Record<string, string>
  /** Which fault of the simulator brings an outcome about. */
  faults: Record<'rejected' | 'retry' | 'unknown', FaultKind>
  receipts?: (simulator: Simulator) => NonNullable<ContractWorld<SmsContent>['receipts']>
  secrets: (simulator: Simulator) => string[]
}

async function startWorld(vendor: VendorWorld): Promise<ContractWorld<SmsContent>> {
  const simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: { sentAfterMs: 1, deliveredAfterMs: 2 } })
  const hit = (kind: FaultKind) => (target: { id: string }) => {
    const { rules, sentAfterMs, deliveredAfterMs } = simulator.faults.settings()
    const rule = { kind, pattern: address(target.id) }
    simulator.setFaults({ sentAfterMs, deliveredAfterMs, rules: [...rules, rule] })
  }
  const printed = Object.entries(simulatorEnv(simulator)).flatMap(([name, value]) =>
    name.startsWith('LOA_SMS_') ? [[name.slice('LOA_SMS_'.length), value]] : [],
  )
  return {
    values: { ...Object.fromEntries(printed), CONCURRENCY: '8', TIMEOUT_MS: '2000', ...vendor.values },
    deps: { publicUrl, news: { record: async () => undefined } },
    targets: count =>
      Array.from({ length: count }, (_, i) => ({
        id: String(1000 + i),
        address: address(String(1000 + i)),
        fullName: `Trần Văn Thử ${1000 + i}`,
      })),
    reach: {
      accepted: () => {},
      rejected: hit(vendor.faults.rejected),
      retry: hit(vendor.faults.retry),
      unknown: hit(vendor.faults.unknown),
    },
    received: async () => [...simulator.record.sms.newest()].map(m => ({ to: m.to, text: m.body.text })),
    expectedText: content => content.text,
    ...(vendor.receipts && { receipts: vendor.receipts(simulator) }),
    secrets: vendor.secrets(simulator),
    close: () => simulator.close(),
  }
}

describeChannel('sms through twilio', {
  channel: sms,
  demoMark: /THỬ NGHIỆM/,
  start: () =>
    startWorld({
      values: { PRICE_DONG: '850' },
      faults: { rejected: 'sms.invalid-number', retry: 'sms.too-many', unknown: 'sms.drop-after' },
      receipts({ credentials: { accountSid, authToken } }) {
        const genuine = (batch: Batch<SmsContent>, target: Target, ref: string): ReceiptRequest => {
          const query = { v: 'twilio', d: batch.dispatchId, t: target.id }
          const url = `${publicUrl}/receipts/sms?${new URLSearchParams(query)}`
          const to = 'address' in target ? target.address : ''
          const sid = ref.replace('twilio:', '')
          const body = { AccountSid: accountSid, MessageSid: sid, MessageStatus: 'delivered', To: to }
          return {
            method: 'POST',
            url,
            headers: { 'x-twilio-signature': twilioSignature(authToken, url, body) },
            query,
            body,
          }
        }
        return {
          genuine,
          forge: good => [
            { ...good, headers: {} },
            { ...good, headers: { 'x-twilio-signature': '' } },
            { ...good, headers: { 'x-twilio-signature': twilioSignature('another secret', good.url, good.body) } },
            { ...good, body: { ...good.body, MessageStatus: 'failed' } },
            { ...good, url: good.url.replace(/t=\d+/, 't=1'), query: { ...good.query, t: '1' } },
            { ...good, url: good.url.replace('v=twilio', 'v=esms') },
            { ...good, url: 'not a url' },
          ],
        }
      },
      secrets: ({ credentials }) => [credentials.authToken],
    }),
})

describeChannel('sms through an aggregator', {
  channel: sms,
  demoMark: /THỬ NGHIỆM/,
  start: () =>
    startWorld({
      values: { VENDORS: 'esms', ESMS_PRICE_DONG: '850' },
      faults: { rejected: 'sms.invalid-number', retry: 'sms.too-many', unknown: 'sms.html' },
      receipts({ credentials: { esmsSecretKey } }) {
        const token = (secret: string, d: string, t: string) =>
          createHmac('sha256', secret).update(`loa receipt ${d} ${t}`).digest('base64url')
        const request = (query: Record<string, string>): ReceiptRequest => ({
          method: 'GET',
          url: `${publicUrl}/receipts/sms?${new URLSearchParams(query)}`,
          headers: {},
          query,
          body: {},
        })
        return {
          genuine(batch, target, ref) {
            const [d, t] = [batch.dispatchId, target.id]
            const report = { SMSID: ref.replace('esms:', ''), SendStatus: '5', SendSuccess: '1', SendFailed: '0' }
            return request({ v: 'esms', d, t, k: token(esmsSecretKey, d, t), ...report })
          },
          forge: ({ query }) => [
            request({ ...query, k: '' }),
            request({ ...query, k: token('another secret', query.d ?? '', query.t ?? '') }),
            // The secret of one message opens no other.
            request({ ...query, t: '1' }),
            request({ ...query, d: 'd-0' }),
            request({ ...query, v: 'twilio' }),
            request({ ...query, v: 'smpp' }),
            { ...request(query), url: 'not a url' },
          ],
        }
      },
      secrets: ({ credentials }) => [credentials.esmsApiKey, credentials.esmsSecretKey],
    }),
})

describeChannel('sms through an SMPP message centre', {
  channel: sms,
  demoMark: /THỬ NGHIỆM/,
  start: () =>
    startWorld({
      values: { VENDORS: 'smpp', SMPP_PRICE_DONG: '350', SMPP_BINDS: '2', SMPP_WINDOW: '5' },
      // A dropped connection would take the neighbours of the message with it.
      faults: { rejected: 'sms.invalid-number', retry: 'sms.too-many', unknown: 'sms.no-answer' },
      secrets: ({ credentials }) => [credentials.smppPassword],
    }),
})
