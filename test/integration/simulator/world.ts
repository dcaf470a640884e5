import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReceiptRequest } from '../../../channels/contract.ts'
import { emailConfigSchema } from '../../../channels/email/config.ts'
import { smsConfigSchema } from '../../../channels/sms/config.ts'
import { type Simulator, simulatorEnv } from '../../../services/simulator/index.ts'

/** The channels' configurations for a simulator, read from the variables that it prints. */
export function configsFor(
  simulator: Simulator,
  changed: { sms?: Record<string, string>; email?: Record<string, string> } = {},
) {
  const values = (prefix: string) =>
    Object.fromEntries(
      Object.entries(simulatorEnv(simulator))
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    )
  return {
    sms: smsConfigSchema.parse({ ...values('LOA_SMS_'), TIMEOUT_MS: '1000', ...changed.sms }),
    email: emailConfigSchema.parse({ ...values('LOA_EMAIL_'), TIMEOUT_MS: '1000', ...changed.email }),
  }
}

export interface CallbackReceiver {
  url: string
  /** Callbacks in the order in which they came, as the receipt route would hand them on. */
  received: ReceiptRequest[]
  /** Statuses to answer with, first come first; 200 when empty. */
  answers: number[]
  close(): Promise<void>
}

/** Listens where status callbacks are sent to. */
export async function receiveCallbacks(): Promise<CallbackReceiver> {
  const received: ReceiptRequest[] = []
  const answers: number[] = []
  const server = createServer((req, res) => {
    void readText(req).then(text => {
      const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const url = `${base}${req.url}`
      received.push({
        method: req.method ?? '',
        url,
        headers: Object.fromEntries(Object.entries(req.headers).map(([k, v]) => [k, String(v)])),
        query: Object.fromEntries(new URL(url).searchParams),
        body: Object.fromEntries(new URLSearchParams(text)),
      })
      res.statusCode = answers.shift() ?? 200
      res.end()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function readText(req: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text
}
