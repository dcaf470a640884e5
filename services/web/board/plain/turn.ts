import type { BoardManifest, ManifestItem } from '../../../domain/board.ts'
import { type Slide, slidesOf } from '../core/slides.js'
import { firstTurn, keyOf, nextItem, type Playlist, playlist, type TurnState } from '../core/turns.js'

/*
 * Which page of which item the plain page shows: the rules of the player (core/turns.js), taken one step per reload. What
 * the player keeps in memory travels in a cookie here; it is short, since the version says which items are meant.
 */

/** What is on screen, and when it is over. */
export interface Turn {
  item: ManifestItem
  slide: Slide
  /** From 1. */
  page: number
  pages: number
  /** Place of the item among those shown, from 1. */
  number: number
  count: number
  /** It holds the screen as an emergency. */
  emergency: boolean
  /** Emergencies that ask for a band only and are not the item itself. */
  band: ManifestItem[]
  until: number
  /** The cookie for the next reload. */
  position: string
}

/** A reload that comes a little early, by the set's own clock, is meant for the next page. */
const earlyMs = 1_500
const longestSlideMs = 60_000

/**
 * Takes the next step.
 * @param position the cookie of the page before; anything else starts anew
 * @returns undefined when there is nothing to show
 */
export function plainTurn(manifest: BoardManifest, now: number, position: string): Turn | undefined {
  const list = playlist(manifest, now, {})
  const parts = partsOf(list)
  const shown = parts.full.length > 0 ? parts.full : [...parts.pinned, ...parts.rotation]
  const before = readPosition(manifest, position, shown)
  const same = before && before.until - now > earlyMs && before.until - now <= longestSlideMs
  if (before && (same || before.slide + 1 < before.slides.length)) {
    const slide = same ? before.slide : before.slide + 1
    const until = same ? before.until : now + msOf(before.slides, slide)
    return turnOf(manifest, list, shown, { ...before, slide, until })
  }
  const next = nextItem(before?.state ?? firstTurn(), parts)
  if (!next) return undefined
  const slides = slidesOf(next.item, false)
  const step = { item: next.item, state: next.state, slides, slide: 0, until: now + msOf(slides, 0) }
  return turnOf(manifest, list, shown, step)
}

/**
 * An emergency that asks for a band has no room for its text there, so every second turn is its own, as if it were pinned;
 * its headline stands in the band at all other times.
 */
export function partsOf(list: Playlist): Playlist {
  if (list.full.length > 0 || list.banner.length === 0) return list
  return { ...list, banner: [], pinned: list.banner, rotation: [...list.pinned, ...list.rotation] }
}

function msOf(slides: Slide[], at: number): number {
  return Math.min(longestSlideMs, slides[at]?.ms ?? 0)
}

interface Step {
  item: ManifestItem
  state: TurnState
  slides: Slide[]
  slide: number
  until: number
}

function turnOf(manifest: BoardManifest, list: Playlist, shown: ManifestItem[], step: Step): Turn {
  const { item, slides, slide, until } = step
  return {
    item,
    slide: slides[slide] as Slide,
    page: slide + 1,
    pages: slides.length,
    number: shown.indexOf(item) + 1,
    count: shown.length,
    emergency: list.full.includes(item) || list.banner.includes(item),
    band: list.banner.filter(other => other !== item),
    until,
    position: writePosition(manifest, step),
  }
}

/** `version.item.slide.until.lastPinned.pinnedTurn.credits`, items by their place in the manifest. */
function writePosition({ version, items }: BoardManifest, { item, state, slide, until }: Step): string {
  const keys = items.map(keyOf)
  const credits = keys.map(key => state.credits[key] ?? 0)
  return [
    shortVersion(version),
    items.indexOf(item),
    slide,
    until.toString(36),
    keys.indexOf(state.lastPinned),
    state.pinnedTurn ? 1 : 0,
    // A cookie holds 4,096 bytes; without credits the heaviest comes first again.
    keys.length > 300 ? '' : credits.join('_'),
  ].join('.')
}

function readPosition(manifest: BoardManifest, position: string, shown: ManifestItem[]): Step | undefined {
  const [version, at, slide = 0, until = '', lastPinned, pinnedTurn, credits = ''] = position.split('.')
  const item = manifest.items[Number(at)]
  if (version !== shortVersion(manifest.version) || !item || !shown.includes(item)) return undefined
  const slides = slidesOf(item, false)
  if (!slides[Number(slide)]) return undefined
  const keys = manifest.items.map(keyOf)
  const saved = credits.split('_').map(Number)
  const state: TurnState = {
    last: keyOf(item),
    lastPinned: keys[Number(lastPinned)] ?? '',
    pinnedTurn: pinnedTurn === '1',
    credits: Object.fromEntries(keys.map((key, i) => [key, Number.isFinite(saved[i]) ? (saved[i] as number) : 0])),
  }
  return { item, state, slides, slide: Number(slide), until: Number.parseInt(until, 36) || 0 }
}

function shortVersion(version: string): string {
  return version.slice(0, 12)
}
