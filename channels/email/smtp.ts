import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import nodemailer, { type MailMessage, type NodemailerError, type SendMailOptions } from 'nodemailer'
import type { Outcome } from '../../services/domain/delivery.ts'
import type { ChannelDeps, MailPort, OutgoingMail } from '../contract.ts'
import { abortGraceMs, isLoopbackHost } from '../send-each.ts'
import { type EmailConfig, mailAddressPattern } from './config.ts'
import { mailOutcome } from './outcomes.ts'

/** A pooled connection to the mail server; the only file that knows nodemailer. */
export interface Mailer extends MailPort {
  /** Like `send`, with what only the email channel needs. Never rejects. */
  deliver(mail: DeliverableMail, signal: AbortSignal): Promise<Outcome>
  /** Connects and logs in. @throws what went wrong, as a code without addresses */
  verify(): Promise<void>
  close(): Promise<void>
}

export interface DeliverableMail extends OutgoingMail {
  toName?: string
  highPriority?: boolean
}

/**
 * Opens the pool; connections are made when they are needed. The composition root lends the result to channels that
 * inform operators.
 * @param deps.now gives the Date header
 */
export function createMailPort(config: EmailConfig, deps: Pick<ChannelDeps, 'log' | 'now'>): Mailer {
  const loopback = isLoopbackHost(config.host)
  const domain = config.from.address.split('@')[1] ?? 'localhost'
  const transporter = nodemailer.createTransport({
    pool: true,
    host: config.host,
    port: config.port,
    secure: config.secure,
    requireTLS: config.requireTls && !config.secure,
    ignoreTLS: loopback,
    ...(config.auth ? { auth: config.auth } : {}),
    ...(config.dkim ? { dkim: config.dkim } : {}),
    maxConnections: config.pool,
    maxMessages: 1000,
    // The library's own repeats would hide what is known of the first attempt.
    maxRequeues: 0,
    connectionTimeout: Math.min(config.timeoutMs, 10_000),
    greetingTimeout: Math.min(config.timeoutMs, 10_000),
    socketTimeout: config.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  })
  transporter.on('error', () => {
    // Every failed message reports its own error; this event repeats it for the pool.
  })
  // The message stream is first read when the server has said 354 to DATA: only then can anything have been sent.
  const bodies = new WeakMap<AbortController, Readable>()
  transporter.use('stream', (mail: MailMessage, done) => {
    const controller = (mail.data as TrackedOptions).loaAttempt
    const original = mail.message.createReadStream.bind(mail.message)
    mail.message.createReadStream = options => {
      const stream = Readable.from(inOnePiece(original(options)), { objectMode: false })
      if (controller) bodies.set(controller, stream)
      return stream
    }
    done()
  })

  async function deliver(mail: DeliverableMail, signal: AbortSignal): Promise<Outcome> {
    const first = await attemptOnce(mail, signal)
    // Servers close idle connections; a message that met such a one has certainly not been sent.
    return first.kind === 'retry' && first.code === 'connection-lost' ? attemptOnce(mail, signal) : first
  }

  async function attemptOnce(mail: DeliverableMail, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return { kind: 'retry', code: 'aborted' }
    if (!mailAddressPattern.test(mail.to)) return { kind: 'rejected', code: 'bad-address' }
    const attempt = new AbortController()
    const bodyBegun = () => bodies.get(attempt)?.readableDidRead === true
    let grace: NodeJS.Timeout | undefined
    // A message that has begun may still end well; one that has not is given back at once.
    const onAbort = () => {
      if (bodyBegun()) grace = setTimeout(() => attempt.abort(), abortGraceMs)
      else attempt.abort()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const sent = await transporter.sendMail(compose(mail, attempt))
      return { kind: 'accepted', ref: sent.messageId.replace(/^<|>$/g, '') }
    } catch (error) {
      const { code, responseCode, response, originalCode } = error as NodemailerError & { originalCode?: string }
      const outcome = mailOutcome({
        code: code ?? 'unknown',
        bodyBegun: bodyBegun(),
        ...(responseCode ? { responseCode } : {}),
        ...(response ? { response } : {}),
        ...(originalCode ? { systemCode: originalCode } : {}),
      })
      deps.log.warn(
        { outcome: outcome.kind, code: 'code' in outcome ? outcome.code : undefined },
        'mail not handed over',
      )
      return outcome
    } finally {
      clearTimeout(grace)
      signal.removeEventListener('abort', onAbort)
    }
  }

  function compose(mail: DeliverableMail, attempt: AbortController): TrackedOptions {
    return {
      from: config.from,
      to: mail.toName ? { name: mail.toName, address: mail.to } : mail.to,
      envelope: { from: config.from.address, to: [mail.to] },
      ...(config.replyTo ? { replyTo: config.replyTo } : {}),
      subject: mail.subject,
      text: mail.text,
      // Half the size of quoted-printable for Vietnamese.
      textEncoding: 'base64',
      ...(mail.html === undefined ? {} : { html: mail.html }),
      messageId: `<${messageKey(mail.key)}@${domain}>`,
      date: deps.now(),
      ...(mail.highPriority ? { priority: 'high' as const } : {}),
      headers: { 'Content-Language': 'vi', 'Auto-Submitted': 'auto-generated', ...mail.headers },
      signal: attempt.signal,
      loaAttempt: attempt,
    }
  }

  return {
    deliver,
    send: (mail, signal) => deliver(mail, signal),
    async verify() {
      try {
        await transporter.verify()
      } catch (error) {
        const { code, responseCode } = error as NodemailerError
        throw new Error([code, responseCode].filter(Boolean).join(' ') || 'unknown')
      }
    },
    async close() {
      transporter.close()
    },
  }
}

interface TrackedOptions extends SendMailOptions {
  loaAttempt?: AbortController
}

/** The library writes a mail in some twenty small pieces; a notice is small, so one write costs far less. */
async function* inOnePiece(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of source) chunks.push(chunk)
  yield Buffer.concat(chunks)
}

/** A key as the left side of a Message-ID: kept when it is plain, hashed otherwise, so that repeats stay equal. */
function messageKey(key: string): string {
  return /^[A-Za-z0-9._-]{1,120}$/.test(key) ? key : createHash('sha256').update(key).digest('hex')
}
