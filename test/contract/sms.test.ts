import { sms } from '../../channels/sms/index.ts'
import { twilioSignature } from '../../services/simulator/callbacks.ts'
import { startSimulator } from '../../services/simulator/index.ts'
import { describeChannel } from './suite.ts'

describeChannel('sms', {
  channel: sms,
  demoMark: /THỬ NGHIỆM/,
  async start() {
    const simulator = await startSimulator({
      httpPort: 0,
      smtpPort: 0,
      faults: { sentAfterMs: 1, deliveredAfterMs: 2 },
    })
    const { accountSid, authToken } = simulator.credentials
    const address = (id: string) => `+8491200${id}`
    const hit = (kind: 'sms.invalid-number' | 'sms.too-many' | 'sms.drop-after') => (target: { id: string }) => {
      const { rules, sentAfterMs, deliveredAfterMs } = simulator.faults.settings()
      const rule = { kind, pattern: address(target.id) }
      simulator.setFaults({ sentAfterMs, deliveredAfterMs, rules: [...rules, rule] })
    }
    return {
      values: {
        ACCOUNT_SID: accountSid,
        AUTH_TOKEN: authToken,
        FROM: 'LOA DEMO',
        BASE_URL: simulator.httpUrl,
        PRICE_DONG: '850',
        CONCURRENCY: '8',
        TIMEOUT_MS: '2000',
        LOOPBACK_ONLY: 'true',
      },
      // Nobody listens there: callbacks are tried and given up while the test goes on.
      deps: { publicUrl: 'http://127.0.0.1:9' },
      targets: count =>
        Array.from({ length: count }, (_, i) => ({
          id: String(1000 + i),
          address: address(String(1000 + i)),
          fullName: `Trần Văn Thử ${1000 + i}`,
        })),
      reach: {
        accepted: () => {},
        rejected: hit('sms.invalid-number'),
        retry: hit('sms.too-many'),
        unknown: hit('sms.drop-after'),
      },
      received: async () => [...simulator.record.sms.newest()].map(m => ({ to: m.to, text: m.body.text })),
      expectedText: content => content.text,
      receipts: {
        genuine(batch, target, ref) {
          const query = { d: batch.dispatchId, t: target.id }
          const url = `http://127.0.0.1:9/receipts/sms?${new URLSearchParams(query)}`
          const to = 'address' in target ? target.address : ''
          const body = {
            AccountSid: accountSid,
            MessageSid: ref.replace('twilio:', ''),
            MessageStatus: 'delivered',
            To: to,
          }
          const headers = { 'x-twilio-signature': twilioSignature(authToken, url, body) }
          return { method: 'POST', url, headers, query, body }
        },
        forge: genuine => [
          { ...genuine, headers: {} },
          { ...genuine, headers: { 'x-twilio-signature': '' } },
          {
            ...genuine,
            headers: { 'x-twilio-signature': twilioSignature('another secret', genuine.url, genuine.body) },
          },
          { ...genuine, body: { ...genuine.body, MessageStatus: 'failed' } },
          { ...genuine, url: genuine.url.replace(/t=\d+/, 't=1'), query: { ...genuine.query, t: '1' } },
          { ...genuine, url: 'not a url' },
        ],
      },
      secrets: [authToken],
      close: () => simulator.close(),
    }
  },
})
