import { randomUUID } from 'node:crypto'
import type { Socket } from 'node:net'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { listen } from '../runtime/ports.ts'
import type { Faults } from './faults.ts'
import type { SimulatorRecord } from './record.ts'

/** A mail server that keeps what it gets and delivers nothing anywhere. */
export interface SmtpSide {
  port: number
  close(): Promise<void>
}

export interface SmtpCredentials {
  smtpUser: string
  smtpPassword: string
}

const maxMessageBytes = 10 * 1024 * 1024
const defaultDelayMs = 2000

function reply(code: number, text: string): Error & { responseCode: number } {
  return Object.assign(new Error(text), { responseCode: code })
}

const pause = (ms: number): Promise<void> =>
  ms > 0 ? new Promise(resolve => setTimeout(resolve, ms)) : Promise.resolve()

/**
 * Starts listening.
 * @param deps.port 0 for any free one
 * @throws AppError setup.port-taken
 */
export async function startSmtpSide(deps: {
  host: string
  port: number
  credentials: SmtpCredentials
  record: SimulatorRecord
  faults: Faults
  now: () => Date
}): Promise<SmtpSide> {
  const { record, faults, credentials } = deps
  const sockets = new Map<number, Socket>()
  /** Cuts the line without a word, as a crashed server would. */
  const drop = (session: SMTPServerSession) => sockets.get(session.remotePort)?.destroy()
  const refuse = (code: number, text: string) => {
    record.refuse('email', String(code))
    return reply(code, text)
  }

  const server = new SMTPServer({
    name: 'loa-simulator',
    banner: 'Loa simulator, nothing is delivered',
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    disableReverseLookup: true,
    authMethods: ['PLAIN', 'LOGIN'],
    size: maxMessageBytes,
    rejectOversized: true,
    socketTimeout: 10 * 60_000,
    closeTimeout: 500,
    onAuth(auth, _session, callback) {
      const right = auth.username === credentials.smtpUser && auth.password === credentials.smtpPassword
      if (!right || faults.decide('email', 'auth', auth.username ?? '')) {
        return callback(refuse(535, '5.7.8 Authentication credentials invalid'))
      }
      callback(null, { user: auth.username })
    },
    onRcptTo({ address }, session, callback) {
      const rule = faults.decide('email', 'rcpt', address)
      if (rule?.kind === 'email.temporary') return callback(refuse(450, '4.2.1 Mailbox is busy, try again later'))
      if (rule?.kind === 'email.permanent') return callback(refuse(550, '5.1.1 No such mailbox'))
      if (rule?.kind === 'email.greylist') return callback(refuse(451, '4.7.1 Greylisted, try again later'))
      if (rule?.kind === 'email.drop-before') {
        record.refuse('email', 'drop-before')
        drop(session)
        return
      }
      callback()
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', () => callback(reply(451, '4.3.0 Reading failed')))
      stream.on('end', () => {
        if (stream.sizeExceeded) return callback(refuse(552, '5.3.4 Message too large'))
        void answer(Buffer.concat(chunks), session, callback)
      })
    },
  })

  async function answer(
    raw: Buffer,
    session: SMTPServerSession,
    callback: (error?: Error | null, message?: string) => void,
  ): Promise<void> {
    const recipients = session.envelope.rcptTo.map(r => r.address.toLowerCase())
    const first = recipients[0] ?? ''
    const rule = faults.decide('email', 'data', first)
    const slow = faults.decide('email', 'delay', first)
    const delayMs = faults.settings().latencyMs + (slow ? (slow.delayMs ?? defaultDelayMs) : 0)
    const id = randomUUID()
    const refused = rule && rule.kind !== 'email.drop-after'
    if (!refused) {
      const sender = session.envelope.mailFrom ? session.envelope.mailFrom.address : ''
      const headers = readHeaders(raw)
      const at = deps.now()
      for (const [i, to] of recipients.entries()) {
        record.mail.add(headers('subject') ?? '', { id: i === 0 ? id : `${id}-${i}`, to, from: sender, raw, at })
      }
      record.changed()
    }
    await pause(delayMs)
    if (rule?.kind === 'email.data-temporary') return callback(refuse(451, '4.3.0 Local problem, try again later'))
    if (rule?.kind === 'email.data-permanent') return callback(refuse(554, '5.7.1 Message refused by policy'))
    if (rule) {
      drop(session)
      return
    }
    callback(null, `2.0.0 OK queued as ${id}`)
  }

  server.on('error', () => {
    // Errors of single connections (a client that vanished); the faults drop lines on purpose.
  })
  server.server.on('connection', socket => {
    const { remotePort } = socket
    if (remotePort === undefined) return
    sockets.set(remotePort, socket)
    socket.on('close', () => sockets.delete(remotePort))
  })
  const port = await listen(server.server, deps.port, deps.host, 'LOA_SIMULATOR_SMTP_PORT')
  return {
    port,
    close() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const socket of sockets.values()) socket.destroy()
      return closed
    },
  }
}

/** Raw values of header fields, unfolded and still encoded. */
export function readHeaders(raw: Buffer): (name: string) => string | undefined {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.toString('latin1', 0, end === -1 ? Math.min(raw.length, 64 * 1024) : end).replace(/\r\n[ \t]+/g, ' ')
  return name => {
    const prefix = `${name.toLowerCase()}:`
    const line = head.split('\r\n').find(l => l.toLowerCase().startsWith(prefix))
    return line?.slice(prefix.length).trim()
  }
}
