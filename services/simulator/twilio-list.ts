import type { Ledger } from './ledger.ts'
import type { SmsMessage } from './record.ts'

/** One page of Twilio's list of messages. */
export interface MessagePage {
  messages: SmsMessage[]
  page: number
  page_size: number
  /** Places of the first and last message in the whole list, from 0. */
  start: number
  end: number
  firstQuery: string
  /** Null on the last page. */
  nextQuery: string | null
}

/**
 * Newest first, filtered and paged as Twilio does: the next page is asked for with the token in its address, which here
 * holds the last message of this page.
 * @returns undefined when a date of the filter cannot be read
 */
export function messagePage(ledger: Ledger<SmsMessage>, query: URLSearchParams): MessagePage | undefined {
  const matches = messageFilter(query)
  if (!matches) return undefined
  const size = Math.min(Math.max(Number(query.get('PageSize')) || 50, 1), 1000)
  const page = Math.max(Number(query.get('Page')) || 0, 0)
  const to = query.get('To')
  const kept = to === null ? ledger.newest() : ledger.keptOf(to).toReversed()
  const messages: SmsMessage[] = []
  for (const message of after(kept, query.get('PageToken')?.replace(/^PA/, ''))) {
    if (matches(message)) messages.push(message)
    if (messages.length > size) break
  }
  const more = messages.length > size
  if (more) messages.pop()
  const address = (changes: Record<string, string>) => {
    const changed = new URLSearchParams(query)
    changed.delete('PageToken')
    for (const [name, value] of Object.entries({ PageSize: String(size), ...changes })) changed.set(name, value)
    return changed.toString()
  }
  return {
    messages,
    page,
    page_size: size,
    start: page * size,
    end: Math.max(page * size + messages.length - 1, 0),
    firstQuery: address({ Page: '0' }),
    nextQuery: more ? address({ Page: String(page + 1), PageToken: `PA${messages.at(-1)?.id}` }) : null,
  }
}

/** What follows the message with this id; everything without one. */
function* after(messages: Iterable<SmsMessage>, id: string | undefined): Generator<SmsMessage> {
  let begun = id === undefined
  for (const message of messages) {
    if (begun) yield message
    else begun = message.id === id
  }
}

/**
 * The filters of Twilio's list: To, From, DateSent (a day or an instant), `DateSent<` and `DateSent>` (both include what
 * they name). Times count in seconds, as they are shown.
 * @returns undefined when a date cannot be read
 */
function messageFilter(query: URLSearchParams): ((message: SmsMessage) => boolean) | undefined {
  const seconds = (name: string) => {
    const text = query.get(name)
    return text === null ? undefined : Math.floor(Date.parse(text) / 1000)
  }
  const [on, before, after] = [seconds('DateSent'), seconds('DateSent<'), seconds('DateSent>')]
  if ([on, before, after].some(Number.isNaN)) return undefined
  const lastsSeconds = /T/.test(query.get('DateSent') ?? '') ? 1 : 86_400
  const [to, from] = [query.get('To'), query.get('From')]
  return message => {
    const at = Math.floor(message.at.getTime() / 1000)
    return (
      message.vendor === 'twilio' &&
      (to === null || message.to === to) &&
      (from === null || message.from === from) &&
      (on === undefined || (at >= on && at < on + lastsSeconds)) &&
      (before === undefined || at <= before) &&
      (after === undefined || at >= after)
    )
  }
}
