import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { type Faults, faultKinds, faultSettingsSchema } from './faults.ts'
import { BodyTooLarge, readBody, sendJson } from './http.ts'
import { mailPage, readMail } from './mail.ts'
import type { SimulatorRecord, SmsMessage } from './record.ts'

/**
 * The JSON API behind the page, also used by tests and `loa chaos` when the simulator is another process.
 *
 *   GET  /api/summary                 totals
 *   GET  /api/phones?search=          numbers written to most recently; /api/phones/{number} their messages
 *   GET  /api/mailboxes?search=       likewise; /api/mailboxes/{address}; /api/mails/{id}/html one mail as a page
 *   GET  /api/counts/sms, /email      every (group, address, count), one JSON line each, exact for ever
 *   GET  /api/tally                   messages per number and vendor, with `keep.tally`: totals and the numbers that took
 *                                     more than one; ?all=1 every number, one JSON line each
 *   GET  /api/events                  server-sent "changed" events with the totals
 *   GET, PUT /api/faults              settings and rules;  POST /api/clear  forgets everything received
 */
export interface SimulatorApi {
  handle(req: IncomingMessage, res: ServerResponse, url: URL): Promise<void>
  close(): void
}

const listLimit = 100
const repeatedLimit = 10_000
const eventIntervalMs = 300

/** Frame rules for mail: no script, no form, nothing loaded from anywhere; links may open a new tab. */
const mailFramePolicy =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"

