import { randomBytes } from 'node:crypto'
import type { BoardHeartbeat } from '../domain/board.ts'
import type { Clock } from '../runtime/clock.ts'
import { openFileStore, type StoreLimits } from '../runtime/file-store.ts'
import { projectVersion } from '../runtime/paths.ts'
import { createClock } from '../web/board/core/clock.js'
import { createDisplays } from '../web/board/core/displays.js'
import { createBoardClient } from './client.ts'
import { createContact } from './contact.ts'
import { openBoardFolder } from './folder.ts'
import { createBoardMedia } from './media.ts'
import { createSession } from './session.ts'
import { createShow, type Showing } from './showing.ts'

/** What a board says of itself, as it happens. */
export type BoardNews = { at: string } & (
  | { event: 'code'; code: string; expiresAt: string }
  | { event: 'paired'; board: { id: string; name: string; commune: string } }
  | { event: 'unpaired' }
  | { event: 'contact'; why: 'asking' | 'listening' }
  | { event: 'no-contact'; why: string }
  | { event: 'problem'; text: string }
  | {
      event: 'showing'
      mode: Showing['mode']
      title: string
      dispatchId: string
      page: number
      pages: number
      /** What of it: the text of the page, or the kind of picture. */
      text: string
      startsAt: string
      expiresAt: string
      band: string
    }
)

export interface BoardOptions {
  /** Address of Loa, with the path it is reached under, if any. */
  server: string
  /** Folder of the board; held by the caller's lock. */
  dir: string
  clock: Clock
  /** Between 0 and 1, for the spreading of tries. */
  random?: () => number
  limits?: StoreLimits
  /** What the screen would measure. */
  screen?: string
  onNews?: (news: BoardNews) => void
  /** Each time that something else stands on the board. */
  onShowing?: (showing: Showing, path: (sha256: string) => string) => void
}

/** A running board. */
export interface Board {
  showing(): Showing
  version(): string
  paired(): boolean
  listening(): boolean
  /** Proof rows that the server has not acknowledged. */
  toReport(): number
  /** Ends in order: what is to be reported is kept. */
  stop(): Promise<void>
}

const usualLimits: StoreLimits = { mostBytes: 500_000_000, leastFreeBytes: 20_000_000 }
const lookMs = 1_000
/** So much of the proof may be lost with the power. */
const keepMs = 20_000
const mostRows = 100
const mostProblems = 20

/**
 * The reference board: pairs, fetches, chooses what to show by the rules of the browser's player, and reports it, without a
 * screen. Needs nothing of Loa but its addresses.
 */
