import type { StationItem } from './shelf.ts'
import type { StationRow } from './stations.ts'

/** What one item of a station's feed offers for download. */
export interface FeedEnclosure {
  url: string
  mime: string
  sizeBytes: number
}

export type FeedItem = StationItem & { enclosure: FeedEnclosure }

/** Minutes a player may keep the feed; also the slowest way in which a station without push hears of an item. */
const ttlMinutes = 5

const priorityNames = { routine: 'Thông thường', priority: 'Ưu tiên', emergency: 'Khẩn cấp' } as const

/**
 * RSS 2.0 with enclosures, as podcast players and automation programs of small stations read it. Only what may be
 * aired now is listed, so an item that was cancelled or is over disappears. The same items give the same bytes.
 * @param selfUrl absolute address of the feed
 * @param changedAt when the list last changed
 */
export function rssFeed(station: StationRow, items: FeedItem[], selfUrl: string, changedAt: Date | undefined): string {
  const title = `${station.name} – bản tin thông tin cơ sở`
  const channel = [
    element('title', title),
    element('link', selfUrl),
    `<atom:link href="${escapeXml(selfUrl)}" rel="self" type="application/rss+xml"/>`,
    element(
      'description',
      `Các bản tin mà ${station.name} hiện được phép phát. Bản tin đã thu hồi hoặc hết hạn không còn trong danh sách.`,
    ),
    element('language', 'vi'),
    element('ttl', String(ttlMinutes)),
    ...(changedAt ? [element('lastBuildDate', rfc2822(changedAt))] : []),
    '<itunes:explicit>false</itunes:explicit>',
    ...items.map(rssItem),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">
<channel>
${channel.join('\n')}
</channel>
</rss>
`
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

/** Extended M3U in UTF-8 for players that know no RSS. Emergency items come first. */
export function m3uPlaylist(items: FeedItem[]): string {
  const entries = items.map(
    item =>
      `#EXTINF:${Math.round(item.durationSeconds)},${item.title.replace(/\s+/g, ' ').trim()}\n${item.enclosure.url}\n`,
  )
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
