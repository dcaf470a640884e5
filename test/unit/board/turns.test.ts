import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { BoardManifest, ManifestItem } from '../../../services/domain/board.ts'
import { firstTurn, keyOf, nextItem, playlist } from '../../../services/web/board/core/turns.js'
import { boardItem, boardManifest } from './board-manifest.ts'

const noon = Date.parse('2026-11-26T05:00:00Z')
const at = (seconds: number) => new Date(noon + seconds * 1000).toISOString()

/** Ids of what the main part shows in `turns` turns. */
function sequence(manifest: BoardManifest, turns: number, now = noon): string[] {
  let state = firstTurn()
  const ids: string[] = []
  for (let i = 0; i < turns; i++) {
    const turn = nextItem(state, playlist(manifest, now, {}))
    if (!turn) break
    ids.push(turn.item.dispatchId)
    state = turn.state
  }
  return ids
}

const item = (id: number, more: Partial<ManifestItem> = {}) => boardItem({ dispatchId: String(id), ...more })
const names = (items: ManifestItem[]) => items.map(i => i.dispatchId)

describe('what may be on screen', () => {
  test('nothing without a manifest', () => {
    expect(playlist(null, noon, {})).toMatchObject({ full: [], banner: [], pinned: [], rotation: [] })
    expect(nextItem(firstTurn(), playlist(null, noon, {}))).toBeNull()
  })

  test('what has ended is gone at that very millisecond, and the list says when it changes next', () => {
    const manifest = boardManifest({ items: [item(1, { expiresAt: at(10) }), item(2, { expiresAt: at(20) })] })
    expect(playlist(manifest, noon, {}).changesAt).toBe(noon + 10_000)
    expect(names(playlist(manifest, noon + 9_999, {}).rotation)).toEqual(['1', '2'])
    expect(names(playlist(manifest, noon + 10_000, {}).rotation)).toEqual(['2'])
    expect(playlist(manifest, noon + 20_000, {})).toMatchObject({ rotation: [], changesAt: Infinity })
  })

  test('an emergency holds the whole screen until its end, and goes on in the rotation afterwards', () => {
    const manifest = boardManifest({
      items: [item(9, { priority: 'emergency', expiresAt: at(100) }), item(1)],
      emergency: [{ dispatchId: '9', mode: 'full', until: at(10) }],
    })
    expect(names(playlist(manifest, noon, {}).full)).toEqual(['9'])
    expect(new Set(sequence(manifest, 6))).toEqual(new Set(['9']))
    const later = playlist(manifest, noon + 10_000, {})
    expect([names(later.full), names(later.rotation)]).toEqual([[], ['9', '1']])
  })

  test('a banner leaves the rest of the screen to the others, and has it alone when there are none', () => {
    const emergency: BoardManifest['emergency'] = [{ dispatchId: '9', mode: 'banner', until: at(10) }]
    const manifest = boardManifest({ items: [item(9), item(1)], emergency })
    expect(playlist(manifest, noon, {})).toMatchObject({
      banner: [{ dispatchId: '9' }],
      rotation: [{ dispatchId: '1' }],
    })
    expect(new Set(sequence(manifest, 4))).toEqual(new Set(['1']))
    expect(sequence(boardManifest({ items: [item(9)], emergency }), 2)).toEqual(['9', '9'])
  })

  test('while one emergency holds the screen, one that asks for a band takes turns with it', () => {
    const manifest = boardManifest({
      items: [item(9), item(8), item(1)],
      emergency: [
        { dispatchId: '9', mode: 'banner', until: at(10) },
        { dispatchId: '8', mode: 'full', until: at(10) },
      ],
    })
    expect(sequence(manifest, 4)).toEqual(['9', '8', '9', '8'])
  })

  test('passes over what failed three times', () => {
    const manifest = boardManifest({ items: [item(1), item(2)] })
    const [first] = manifest.items
    expect(names(playlist(manifest, noon, { [keyOf(first as ManifestItem)]: 2 }).rotation)).toEqual(['1', '2'])
    expect(names(playlist(manifest, noon, { [keyOf(first as ManifestItem)]: 3 }).rotation)).toEqual(['2'])
  })
})

describe('whose turn is next', () => {
  test('shares the turns by weight, evenly spread', () => {
    const manifest = boardManifest({ items: [item(1, { weight: 3 }), item(2, { weight: 2 }), item(3, { weight: 1 })] })
    const turns = sequence(manifest, 600)
    expect(turns.slice(0, 6)).toEqual(['1', '2', '1', '3', '2', '1'])
    for (const [id, share] of [
      ['1', 300],
      ['2', 200],
      ['3', 100],
    ] as const) {
      expect(Math.abs(turns.filter(t => t === id).length - share)).toBeLessThanOrEqual(2)
    }
  })

  test('every second turn is a pinned one, several take turns', () => {
    const manifest = boardManifest({ items: [item(7, { pinned: true }), item(8, { pinned: true }), item(1), item(2)] })
    expect(sequence(manifest, 8)).toEqual(['7', '1', '8', '2', '7', '1', '8', '2'])
  })

  test('a single item comes again and again, pinned or not', () => {
    expect(sequence(boardManifest({ items: [item(1)] }), 3)).toEqual(['1', '1', '1'])
    expect(sequence(boardManifest({ items: [item(1, { pinned: true })] }), 3)).toEqual(['1', '1', '1'])
  })

  test('a heavy item that had to wait does not keep a new one away', () => {
    const heavy = boardManifest({ items: [item(1, { weight: 5 }), item(2)] })
    let state = firstTurn()
    for (let i = 0; i < 500; i++) state = nextItem(state, playlist(heavy, noon, {}))?.state ?? state
    const three = playlist(boardManifest({ items: [item(1, { weight: 5 }), item(2), item(3)] }), noon, {})
    const seen: string[] = []
    for (let i = 0; i < 8; i++) {
      const turn = nextItem(state, three)
      if (!turn) throw new Error('nothing to show')
      seen.push(turn.item.dispatchId)
      state = turn.state
    }
    expect(seen).toContain('3')
  })

  test('never twice in a row while another is there, and everyone comes: any weights, pins and changes', () => {
    const anyItem = fc.record({ weight: fc.integer({ min: 1, max: 5 }), pinned: fc.boolean() })
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 2, maxLength: 7 }), shapes => {
        const manifest = boardManifest({ items: shapes.map((shape, i) => item(i + 1, shape)) })
        const turns = sequence(manifest, 150)
        expect(turns.some((id, i) => i > 0 && id === turns[i - 1])).toBe(false)
        expect(new Set(turns).size).toBe(shapes.length)
        expect(sequence(manifest, 150)).toEqual(turns)
      }),
    )
  })
})