/** @param deps.onClear also stops what was about to happen to cleared messages */
export function createApi(deps: {
  record: SimulatorRecord
  faults: Faults
  startedAt: Date
  /** What of SMPP is still under way. */
  smpp: () => { waitingReceipts: number; waitingParts: number }
}): SimulatorApi {
  const { record, faults } = deps
  const streams = new Set<ServerResponse>()
  let timer: NodeJS.Timeout | undefined

  function summary(): Record<string, unknown> {
    return {
      startedAt: deps.startedAt.toISOString(),
      sms: {
        total: record.sms.total(),
        addresses: record.sms.addresses(),
        repeats: record.sms.repeats(),
        forgotten: record.sms.forgotten(),
        vendors: record.vendors,
        ...deps.smpp(),
        refusals: Object.fromEntries(record.refusals.sms),
      },
      email: {
        total: record.mail.total(),
        addresses: record.mail.addresses(),
        repeats: record.mail.repeats(),
        forgotten: record.mail.forgotten(),
        refusals: Object.fromEntries(record.refusals.email),
      },
      speech: {
        total: Object.values(record.speech).reduce((sum, vendor) => sum + vendor.calls, 0),
        vendors: record.speech,
        refusals: Object.fromEntries(record.refusals.speech),
      },
      callbacks: { ...record.callbacks },
      activeFaults: faults.settings().rules.length,
    }
  }

  function broadcast(): void {
    timer = undefined
    const event = `event: changed\ndata: ${JSON.stringify(summary())}\n\n`
    for (const stream of streams) stream.write(event)
  }
  const stopListening = record.onChange(() => {
    if (streams.size > 0 && timer === undefined) timer = setTimeout(broadcast, eventIntervalMs)
  })

  function presentSms(message: SmsMessage): Record<string, unknown> {
    const { id, vendor, to, from, status, errorCode, body } = message
    const at = message.at.toISOString()
    return { id, vendor, to, from, status, errorCode, at, text: body.text, encoding: body.encoding, parts: body.parts }
  }

  /** Marks messages whose text came to this number before. */
  function phone(number: string): Record<string, unknown> {
    const seen = new Set<string>()
    const messages = record.sms.keptOf(number).map(message => {
      const repeat = seen.has(message.body.text)
      seen.add(message.body.text)
      return { ...presentSms(message), repeat }
    })
    return { number, count: record.sms.countOf(number), messages }
  }

  function phones(search: string): unknown[] {
    const digits = search.replace(/[^\d+]/g, '').replace(/^0/, '')
    return record.sms.recentAddresses(digits, listLimit).map(number => {
      const last = record.sms.keptOf(number).at(-1)
      return {
        address: number,
        count: record.sms.countOf(number),
        at: last?.at.toISOString(),
        preview: last?.body.text.slice(0, 80),
        status: last?.status,
      }
    })
  }

  async function mailboxes(search: string): Promise<unknown[]> {
    const found = record.mail.recentAddresses(search.trim().toLowerCase(), listLimit)
    return Promise.all(
      found.map(async address => {
        const last = record.mail.keptOf(address).at(-1)
        const preview = last ? (await readMail(last)).subject : ''
        return { address, count: record.mail.countOf(address), at: last?.at.toISOString(), preview }
      }),
    )
  }

  /** Marks mails whose subject came to this mailbox before. */
  async function mailbox(address: string): Promise<Record<string, unknown>> {
    const mails = await Promise.all(record.mail.keptOf(address).map(readMail))
    const seen = new Set<string>()
    return {
      address,
      count: record.mail.countOf(address),
      mails: mails.map(({ html: _html, ...mail }) => {
        const repeat = seen.has(mail.subject)
        seen.add(mail.subject)
        return { ...mail, at: mail.at.toISOString(), repeat }
      }),
    }
  }

  async function mailHtml(res: ServerResponse, id: string): Promise<void> {
    const item = record.mail.get(id)
    if (!item) return sendJson(res, 404, { error: 'not kept any more' })
    res.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': mailFramePolicy,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    res.end(mailPage(await readMail(item)))
  }

  async function streamLines(res: ServerResponse, entries: Iterable<unknown>): Promise<void> {
    res.writeHead(200, { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' })
    let lines = ''
    for (const entry of entries) {
      lines += `${JSON.stringify(entry)}\n`
      if (lines.length < 64 * 1024) continue
      if (!res.write(lines)) await new Promise(resolve => res.once('drain', resolve).once('close', resolve))
      if (res.destroyed) return
      lines = ''
    }
    res.end(lines)
  }

  async function tally(res: ServerResponse, all: boolean): Promise<void> {
    if (!record.tally) return sendJson(res, 404, { error: 'this simulator keeps no tally (keep.tally, --tally)' })
    if (all) return streamLines(res, record.tally.all())
    const repeated = take(record.tally.repeated(), repeatedLimit)
    const totals = record.tally.totals()
    sendJson(res, 200, { totals, repeated, repeatedLeftOut: totals.numbersRepeated - repeated.length })
  }

  function openStream(req: IncomingMessage, res: ServerResponse): void {
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'keep-alive' })
    res.write(`event: changed\ndata: ${JSON.stringify(summary())}\n\n`)
    streams.add(res)
    req.on('close', () => streams.delete(res))
  }

  async function changeFaults(req: IncomingMessage, res: ServerResponse): Promise<void> {
    let input: unknown
    try {
      input = JSON.parse(await readBody(req, 256 * 1024))
    } catch (error) {
      return sendJson(res, error instanceof BodyTooLarge ? 413 : 400, { error: 'the body must be JSON' })
    }
    const parsed = faultSettingsSchema.safeParse(input)
    if (!parsed.success) return sendJson(res, 422, { error: z.prettifyError(parsed.error) })
    faults.set(parsed.data)
    record.changed()
    sendJson(res, 200, faultState())
  }

  function faultState(): Record<string, unknown> {
    return { settings: faults.settings(), hits: faults.hits(), kinds: faultKinds }
  }

  return {
    async handle(req, res, url) {
      const what = `${req.method} ${url.pathname}`
      const search = url.searchParams.get('search') ?? ''
      if (what === 'GET /api/summary') return sendJson(res, 200, summary())
      if (what === 'GET /api/phones') return sendJson(res, 200, phones(search))
      if (what === 'GET /api/mailboxes') return sendJson(res, 200, await mailboxes(search))
      if (what === 'GET /api/counts/sms') return streamLines(res, record.sms.counts())
      if (what === 'GET /api/counts/email') return streamLines(res, record.mail.counts())
      if (what === 'GET /api/tally') return tally(res, url.searchParams.get('all') === '1')
      if (what === 'GET /api/events') return openStream(req, res)
      if (what === 'GET /api/faults') return sendJson(res, 200, faultState())
      if (what === 'PUT /api/faults') return changeFaults(req, res)
      if (what === 'POST /api/clear') {
        record.clear()
        return sendJson(res, 200, summary())
      }
      const [, kind, key, part] = /^\/api\/(phones|mailboxes|mails)\/([^/]+)(\/html)?$/.exec(url.pathname) ?? []
      if (req.method === 'GET' && key !== undefined) {
        const id = decodeURIComponent(key)
        if (kind === 'phones' && !part) return sendJson(res, 200, phone(id))
        if (kind === 'mailboxes' && !part) return sendJson(res, 200, await mailbox(id))
        if (kind === 'mails' && part) return mailHtml(res, id)
      }
      sendJson(res, 404, { error: 'there is nothing at this address' })
    },
    close() {
      stopListening()
      clearTimeout(timer)
      for (const stream of streams) stream.end()
      streams.clear()
    },
  }
}

function take<Item>(items: Iterable<Item>, limit: number): Item[] {
  const taken: Item[] = []
  for (const item of items) {
    if (taken.length === limit) break
    taken.push(item)
  }
  return taken
}
