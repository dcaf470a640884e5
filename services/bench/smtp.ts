import nodemailer from 'nodemailer'
import type { CitizenTarget } from '../../channels/contract.ts'
import type { EmailConfig } from '../../channels/email/config.ts'
import { email } from '../../channels/email/index.ts'
import { type EmailContent, personalise } from '../../channels/email/render.ts'
import type { ClientWorld, Side } from './client-sides.ts'
import { inParallel, lanes, withMailbox } from './client-sides.ts'
import type { ClientBenchOptions } from './clients.ts'
import { benchClients } from './clients.ts'
import type { BenchReport } from './report.ts'

/** The email channel beside nodemailer's own pool, as a program without a dispatch would use it for the same mails. */
export async function benchSmtp(options: ClientBenchOptions): Promise<BenchReport> {
  return await benchClients<EmailConfig, EmailContent>({ name: 'smtp', channel: email, total: 'email', bare }, options)
}

/** Our channel keeps a second mail ready for each connection. */
const perConnection = 2

async function bare({ config, content, unsubscribeUrl }: ClientWorld<EmailConfig, EmailContent>): Promise<Side> {
  const transporter = nodemailer.createTransport({
    pool: true,
    host: config.host,
    port: config.port,
    ignoreTLS: true,
    maxConnections: config.pool,
    maxMessages: 1_000,
    ...(config.auth && { auth: config.auth }),
  })
  const mailTo = (target: CitizenTarget) => {
    const refusalUrl = unsubscribeUrl('email', target.id)
    return {
      from: config.from,
      to: { name: target.fullName, address: target.address },
      subject: content.subject,
      ...personalise(content, target.fullName, refusalUrl),
      textEncoding: 'base64' as const,
      messageId: `<1.${target.id}@loa.example>`,
      headers: {
        'Content-Language': 'vi',
        'Auto-Submitted': 'auto-generated',
        Precedence: 'bulk',
        'List-Unsubscribe': `<${refusalUrl}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      },
    }
  }
  return {
    send: targets =>
      inParallel(targets.map(withMailbox), lanes * config.pool * perConnection, async target => {
        const { accepted } = await transporter.sendMail(mailTo(target))
        return accepted.length === 1
      }),
    close: async () => transporter.close(),
  }
}
