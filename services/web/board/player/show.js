import { usualSettings } from '../core/manifest.js'
import { firstTurn, keyOf, mostFailures, nextItem, playlist } from '../core/turns.js'
import { steadyMs } from './dom.js'

/*
 * What comes when. Looks about once a second at what may be shown now, and turns the page when its time has come, or at once
 * when what is on screen may no longer be there.
 */

/* A page counts as displayed when it has stood this long; shorter is a flash. */
const DISPLAYED_AFTER = 2000

/**
 * @param {object} deps
 * @param {{ now: () => number }} deps.clock
 * @param {ReturnType<typeof import('./stage.js').createStage>} deps.stage
 * @param {ReturnType<typeof import('./banner.js').createBanner>} deps.banner
 * @param {{ ready: (item: any, strip: boolean) => boolean, distrust: (sha256: string) => void }} deps.media
 * @param {import('../core/displays.js').Displays} deps.displays
 * @param {(text: string) => void} deps.problem
 * @param {() => void} deps.onDisplayed an item has been on screen as a whole for the first time, or an emergency came or went
 */
export function createShow(deps) {
  let manifest = null
  let turn = firstTurn()
  const failures = {}
  /* Items whose video failed three times: key -> number of failures. */
  const videoFailures = {}
  /* What is on screen; null: idle. */
  let current = null
  /* What is being made ready: { key, emergency }. */
  let pending = null
  let fresh = null
  let serial = 0
  let lastLook = steadyMs()
  let inBand = null
  let mode = 'idle'
  let dark = false
  const completed = {}

  function listNow() {
    const list = playlist(manifest, deps.clock.now(), failures)
    const strip = deps.stage.isStrip()
    const ready = item => deps.media.ready(item, strip)
    const pinned = list.pinned.filter(ready)
    const rotation = list.rotation.filter(ready)
    // A text whose picture is still on its way is better than nothing; an emergency waits for no picture.
    const none = pinned.length + rotation.length === 0
    return {
      // A strip has no room for a band.
      full: strip ? list.full.concat(list.banner) : list.full,
      banner: strip ? [] : list.banner,
      pinned: none ? list.pinned : pinned,
      rotation: none ? list.rotation : rotation,
      changesAt: list.changesAt,
    }
  }

  function isIn(items, key) {
    return items.some(item => keyOf(item) === key)
  }

  function keysOf(items) {
    return items.reduce((keys, item) => {
      keys[keyOf(item)] = true
      return keys
    }, {})
  }

  /* What the main part of the screen may show, by this list. */
  function allowed(list, key) {
    if (list.full.length > 0) return isIn(list.full, key)
    if (list.pinned.length + list.rotation.length === 0) return isIn(list.banner, key)
    return isIn(list.pinned, key) || isIn(list.rotation, key)
  }

  function slidesNow(item, key, emergency) {
    const poster = (videoFailures[key] || 0) >= mostFailures
    return deps.stage.slides(item, key, emergency, poster, !deps.media.ready(item, deps.stage.isStrip()))
  }

  function failed(key, slide, error) {
    deps.problem(`item ${key.split(':')[0]}: ${error.message || error}`)
    if (slide && slide.kind === 'video') videoFailures[key] = (videoFailures[key] || 0) + 1
    else failures[key] = (failures[key] || 0) + 1
    const sha256 = slide && (slide.sha256 || (slide.media && slide.media.sha256))
    if (sha256 && slide.kind !== 'video') deps.media.distrust(sha256)
  }

  function begin(item, index, emergency) {
    const key = keyOf(item)
    const mine = ++serial
    let slides
    try {
      slides = slidesNow(item, key, emergency)
    } catch (error) {
      failed(key, null, error)
      return
    }
    const at = Math.min(index, slides.length - 1)
    pending = { key: key, emergency: emergency }
    try {
      deps.stage.present(
        item,
        slides,
        at,
        emergency,
        error => {
          if (mine !== serial) return
          pending = null
          if (error) {
            failed(key, slides[at], error)
            skip(item, slides, at, emergency)
          } else stands(item, key, slides, at, emergency)
        },
        error => {
          if (mine !== serial || current === null) return
          if (error) {
            failed(key, slides[at], error)
            skip(item, slides, at, emergency)
          } else {
            current.seen[at] = true
            current.until = 0
            look()
          }
        }
      )
    } catch (error) {
      pending = null
      failed(key, slides[at], error)
    }
  }

  /* What cannot be drawn is left out; its video leaves its poster for a moment. */
  function skip(item, slides, at, emergency) {
    const slide = slides[at]
    if (slide.kind === 'video') {
      const poster = { kind: 'picture', media: slide.media, sha256: slide.media.poster.sha256, ms: 8000 }
      const mine = ++serial
      const instead = slides.slice()
      instead[at] = poster
      pending = { key: keyOf(item), emergency: emergency }
      deps.stage.present(
        item,
        instead,
        at,
        emergency,
        error => {
          if (mine !== serial) return
          pending = null
          if (error) next(listNow())
          else stands(item, keyOf(item), slides, at, emergency, poster.ms)
        },
        () => undefined
      )
    } else next(listNow())
  }

  function stands(item, key, slides, at, emergency, ms) {
    count()
    const again = current !== null && current.key === key && current.emergency === emergency
    const slide = slides[at]
    const begun = !again || at === 0
    current = {
      item: item,
      key: key,
      slides: slides,
      index: at,
      emergency: emergency,
      since: begun ? deps.clock.now() : current.since,
      stoodSince: steadyMs(),
      // In the dark nothing comes up; what still stands when it gets light does so then.
      comesUp: begun || current.comesUp,
      // A video ends by itself; the limit is for one that never does.
      until: steadyMs() + (ms || (slide.kind === 'video' ? slide.ms + 20000 : slide.ms)),
      seen: again && current.slides.length === slides.length ? current.seen : {},
      video: slide.kind === 'video' && !ms,
      failedSlide: Boolean(ms),
    }
  }

  /* One after the other until one can be drawn; an item that throws costs its own turn only. */
  function next(list) {
    for (let tries = 0; tries < 20; tries++) {
      const chosen = takeFresh(list) || nextItem(turn, list)
      if (chosen === null) return idle()
      turn = chosen.state
      begin(chosen.item, 0, list.full.length > 0)
      if (pending !== null || (current !== null && current.key === keyOf(chosen.item))) return
      list = listNow()
    }
    if (current !== null && !allowed(list, current.key)) idle()
  }

  /* A new notice is shown at once; the others keep their turns. */
  function takeFresh(list) {
    const key = fresh
    if (key === null || !allowed(list, key)) return null
    fresh = null
    const item = list.full.concat(list.pinned, list.rotation, list.banner).filter(i => keyOf(i) === key)[0]
    return { item: item, state: Object.assign({}, turn, { last: key }) }
  }

  function idle() {
    serial += 1
    pending = null
    if (current === null && mode === 'idle') return
    count()
    current = null
    deps.stage.idle()
  }

  function look() {
    const list = listNow()
    const emergency = list.full.length > 0
    const band = deps.banner.update(emergency ? [] : list.banner)
    if (band.begun) deps.displays.began(band.item, deps.clock.now())
    if (band.item && band.complete) noteComplete(band.item)
    inBand = band.item
    dark = deps.stage.light(settings(), deps.clock.now(), emergency || inBand !== null)
    if (band.resized) redraw()
    if (pending !== null && (!allowed(list, pending.key) || pending.emergency !== emergency)) {
      serial += 1
      pending = null
      deps.stage.giveUp()
    }
    if (pending === null) advance(list, emergency)
    const before = mode
    mode = current === null ? (inBand ? 'banner' : 'idle') : emergency ? 'emergency' : inBand ? 'banner' : 'items'
    if (
      mode !== before &&
      (mode === 'emergency' || mode === 'banner' || before === 'emergency' || before === 'banner')
    ) {
      deps.onDisplayed()
    }
  }

  function settings() {
    return manifest === null ? usualSettings : manifest.settings
  }

  function advance(list, emergency) {
    const nothing = list.full.length + list.pinned.length + list.rotation.length + list.banner.length === 0
    if (nothing) return idle()
    if (current === null || !allowed(list, current.key) || current.emergency !== emergency) return next(list)
    if (fresh !== null && fresh !== current.key && allowed(list, fresh)) return next(list)
    if (steadyMs() < current.until) return
    const grown = grow()
    if (current.index + 1 < current.slides.length) return begin(current.item, current.index + 1, emergency)
    if (grown) return begin(current.item, 0, emergency)
    const others =
      list.full.length > 0 ? list.full.length : list.pinned.length + list.rotation.length || list.banner.length
    if (others === 1 && current.slides.length === 1 && !current.video) return
    next(list)
  }

  /* What stood as text only goes on with its pictures, or as a bitmap, once they are here. @returns whether it has */
  function grow() {
    const before = current.slides
    try {
      current.slides = slidesNow(current.item, current.key, current.emergency)
    } catch (error) {
      failed(current.key, null, error)
    }
    return current.slides.length !== before.length || current.slides[0].kind !== before[0].kind
  }

  /* Counts what has stood since the last look. */
  function count() {
    const at = steadyMs()
    const lasted = at - lastLook
    lastLook = at
    if (dark) return
    const seenNow = !document.hidden
    const now = deps.clock.now()
    if (current !== null) {
      const stood = Math.min(lasted, at - current.stoodSince)
      if (current.comesUp) deps.displays.began(current.item, now - stood)
      current.comesUp = false
      deps.displays.stood(current.item, now, stood, seenNow)
      if (seenNow && !current.failedSlide && !current.video && at - current.stoodSince >= DISPLAYED_AFTER) {
        current.seen[current.index] = true
      }
      if (Object.keys(current.seen).length >= current.slides.length && allSlides()) noteComplete(current.item)
    }
    if (inBand !== null && !(current !== null && current.key === keyOf(inBand))) {
      deps.displays.stood(inBand, now, lasted, seenNow)
    }
  }

  /* What stands for a whole item: not only the text of one whose pictures are still on their way. */
  function allSlides() {
    return deps.media.ready(current.item, deps.stage.isStrip()) && !current.slides.some(slide => slide.poster)
  }

  function noteComplete(item) {
    const key = keyOf(item)
    if (completed[key] || document.hidden) return
    completed[key] = true
    deps.displays.completed(item, deps.clock.now())
    deps.onDisplayed()
  }

  function redraw() {
    deps.stage.refit()
    if (current === null) return
    const item = current.item
    const emergency = current.emergency
    current.seen = {}
    begin(item, 0, emergency)
  }

  return {
    /** A manifest that was checked; null: none yet. */
    setManifest: next => {
      const first = manifest === null
      const known = keysOf(first ? [] : manifest.items)
      const now = keysOf(next.items)
      manifest = next
      ;[failures, videoFailures, completed].forEach(map => {
        Object.keys(map).forEach(key => {
          if (!now[key]) delete map[key]
        })
      })
      const strip = deps.stage.isStrip()
      deps.stage.refit(next)
      if (deps.stage.isStrip() !== strip) redraw()
      const added = next.items.filter(item => !known[keyOf(item)])[0]
      if (fresh !== null && !now[fresh]) fresh = null
      if (!first && added) fresh = keyOf(added)
      look()
    },
    /** About once a second, and whenever something has changed. */
    look: () => {
      count()
      look()
    },
    /** The next page, at once; of the preview. */
    turnPage: () => {
      if (current !== null) current.until = 0
      look()
    },
    /** The screen has another size. */
    resized: () => {
      deps.banner.refit()
      redraw()
      look()
    },
    /** What the heartbeat says. */
    state: () => ({
      mode: dark ? 'night' : mode,
      now:
        current === null || dark
          ? null
          : {
              dispatchId: current.item.dispatchId,
              revision: current.item.revision,
              contentHash: current.item.contentHash,
              page: current.index + 1,
              pages: current.slides.length,
              since: new Date(current.since).toISOString(),
            },
    }),
    /** When time alone changes what may be shown. */
    changesAt: () => playlist(manifest, deps.clock.now(), failures).changesAt,
    emergency: () => mode === 'emergency' || mode === 'banner',
  }
}
