import type { BoardHeartbeat, BoardManifest, ManifestItem } from '../domain/board.ts'
import type { Displays } from '../web/board/core/displays.js'
import { lightAt } from '../web/board/core/hours.js'
import { usualSettings } from '../web/board/core/manifest.js'
import { filesNeeded, type Slide, slidesOf } from '../web/board/core/slides.js'
import { firstTurn, keyOf, nextItem, type Playlist, playlist } from '../web/board/core/turns.js'

/** What a board with a screen would be showing. */
export interface Showing {
  mode: BoardHeartbeat['mode']
  /** On the main part of the screen; undefined when there is nothing. */
  item: ManifestItem | undefined
  slide: Slide | undefined
  /** Its file is here: until then the slide is due, and nothing of it can be seen. */
  drawn: boolean
  page: number
  pages: number
  since: number
  /** In the band of an emergency. */
  band: ManifestItem | undefined
}

/** The player's rules at work, without a screen: a slide counts as drawn once it is due and its file is here. */
export interface Show {
  take(manifest: BoardManifest): void
  /** To be called about once a second, and when a file has arrived. */
  look(): void
  state(): Showing
  manifest(): BoardManifest | undefined
}

/** A page counts as displayed when it has stood this long. */
const displayedAfterMs = 2_000
/** How long one page of a band stands; it has as many as the item. */
const bandPageMs = 12_000

export interface ShowParts {
  /** Corrected time, and one that only counts up. */
  now: () => number
  steady: () => number
  displays: Displays
  hasFile: (sha256: string) => boolean
  onChange: (showing: Showing) => void
}

interface Current {
  item: ManifestItem
  key: string
  emergency: boolean
  slides: Slide[]
  index: number
  since: number
  /** Since when the slide can be seen; undefined while its file is on its way. */
  stoodSince: number | undefined
  /** Its coming up is not counted yet. */
  comesUp: boolean
  until: number
  seen: Set<number>
}

/** The file without which nothing of a slide can be seen. */
function fileOf(slide: Slide | undefined): string | undefined {
  if (slide === undefined || slide.kind === 'text') return undefined
  return slide.kind === 'bitmap' ? slide.sha256 : slide.media.sha256
}

