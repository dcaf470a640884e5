import type { BoardManifest, ManifestItem } from '../../domain/board.ts'
import { firstTurn, nextItem, playlist } from './core/turns.js'
import { partsOf } from './plain/turn.ts'

/** The page of a strip that is due, for a controller that only fetches pictures. */
export interface LedTurn {
  item: ManifestItem
  sha256: string
  /** From 1. */
  page: number
  pages: number
  /** True while an emergency holds the strip. */
  emergency: boolean
  /** When the next page is due, in milliseconds since 1970. */
  until: number
}

/** Turns of one round at the most: more items than a strip could show in an hour. */
const mostTurns = 500

interface Page extends Omit<LedTurn, 'until'> {
  ms: number
}

/**
 * Which page a strip shows at `now`, by the rules of the player (core/turns.js). A controller has no memory that could be relied
 * on, so the round of turns is laid out from the beginning of time: whoever asks at one moment gets the same page.
 * @returns undefined when no item with pages is current
 */
export function ledTurn(manifest: BoardManifest, now: number): LedTurn | undefined {
  const pages = roundOf(manifest, now)
  const whole = pages.reduce((sum, page) => sum + page.ms, 0)
  let left = whole === 0 ? 0 : now % whole
  for (const { ms, ...page } of pages) {
    if (left < ms) return { ...page, until: now + ms - left }
    left -= ms
  }
  return undefined
}

/** Pages of the turns until they begin anew. */
function roundOf(manifest: BoardManifest, now: number): Page[] {
  const drawn = { ...manifest, items: manifest.items.filter(item => item.led !== null && item.led.pages.length > 0) }
  const all = playlist(drawn, now, {})
  const urgent = new Set([...all.full, ...all.banner])
  const list = partsOf(all)
  const turns: ManifestItem[] = []
  const seen = new Map<string, number>()
  let state = firstTurn()
  while (turns.length < mostTurns) {
    const key = JSON.stringify(state)
    const before = seen.get(key)
    if (before !== undefined) return turns.slice(before).flatMap(item => pagesOf(item, urgent.has(item)))
    seen.set(key, turns.length)
    const next = nextItem(state, list)
    if (!next) return []
    turns.push(next.item)
    state = next.state
  }
  return turns.flatMap(item => pagesOf(item, urgent.has(item)))
}

function pagesOf(item: ManifestItem, emergency: boolean): Page[] {
  const pages = item.led?.pages ?? []
  return pages.map(({ sha256, dwellMs: ms }, i) => ({ item, sha256, ms, page: i + 1, pages: pages.length, emergency }))
}
