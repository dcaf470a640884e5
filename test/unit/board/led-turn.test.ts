import { describe, expect, test } from '@jest/globals'
import type { BoardManifest, ManifestItem } from '../../../services/domain/board.ts'
import { ledTurn } from '../../../services/web/board/led-turn.ts'
import { boardItem, boardManifest } from './board-manifest.ts'

const noon = Date.parse('2026-11-26T05:00:00Z')

/** An item with so many pages of three seconds. */
function item(id: number, pages: number, more: Partial<ManifestItem> = {}): ManifestItem {
  const drawn = Array.from({ length: pages }, (_, i) => ({ sha256: `${id}${i}`.padEnd(64, '0'), dwellMs: 3000 }))
  return boardItem({ dispatchId: String(id), led: { width: 192, height: 32, pages: drawn }, ...more })
}
const strip = (items: ManifestItem[], more: Partial<BoardManifest> = {}) => boardManifest({ items, ...more })

/** What a controller that asks whenever a page is over sees: `dispatch.page`. */
function seen(manifest: BoardManifest, count: number, from = noon): string[] {
  const pages: string[] = []
  for (let at = from; pages.length < count; ) {
    const turn = ledTurn(manifest, at)
    if (!turn) break
    pages.push(`${turn.item.dispatchId}.${turn.page}`)
    at = turn.until
  }
  return pages
}

describe('the page that is due', () => {
  test('pages of all items go round, each for its time', () => {
    const round = seen(strip([item(1, 2), item(2, 1)]), 6)
    expect([...round].sort()).toEqual(['1.1', '1.1', '1.2', '1.2', '2.1', '2.1'])
    expect(round.slice(0, 3)).toEqual(round.slice(3))
  })
  test('is the same for whoever asks at one moment, and changes when it says', () => {
    const manifest = strip([item(1, 3), item(2, 2)])
    const turn = ledTurn(manifest, noon + 1)
    const { until = 0, sha256 } = turn ?? {}
    expect(ledTurn(manifest, until - 1)?.sha256).toBe(sha256)
    expect(ledTurn(manifest, until)?.sha256).not.toBe(sha256)
    expect(until - noon).toBeLessThanOrEqual(3000)
  })
  test('a pinned item has every second turn, a heavier one more', () => {
    const pinned = seen(strip([item(1, 1, { pinned: true }), item(2, 1), item(3, 1)]), 8)
    expect(pinned.filter(p => p === '1.1')).toHaveLength(4)
    const heavy = seen(strip([item(1, 1, { weight: 2 }), item(2, 1), item(3, 1)]), 8)
    expect(heavy.filter(p => p === '1.1')).toHaveLength(4)
  })
  test('an emergency has the strip to itself until it ends; one that asks for a band has every second turn', () => {
    const until = '2026-11-26T05:01:00.000Z'
    const items = [item(9, 2, { priority: 'emergency' }), item(1, 1)]
    const full = strip(items, { emergency: [{ dispatchId: '9', mode: 'full', until }] })
    expect(new Set(seen(full, 6))).toEqual(new Set(['9.1', '9.2']))
    expect(ledTurn(full, noon)?.emergency).toBe(true)
    expect(new Set(seen(full, 6, Date.parse(until)))).toEqual(new Set(['9.1', '9.2', '1.1']))
    const band = strip(items, { emergency: [{ dispatchId: '9', mode: 'banner', until }] })
    expect(seen(band, 6).filter(p => p.startsWith('9'))).toHaveLength(4)
  })
  test('what has ended or was not drawn is not due', () => {
    expect(ledTurn(strip([item(1, 1, { expiresAt: '2026-11-26T05:00:00.000Z' })]), noon)).toBeUndefined()
    expect(ledTurn(strip([boardItem()]), noon)).toBeUndefined()
    expect(seen(strip([boardItem({ dispatchId: '5' }), item(1, 1)]), 2)).toEqual(['1.1', '1.1'])
  })
})
