import { z } from 'zod'
import { isLoopbackHost } from '../send-each.ts'

/** Connection and sender of the mail channel, from LOA_EMAIL_*. */
export interface EmailConfig {
  host: string
  port: number
  /** TLS from the first byte (port 465); otherwise STARTTLS. */
  secure: boolean
  requireTls: boolean
  auth: { user: string; pass: string } | undefined
  from: { name: string; address: string }
  replyTo: string | undefined
  pool: number
  timeoutMs: number
  dkim: { domainName: string; keySelector: string; privateKey: string } | undefined
  loopbackOnly: boolean
}

const flag = z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] })

/** An address that can stand in an envelope: no spaces, lists, quotes, brackets or control characters. */
export const mailAddressPattern =
  /^[^\s<>,;:"()[\]\\@\u0000-\u001f\u007f]{1,64}@[^\s<>,;:"()[\]\\@\u0000-\u001f\u007f]{1,253}$/

/** `Name <address>` or a bare address. */
function parseSender(text: string): { name: string; address: string } | undefined {
  const named = /^\s*"?([^"<>\r\n]*?)"?\s*<([^<>]+)>\s*$/.exec(text)
  const address = (named?.[2] ?? text).trim()
  return mailAddressPattern.test(address) ? { name: named?.[1] ?? '', address } : undefined
}

const raw = z.object({
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must look like smtps://user:password@mail.example.vn' }).optional(),
  HOST: z.string().optional(),
  PORT: z.coerce.number().int().min(1).max(65_535).optional(),
  USER: z.string().optional(),
  PASSWORD: z.string().optional(),
  SECURE: flag.optional(),
  REQUIRE_TLS: flag.default(true),
  FROM: z.string({ error: 'is required: the sender, as "Name <address>"' }),
  REPLY_TO: z.string().regex(mailAddressPattern, 'must be one mail address').optional(),
  POOL: z.coerce.number().int().min(1).max(100).default(5),
  TIMEOUT_MS: z.coerce.number().int().min(100).max(600_000).default(30_000),
  DKIM_DOMAIN: z.string().optional(),
  DKIM_SELECTOR: z.string().optional(),
  DKIM_PRIVATE_KEY: z.string().optional(),
  LOOPBACK_ONLY: flag.default(false),
})

/** @returns the parsed configuration; every problem names its variable */
export const emailConfigSchema: z.ZodType<EmailConfig> = raw.transform((values, ctx): EmailConfig => {
  const problem = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [path], message })
  const url = values.SMTP_URL === undefined ? undefined : new URL(values.SMTP_URL)
  const host = url?.hostname ?? values.HOST
  if (!host) problem('HOST', 'is required (or SMTP_URL): the mail server')
  const secure = values.SECURE ?? (url ? url.protocol === 'smtps:' : values.PORT === 465)
  const user = url?.username ? decodeURIComponent(url.username) : values.USER
  const pass = url?.password ? decodeURIComponent(url.password) : values.PASSWORD
  if ((user === undefined) !== (pass === undefined)) problem('PASSWORD', 'USER and PASSWORD belong together')
  const from = parseSender(values.FROM)
  if (!from) problem('FROM', 'must be "Name <address>" or an address')
  const dkimParts = [values.DKIM_DOMAIN, values.DKIM_SELECTOR, values.DKIM_PRIVATE_KEY]
  if (dkimParts.some(Boolean) && !dkimParts.every(Boolean)) {
    problem('DKIM_DOMAIN', 'DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY belong together')
  }
  const loopback = host !== undefined && isLoopbackHost(host)
  if (values.LOOPBACK_ONLY && !loopback) problem('HOST', 'must be on this machine, because LOOPBACK_ONLY is set')
  return {
    host: host ?? '',
    port: (url?.port ? Number(url.port) : values.PORT) ?? (secure ? 465 : 587),
    secure,
    requireTls: values.REQUIRE_TLS && !loopback,
    auth: user !== undefined && pass !== undefined ? { user, pass } : undefined,
    from: from ?? { name: '', address: '' },
    replyTo: values.REPLY_TO,
    pool: values.POOL,
    timeoutMs: values.TIMEOUT_MS,
    dkim:
      values.DKIM_DOMAIN && values.DKIM_SELECTOR && values.DKIM_PRIVATE_KEY
        ? {
            domainName: values.DKIM_DOMAIN,
            keySelector: values.DKIM_SELECTOR,
            // One line in an environment file: "\n" stands for a line end.
            privateKey: values.DKIM_PRIVATE_KEY.replaceAll('\\n', '\n'),
          }
        : undefined,
    loopbackOnly: values.LOOPBACK_ONLY,
  }
})

/** One line per variable, for `.env.example`. */
export const emailConfigHelp: Record<string, string> = {
  SMTP_URL: 'Mail server in one line, smtps://user:password@host:465; or the five variables below',
  HOST: 'Mail server',
  PORT: 'Its port; 465 with SECURE, else 587',
  USER: 'Account on the mail server, when it asks for one',
  PASSWORD: 'Password of that account',
  SECURE: 'true: TLS from the first byte (465); false: STARTTLS',
  REQUIRE_TLS: 'true (default): never send unencrypted to another machine',
  FROM: 'Sender, e.g. Cổng thông tin tỉnh <thong-bao@example.gov.vn>',
  REPLY_TO: 'Address for answers, when it differs from FROM',
  POOL: 'Connections at once; default 5',
  TIMEOUT_MS: 'How long the server may be silent, milliseconds; default 30000',
  DKIM_DOMAIN: 'Domain that signs (DKIM), optional',
  DKIM_SELECTOR: 'Selector of the DKIM key',
  DKIM_PRIVATE_KEY: 'PEM of the DKIM key; line ends may be written as \\n',
  LOOPBACK_ONLY: 'true: refuse any mail server that is not on this machine (demo and training)',
}
