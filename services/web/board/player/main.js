import { createClock } from '../core/clock.js'
import { createDisplays } from '../core/displays.js'
import { readManifest, usualSettings } from '../core/manifest.js'
import { createBanner } from './banner.js'
import { steadyMs } from './dom.js'
import { createGuard, keepAwake, keepStorage, registerWorker } from './guard.js'
import { drawLabels, drawPairing } from './labels.js'
import { createMedia } from './media.js'
import { createNet } from './net.js'
import { startPreview } from './preview.js'
import { createProblems, createReport } from './report.js'
import { createSession } from './session.js'
import { createShow } from './show.js'
import { createStage } from './stage.js'
import { memoryStore, openStore } from './store.js'
import { createSync } from './sync.js'

/*
 * Player of a public board. Rules: good content is never replaced by an error, a blank or a set-up page; what is over
 * disappears by the board's own corrected clock, server or no server; only what was really on screen is reported.
 * Syntax and interfaces are those of Chrome 53 (TV sets of 2017).
 */

const preview = location.pathname === '/board-preview'
const build = document.querySelector('meta[name="loa-player"]').getAttribute('content')

const problems = createProblems(preview)
window.onerror = (message, _source, line) => {
  problems.add(`script: ${message} (${line})`)
  return false
}
window.addEventListener('unhandledrejection', event => problems.add(`script: ${event.reason}`))

const LOOK_EVERY = 1000
const KEEP_EVERY = 30000
/* Text is measured, so the typeface must be there first; a set that cannot load it must not wait for ever. */
const TYPEFACE_WITHIN = 4000

function typeface() {
  if (!document.fonts) return Promise.resolve()
  const faces = [document.fonts.load('500 20px Board', 'Ẫ'), document.fonts.load('700 20px Board', 'Ộ')]
  const late = new Promise(resolve => {
    setTimeout(resolve, TYPEFACE_WITHIN)
  })
  return Promise.race([Promise.all(faces), late]).catch(() => undefined)
}

/* Told apart from every other run of any player. */
function newBoot() {
  const bytes = new Uint8Array(9)
  crypto.getRandomValues(bytes)
  return Array.from(bytes)
    .map(byte => (byte < 16 ? '0' : '') + byte.toString(16))
    .join('')
}

/* What is unreadable is as good as never written. */
function remembered(store) {
  const get = name => store.get(name).catch(() => undefined)
  return Promise.all(['clock', 'manifest', 'displays', 'problems'].map(get)).then(found => ({
    clock: found[0] && Number.isFinite(found[0].lastSeenMs) && Number.isFinite(found[0].offsetMs) ? found[0] : null,
    manifest: typeof found[1] === 'string' ? readManifest(found[1]) : null,
    displays: (Array.isArray(found[2]) ? found[2] : []).concat(store.left('displays') || []),
    problems: Array.isArray(found[3]) ? found[3] : [],
  }))
}

/* The parts that draw, the same on a board and in the preview. */
function createScreen(store, kept) {
  const clock = createClock({ wall: Date.now, steady: steadyMs }, kept.clock)
  const displays = createDisplays(newBoot(), kept.displays)
  clock.watch(displays.corrected)
  const news = { displayed: () => undefined }
  const media = createMedia({ store: store, clock: clock, problem: problems.add, onReady: () => show.look() })
  const stage = createStage({ media: media, preview: preview })
  const show = createShow({
    clock: clock,
    stage: stage,
    banner: createBanner(stage),
    media: media,
    displays: displays,
    problem: problems.add,
    onDisplayed: () => news.displayed(),
  })
  const screen = { clock: clock, displays: displays, show: show, stage: stage, news: news, manifest: null }
  screen.take = manifest => {
    screen.manifest = manifest
    drawLabels(manifest, clock.now(), preview)
    media.want(manifest.items)
    show.setManifest(manifest)
  }
  screen.settings = () => (screen.manifest === null ? usualSettings : screen.manifest.settings)
  window.addEventListener('resize', show.resized)
  return screen
}

/* Another place each minute, never the same round twice in a day. */
function driftOf(screen) {
  const minute = Math.floor(screen.clock.now() / 60000)
  const on = screen.settings().drift && !preview
  screen.stage.drift(on ? Math.sin(minute * 2.4) : 0, on ? Math.cos(minute * 1.7) : 0)
}

/* Looks each second, and at the very moment in which something ends. */
function keepLooking(screen, also) {
  let boundary = 0
  const look = () => {
    try {
      screen.show.look()
      drawLabels(screen.manifest, screen.clock.now(), preview)
      driftOf(screen)
      also()
      const left = screen.show.changesAt() - screen.clock.now()
      clearTimeout(boundary)
      if (left < LOOK_EVERY) boundary = setTimeout(look, Math.max(10, left))
    } catch (error) {
      problems.add(`look: ${error}`)
    }
  }
  look()
  setInterval(look, LOOK_EVERY)
}

function startBoard(store, kept) {
  const screen = createScreen(store, kept)
  const clock = screen.clock
  const net = createNet(clock)
  const keep = () => {
    report.keep()
    store.put('clock', clock.memory()).catch(() => undefined)
  }
  const session = createSession({
    store: store,
    net: net,
    clock: clock,
    problem: problems.add,
    about: () => report.about(),
    onPairing: drawPairing,
    onOther: () => {
      screen.displays.forget()
      report.keep()
    },
    onReady: () => {
      sync.start()
      report.start()
    },
  })
  const report = createReport({
    boot: screen.displays.boot,
    build: build,
    session: session,
    store: store,
    clock: clock,
    displays: screen.displays,
    problems: problems,
    version: () => (screen.manifest === null ? '' : screen.manifest.version),
    showing: screen.show.state,
  })
  const guard = createGuard({ build: build, net: net, store: store, problem: problems.add, beforeLeaving: keep })
  const sync = createSync({
    session: session,
    problem: problems.add,
    onManifest: (manifest, text) => {
      screen.take(manifest)
      store.put('manifest', text).catch(error => problems.add(`manifest not kept: ${error}`))
    },
    onAnswer: () => store.put('clock', clock.memory()).catch(() => undefined),
    onPlayer: guard.newPlayer,
  })
  screen.news.displayed = report.soon
  document.body.className = 'kiosk'
  // What happened before a restart is what somebody wants to know afterwards.
  kept.problems.forEach(problems.add)
  problems.keepWith(list => store.put('problems', list).catch(() => undefined))
  if (kept.manifest !== null) {
    sync.know(kept.manifest)
    screen.take(kept.manifest)
  }
  let keptAt = steadyMs()
  keepLooking(screen, () => {
    if (clock.tick() && session.paired()) sync.now()
    guard.looked()
    guard.nightly(screen.settings(), clock.now(), session.boardId(), screen.show.emergency())
    if (steadyMs() - keptAt < KEEP_EVERY) return
    keptAt = steadyMs()
    keep()
  })
  guard.watch()
  window.addEventListener('pagehide', () => {
    screen.show.look()
    report.leave()
    keep()
  })
  keepAwake()
  keepStorage()
  registerWorker(problems.add)
  return session.start()
}

function startWatching(store, kept) {
  const screen = createScreen(store, kept)
  keepLooking(screen, () => screen.clock.tick())
  startPreview({
    net: createNet(screen.clock),
    clock: screen.clock,
    onManifest: screen.take,
    turnPage: screen.show.turnPage,
  })
}

Promise.all([preview ? memoryStore() : openStore(), typeface()])
  .then(found => remembered(found[0]).then(kept => (preview ? startWatching : startBoard)(found[0], kept)))
  .catch(error => problems.add(`start: ${error}`))
