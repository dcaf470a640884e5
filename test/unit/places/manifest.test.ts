import { describe, expect, test } from '@jest/globals'
import { boardManifestSchema } from '../../../services/domain/board.ts'
import { type ManifestBoard, manifestBuilder } from '../../../services/places/boards/manifest.ts'
import type { BoardItem } from '../../../services/places/shelf.ts'
import { createLinks } from '../../../services/runtime/links.ts'

const now = new Date('2026-11-23T08:00:00Z')
const place: ManifestBoard = { id: '1', name: 'Bảng tin', commune: 'Phường Đông Hà', kind: 'screen', settings: {} }
const links = createLinks('a secret that only the tests use, long enough', 'https://loa.test')

function item(overrides: Partial<BoardItem> = {}): BoardItem {
  return {
    itemId: '1',
    placeId: '1',
    dispatchId: '7',
    announcementId: 'a',
    revision: 1,
    renditionId: 'r',
    priority: 'routine',
    title: 'T',
    putAt: new Date('2026-11-23T07:00:00Z'),
    expiresAt: new Date('2026-11-30T00:00:00Z'),
    endGiven: true,
    files: [],
    content: {
      title: 'T',
      pages: [{ heading: 'T', running: false, text: 'x' }],
      issuer: '',
      documentNumber: '',
      priority: 'routine',
      pinned: false,
      weight: 1,
      takeover: 'full',
      media: [],
      qr: null,
      contentHash: 'h1',
      demo: false,
    },
    ...overrides,
  }
}
const build = (items: BoardItem[], at = now, board = place, demo = false) => {
  const built = manifestBuilder(links, demo, at)(board, items)
  return { ...boardManifestSchema.parse(JSON.parse(built.body)), built }
}
const version = (items: BoardItem[], at = now) => build(items, at).version

describe('manifest', () => {
  test('the version stands for the body: same body, same version, whatever the time', () => {
    expect(version([item()])).toBe(version([item()], new Date('2026-11-23T09:00:00Z')))
  })
  test('a removal, a new revision and a new end each change the version', () => {
    const versions = [
      version([]),
      version([item()]),
      version([item({ revision: 2 })]),
      version([item({ expiresAt: new Date('2026-11-29T00:00:00Z') })]),
      version([item(), item({ dispatchId: '8' })]),
      build([item()], now, { ...place, commune: 'Xã khác' }).version,
      build([item()], now, { ...place, settings: { contact: 'x' } }).version,
      build([item()], now, place, true).version,
    ]
    expect(new Set(versions).size).toBe(versions.length)
  })
  test('an emergency takes the whole screen until its end', () => {
    const urgent = item({ priority: 'emergency' })
    expect(build([urgent, item()]).emergency).toEqual([
      { dispatchId: '7', mode: 'full', until: '2026-11-30T00:00:00.000Z' },
    ])
  })
  test('an emergency without an end goes back into the rotation after 12 hours', () => {
    const urgent = item({ priority: 'emergency', endGiven: false })
    expect(build([urgent]).emergency[0]?.until).toBe('2026-11-23T19:00:00.000Z')
    const later = build([urgent], new Date('2026-11-23T19:00:01Z'))
    expect(later.emergency).toEqual([])
    expect(later.items).toHaveLength(1)
  })
})
