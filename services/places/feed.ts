import type { StationItem } from './shelf.ts'

/** What one item of a station's feed offers for download. */
export interface FeedEnclosure {
  url: string
  mime: string
  sizeBytes: number
}

export type FeedItem = StationItem & { enclosure: FeedEnclosure }

/** A whole session of a commune as one file: what an automation program plays at its time. */
export interface FeedSlot {
  slotId: string
  startsAt: Date
  /** Titles in the order of airing. */
  titles: string[]
  dispatchIds: string[]
  durationSeconds: number
  /** Changes when the session is made of something else. */
  sha256: string
  enclosure: FeedEnclosure
}

/** Whose feed it is: a station's, or a commune's with all of its stations. */
export interface FeedOwner {
  name: string
}

/** Minutes a player may keep the feed; also the slowest way in which a station without push hears of an item. */
const ttlMinutes = 5

const priorityNames = { routine: 'Thông thường', priority: 'Ưu tiên', emergency: 'Khẩn cấp' } as const

/**
 * RSS 2.0 with enclosures, as podcast players and automation programs of small stations read it. Only what may be
 * aired now is listed, so an item that was cancelled or is over disappears. The same items give the same bytes.
 * @param selfUrl absolute address of the feed
 * @param changedAt when the list last changed
 * @param slots sessions of the next days; what is in one is not listed once more by itself
 */
export function rssFeed(
  owner: FeedOwner,
  items: FeedItem[],
  selfUrl: string,
  changedAt: Date | undefined,
  slots: FeedSlot[] = [],
): string {
  const title = `${owner.name} – bản tin thông tin cơ sở`
  const channel = [
    element('title', title),
    element('link', selfUrl),
    `<atom:link href="${escapeXml(selfUrl)}" rel="self" type="application/rss+xml"/>`,
    element(
      'description',
      `Các bản tin mà ${owner.name} hiện được phép phát. Bản tin đã thu hồi hoặc hết hạn không còn trong danh sách.`,
    ),
    element('language', 'vi'),
    element('ttl', String(ttlMinutes)),
    ...(changedAt ? [element('lastBuildDate', rfc2822(changedAt))] : []),
    '<itunes:explicit>false</itunes:explicit>',
    ...inOrder(items, slots).map(entry => ('slotId' in entry ? rssSlot(entry) : rssItem(entry))),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel>
${channel.join('\n')}
</channel>
</rss>
`
}

/** Emergencies first, then the sessions by their time, then what is in none of them. */
function inOrder(items: FeedItem[], slots: FeedSlot[]): (FeedItem | FeedSlot)[] {
  const urgent = items.filter(i => i.priority === 'emergency')
  const inSlots = new Set(slots.flatMap(s => s.dispatchIds))
  const others = items.filter(i => i.priority !== 'emergency' && !inSlots.has(i.dispatchId))
  return [...urgent, ...slots, ...others]
}

/** `Phiên phát 17:00 25/11/2026`, in the time of Viet Nam. */
function slotTitle({ startsAt }: FeedSlot): string {
  const [date = '', time = ''] = new Date(startsAt.getTime() + 7 * 3_600_000).toISOString().split('T')
  return `Phiên phát ${time.slice(0, 5)} ${date.split('-').reverse().join('/')}`
}

function rssSlot(slot: FeedSlot): string {
  const { enclosure } = slot
  return [
    '<item>',
    element('title', slotTitle(slot)),
    // With the file in it, so that a player that has an older one fetches the new.
    `<guid isPermaLink="false">urn:loa:slot:${slot.slotId}:${slot.sha256.slice(0, 16)}</guid>`,
    element('pubDate', rfc2822(slot.startsAt)),
    element('category', 'Phiên phát'),
    element('description', slot.titles.join('; ')),
    `<enclosure url="${escapeXml(enclosure.url)}" length="${enclosure.sizeBytes}" type="${escapeXml(enclosure.mime)}"/>`,
    element('itunes:duration', String(Math.round(slot.durationSeconds))),
    '</item>',
  ].join('\n')
}

function rssItem(item: FeedItem): string {
  const { enclosure } = item
  return [
    '<item>',
    element('title', item.title),
    `<guid isPermaLink="false">urn:loa:${item.announcementId}:${item.revision}</guid>`,
    element('pubDate', rfc2822(item.putAt)),
    element('category', priorityNames[item.priority]),
    element('description', item.script),
    `<enclosure url="${escapeXml(enclosure.url)}" length="${enclosure.sizeBytes}" type="${escapeXml(enclosure.mime)}"/>`,
    element('itunes:duration', String(Math.round(item.durationSeconds))),
    '</item>',
  ].join('\n')
}

/** Extended M3U in UTF-8 for players that know no RSS, in the same order. */
export function m3uPlaylist(items: FeedItem[], slots: FeedSlot[] = []): string {
  const entries = inOrder(items, slots).map(entry => {
    const title = 'slotId' in entry ? slotTitle(entry) : entry.title
    return `#EXTINF:${Math.round(entry.durationSeconds)},${title.replace(/\s+/g, ' ').trim()}\n${entry.enclosure.url}\n`
  })
  return `#EXTM3U\n${entries.join('')}`
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`
}

/** Text for XML 1.0: markup escaped, characters that XML cannot hold left out. */
export function escapeXml(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
}

/** RFC 2822 date in Vietnamese time, e.g. `Mon, 23 Nov 2026 15:30:00 +0700`. Viet Nam keeps one offset all year. */
export function rfc2822(at: Date): string {
  const local = new Date(at.getTime() + 7 * 3_600_000).toUTCString()
  return local.replace('GMT', '+0700')
}