/** Makes the show of one board. */
export function createShow({ now, steady, displays, hasFile, onChange }: ShowParts): Show {
  let manifest: BoardManifest | undefined
  let turn = firstTurn()
  let fresh: string | undefined
  let current: Current | undefined
  let band: { item: ManifestItem; since: number } | undefined
  let lastLook = steady()
  let completed = new Set<string>()
  let told = ''

  const isStrip = () => manifest?.board.kind === 'led'
  const isReady = (item: ManifestItem) => filesNeeded(item, isStrip()).every(hasFile)
  const isIn = (items: ManifestItem[], key: string) => items.some(item => keyOf(item) === key)

  /** An item waits for its files, unless nothing else is there; an emergency waits for none. */
  const listNow = (): Playlist => {
    const list = playlist(manifest ?? null, now(), {})
    const pinned = list.pinned.filter(isReady)
    const rotation = list.rotation.filter(isReady)
    const isEmpty = pinned.length + rotation.length === 0 && list.full.length === 0
    return {
      ...list,
      // A strip has no room for a band.
      full: isStrip() ? [...list.full, ...list.banner] : list.full,
      banner: isStrip() ? [] : list.banner,
      pinned: isEmpty ? list.pinned : pinned,
      rotation: isEmpty ? list.rotation : rotation,
    }
  }

  const allowed = (list: Playlist, key: string): boolean => {
    if (list.full.length > 0) return isIn(list.full, key)
    if (list.pinned.length + list.rotation.length === 0) return isIn(list.banner, key)
    return isIn(list.pinned, key) || isIn(list.rotation, key)
  }

  const slidesNow = (item: ManifestItem): Slide[] => {
    const all = slidesOf(item, isStrip())
    if (isReady(item)) return all
    const texts = all.filter(slide => slide.kind === 'text')
    return texts.length > 0 ? texts : all
  }

  const begin = (item: ManifestItem, index: number, emergency: boolean) => {
    const key = keyOf(item)
    const again = current?.key === key && current.emergency === emergency
    const slides = slidesNow(item)
    const at = Math.min(index, slides.length - 1)
    const isWhole = again && current?.slides.length === slides.length
    current = {
      ...{ item, key, emergency, slides, index: at },
      since: again && at > 0 && current ? current.since : now(),
      stoodSince: undefined,
      // In the dark nothing comes up; what still stands when it gets light does so then.
      comesUp: !again || at === 0 || current?.comesUp === true,
      until: steady() + (slides[at]?.ms ?? 0),
      seen: isWhole && current ? current.seen : new Set(),
    }
    draw()
  }

  /** What is due stands from now on, if its file is here. */
  const draw = () => {
    if (!current || current.stoodSince !== undefined) return
    const file = fileOf(current.slides[current.index])
    if (file !== undefined && !hasFile(file)) return
    current.stoodSince = steady()
    if (current.comesUp) current.since = now()
  }

  const next = (list: Playlist) => {
    const wanted = fresh
    fresh = undefined
    const news =
      wanted !== undefined && allowed(list, wanted)
        ? [...list.full, ...list.pinned, ...list.rotation, ...list.banner].find(item => keyOf(item) === wanted)
        : undefined
    if (news) {
      turn = { ...turn, last: keyOf(news) }
      begin(news, 0, list.full.length > 0)
      return
    }
    const chosen = nextItem(turn, list)
    if (chosen === null) {
      current = undefined
      return
    }
    turn = chosen.state
    begin(chosen.item, 0, list.full.length > 0)
  }

  const advance = (list: Playlist) => {
    const emergency = list.full.length > 0
    if (list.full.length + list.pinned.length + list.rotation.length + list.banner.length === 0) {
      current = undefined
      return
    }
    if (!current || !allowed(list, current.key) || current.emergency !== emergency) return next(list)
    if (fresh !== undefined && fresh !== current.key && allowed(list, fresh)) return next(list)
    if (steady() < current.until) return
    if (current.index + 1 < current.slides.length) return begin(current.item, current.index + 1, emergency)
    const others = list.full.length || list.pinned.length + list.rotation.length || list.banner.length
    const grew = slidesNow(current.item).length !== current.slides.length
    if (others === 1 && current.slides.length === 1 && !grew) return
    next(list)
  }

  const advanceBand = (items: ManifestItem[]) => {
    const at = items.findIndex(item => band && keyOf(item) === keyOf(band.item))
    const [first] = items
    if (!first) band = undefined
    else if (at < 0) band = { item: first, since: steady() }
    else if (band && steady() - band.since >= bandPageMs * band.item.pages.length)
      band = { item: items[(at + 1) % items.length] ?? first, since: steady() }
  }

  const isDark = () =>
    lightAt(manifest?.settings ?? usualSettings, now(), current?.emergency === true || band !== undefined) === 'dark'

  const complete = (item: ManifestItem) => {
    if (completed.has(keyOf(item))) return
    completed.add(keyOf(item))
    displays.completed(item, now())
  }

  const count = () => {
    const at = steady()
    const lastedMs = at - lastLook
    lastLook = at
    if (isDark()) return
    if (current?.stoodSince !== undefined) {
      const stoodMs = Math.min(lastedMs, at - current.stoodSince)
      if (current.comesUp) displays.began(current.item, now() - stoodMs)
      current.comesUp = false
      displays.stood(current.item, now(), stoodMs, true)
      if (at - current.stoodSince >= displayedAfterMs) current.seen.add(current.index)
      if (current.seen.size >= current.slides.length && isReady(current.item)) complete(current.item)
    }
    if (band && keyOf(band.item) !== current?.key) displays.stood(band.item, now(), lastedMs, true)
    if (band && at - band.since >= displayedAfterMs * band.item.pages.length) complete(band.item)
  }

  const state = (): Showing => {
    const mode = current?.emergency ? 'emergency' : band ? 'banner' : current ? 'items' : 'idle'
    return {
      mode: isDark() ? 'night' : mode,
      item: current?.item,
      slide: current?.slides[current.index],
      drawn: current?.stoodSince !== undefined,
      page: (current?.index ?? 0) + 1,
      pages: current?.slides.length ?? 1,
      since: current?.since ?? now(),
      band: band?.item,
    }
  }

  const look = () => {
    count()
    const list = listNow()
    advanceBand(list.full.length > 0 ? [] : list.banner)
    advance(list)
    draw()
    const showing = state()
    const name = [showing.mode, current?.key, current?.index, showing.drawn, band && keyOf(band.item)].join('|')
    if (name === told) return
    told = name
    onChange(showing)
  }

  return {
    take(following) {
      const isFirst = manifest === undefined
      const known = new Set(manifest?.items.map(keyOf))
      manifest = following
      const added = following.items.find(item => !known.has(keyOf(item)))
      if (!isFirst && added) fresh = keyOf(added)
      const now = new Set(following.items.map(keyOf))
      completed = new Set([...completed].filter(key => now.has(key)))
      look()
    },
    look,
    state,
    manifest: () => manifest,
  }
}