export async function startBoard(options: BoardOptions): Promise<Board> {
  const { clock, server, dir, onNews, onShowing } = options
  const random = options.random ?? Math.random
  const folder = openBoardFolder(dir)
  const memory = folder.memory()
  const boot = randomBytes(9).toString('base64url')
  const time = createClock({ wall: clock.wallMs, steady: clock.steadyMs }, memory?.clock ?? null)
  const displays = createDisplays(boot, memory?.displays ?? [])
  time.watch(displays.corrected)
  const store = await clock.busy(openFileStore(folder.media, options.limits ?? usualLimits))
  let problems: string[] = []
  let timer = () => {}
  let keptAt = clock.steadyMs()
  let stopped = false

  const tell = (news: BoardNews extends infer N ? (N extends BoardNews ? Omit<N, 'at'> : never) : never) =>
    onNews?.({ at: new Date(time.now()).toISOString(), ...news } as BoardNews)
  const problem = (text: string) => {
    problems = [...problems, text.slice(0, 300)].slice(-mostProblems)
    if (!stopped) tell({ event: 'problem', text })
  }
  const keepMemory = () => {
    keptAt = clock.steadyMs()
    try {
      folder.keepMemory({ clock: time.memory(), displays: displays.unsent() })
    } catch (error) {
      problem(`not kept: ${(error as Error).message}`)
    }
  }

  const client = createBoardClient(server, clock, (serverMs, waitedMs) => time.heard(serverMs, waitedMs))
  const session = createSession({
    ...{ clock, random, server, folder, client, now: time.now, problem },
    about: { screen: options.screen ?? 'headless', player: `loa-board ${projectVersion()}` },
    onCode: open => open && tell({ event: 'code', code: open.code, expiresAt: open.expiresAt }),
    onPaired({ boardId, name, commune }) {
      tell({ event: 'paired', board: { id: boardId, name, commune } })
      contact.ask()
    },
    onOther() {
      displays.forget()
      keepMemory()
    },
    onLost: () => tell({ event: 'unpaired' }),
  })
  const onReady = () => {
    show.look()
    // What already stands may have been waiting for this file.
    onShowing?.(show.state(), store.path)
  }
  const media = createBoardMedia({ clock, random, client, store, problem, onReady })
  const show = createShow({
    now: time.now,
    steady: clock.steadyMs,
    displays,
    hasFile: media.has,
    onChange(showing) {
      // Due, but not to be seen before its file is here: no news yet.
      if (showing.item === undefined || showing.drawn) tell(newsOf(showing))
      onShowing?.(showing, store.path)
      // What has just come up is news on the console; a rotation is not.
      if (showing.mode === 'emergency' || showing.mode === 'banner') contact.report()
    },
  })

  const beat = (): BoardHeartbeat => {
    const { mode, item, drawn, page, pages, since } = show.state()
    const isDark = mode === 'night'
    return {
      version: show.manifest()?.version ?? '',
      ...{ boot, visible: true, mode, displays: displays.batch(mostRows), problems },
      now:
        item && drawn && !isDark
          ? {
              dispatchId: item.dispatchId,
              revision: item.revision,
              contentHash: item.contentHash,
              ...{ page, pages, since: new Date(since).toISOString() },
            }
          : null,
      player: `loa-board ${projectVersion()}`,
      screen: options.screen ?? 'headless',
      clockSkewMs: time.skewMs(),
      storage: null,
      offlineReady: true,
    }
  }

  const contact = createContact({
    ...{ clock, random, client, session, beat, now: time.now, problem },
    version: () => show.manifest()?.version,
    nextPollSeconds: () => show.manifest()?.nextPollSeconds,
    onManifest(manifest, text) {
      try {
        folder.keepManifest(text)
      } catch (error) {
        problem(`manifest not kept: ${(error as Error).message}`)
      }
      const isFirst = show.manifest() === undefined
      show.take(manifest)
      media.want(manifest)
      if (isFirst) contact.report()
    },
    onBeat(sent) {
      displays.acknowledge(sent.displays)
      problems = problems.filter(text => !sent.problems.includes(text))
      keepMemory()
      if (displays.batch(1).length > 0 && sent.displays.length === mostRows) contact.report()
    },
    onChange() {
      const { trouble, listening } = contact.state()
      tell(
        trouble === undefined
          ? { event: 'contact', why: listening ? 'listening' : 'asking' }
          : { event: 'no-contact', why: trouble },
      )
    },
  })

  const tick = () => {
    if (stopped) return
    if (time.tick()) contact.ask()
    show.look()
    if (clock.steadyMs() - keptAt >= keepMs) keepMemory()
    timer = clock.after(lookMs, tick)
  }

  const kept = session.credential() ? folder.manifest() : undefined
  if (kept) {
    show.take(kept)
    media.want(kept)
  }
  const loops = Promise.all([session.run(), contact.run(), media.run()])
  tick()

  return {
    showing: show.state,
    version: () => show.manifest()?.version ?? '',
    paired: () => session.credential() !== undefined,
    listening: () => contact.state().listening,
    toReport: () => displays.unsent().length,
    async stop() {
      show.look()
      stopped = true
      timer()
      session.stop()
      contact.stop()
      media.stop()
      client.close()
      await loops
      keepMemory()
    },
  }
}

function newsOf({ mode, item, slide, page, pages, band }: Showing) {
  const text = slide?.kind === 'text' ? slide.page.text : slide ? `[${slide.kind}]` : ''
  return {
    event: 'showing' as const,
    ...{ mode, page, pages, text },
    title: item?.title ?? '',
    dispatchId: item?.dispatchId ?? '',
    startsAt: item?.startsAt ?? '',
    expiresAt: item?.expiresAt ?? '',
    band: band?.title ?? '',
  }
}
