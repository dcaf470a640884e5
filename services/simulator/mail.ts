import { simpleParser } from 'mailparser'
import type { MailItem } from './record.ts'

/** A mail as a mail program would show it. */
export interface ReadableMail {
  id: string
  to: string
  from: string
  subject: string
  text: string
  html: string | null
  messageId: string
  at: Date
  /** Where one click refuses further mail (RFC 2369, RFC 8058), when the mail says so. */
  unsubscribeUrl: string | null
  headers: { name: string; value: string }[]
}

const read = new WeakMap<Buffer, Promise<ReadableMail>>()

/** Parses a kept mail; the result is remembered for as long as the mail is. */
export function readMail(item: MailItem): Promise<ReadableMail> {
  let parsed = read.get(item.raw)
  if (!parsed) {
    parsed = parse(item)
    read.set(item.raw, parsed)
  }
  return parsed.then(mail => ({ ...mail, id: item.id, to: item.to, at: item.at }))
}

async function parse(item: MailItem): Promise<ReadableMail> {
  const mail = await simpleParser(item.raw, { skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true })
  const unsubscribe = mail.headerLines.find(h => h.key === 'list-unsubscribe')?.line ?? ''
  return {
    id: item.id,
    to: item.to,
    from: mail.from?.text ?? item.from,
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || null,
    messageId: mail.messageId ?? '',
    at: item.at,
    unsubscribeUrl: /<(https?:\/\/[^>\s]+)>/.exec(unsubscribe.replace(/\r\n[ \t]+/g, ''))?.[1] ?? null,
    headers: mail.headerLines.map(({ line }) => {
      const colon = line.indexOf(':')
      return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() }
    }),
  }
}

/** The HTML part as a page of its own whose links open in a new tab; a text mail becomes preformatted text. */
export function mailPage(mail: ReadableMail): string {
  const plain = `<pre style="white-space:pre-wrap;font:16px/1.5 system-ui,sans-serif">${escapeHtml(mail.text)}</pre>`
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><base target="_blank">${mail.html ?? plain}`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`)
}
