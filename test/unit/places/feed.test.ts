import { describe, expect, test } from '@jest/globals'
import { escapeXml, type FeedItem, m3uPlaylist, rfc2822, rssFeed } from '../../../services/places/feed.ts'

const item: FeedItem = {
  itemId: '1',
  placeId: '1',
  dispatchId: '7',
  announcementId: '6b0c1c4e-8f0e-4c56-9d5c-0a8a6f3f7a11',
  revision: 2,
  renditionId: 'r',
  priority: 'emergency',
  title: 'Bão số 10 & “mưa lớn” <khẩn>\nđêm nay',
  putAt: new Date('2026-11-23T08:30:00.400Z'),
  expiresAt: new Date('2026-11-24T08:30:00Z'),
  endGiven: true,
  files: [],
  script: 'Người dân ở nhà.',
  durationSeconds: 61.4,
  fileName: 'bao.mp3',
  enclosure: { url: 'http://loa.test/files/ab/bao.mp3?exp=1&sig=x&s=y', mime: 'audio/mpeg', sizeBytes: 4321 },
}
const station = {
  id: '1',
  name: 'Đài truyền thanh xã A & B',
  areaCode: '19333',
  areaName: 'Xã A',
  operatorEmail: null,
  feedToken: 't',
}

describe('rssFeed', () => {
  const xml = rssFeed(station, [item], 'http://loa.test/feeds/stations/t.xml', item.putAt)

  test('escapes Vietnamese text and addresses, and keeps every letter', () => {
    expect(xml).toContain('<title>Bão số 10 &amp; “mưa lớn” &lt;khẩn&gt;\nđêm nay</title>')
    expect(xml).toContain(
      'url="http://loa.test/files/ab/bao.mp3?exp=1&amp;sig=x&amp;s=y" length="4321" type="audio/mpeg"',
    )
    expect(xml).toContain('<title>Đài truyền thanh xã A &amp; B')
  })
  test('names an item by announcement and revision, dated in Vietnamese time', () => {
    expect(xml).toContain('<guid isPermaLink="false">urn:loa:6b0c1c4e-8f0e-4c56-9d5c-0a8a6f3f7a11:2</guid>')
    expect(xml).toContain('<pubDate>Mon, 23 Nov 2026 15:30:00 +0700</pubDate>')
    expect(xml).toContain('<itunes:duration>61</itunes:duration>')
  })
})

test('m3uPlaylist keeps one line per item', () => {
  expect(m3uPlaylist([item])).toBe(`#EXTM3U\n#EXTINF:61,Bão số 10 & “mưa lớn” <khẩn> đêm nay\n${item.enclosure.url}\n`)
})

test('rfc2822 turns the day at Vietnamese midnight', () => {
  expect(rfc2822(new Date('2026-12-31T17:00:00Z'))).toBe('Fri, 01 Jan 2027 00:00:00 +0700')
})

test('escapeXml drops what XML cannot hold and composes letters', () => {
  expect(escapeXml('a\x00\x0b e\u0302\u0301')).toBe('a ế')
})
