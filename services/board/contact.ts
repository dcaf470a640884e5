import type { BoardHeartbeat, BoardManifest } from '../domain/board.ts'
import { type Clock, createBell } from '../runtime/clock.ts'
import { ContactError } from '../runtime/device-http.ts'
import { ownPlace, pollAfter, waitAfter } from '../web/board/core/pace.js'
import type { BoardClient } from './client.ts'
import type { BoardSession } from './session.ts'

/** What is known of the way to the server. */
export interface ContactState {
  /** Corrected time. */
  lastAt: number | undefined
  /** Of the last try; undefined when it went well. */
  trouble: string | undefined
  listening: boolean
}

/** Asks for manifests, listens for pokes and reports, each in its own loop. */
export interface BoardContact {
  run(): Promise<void>
  /** Asks now. */
  ask(): void
  /** Reports now. */
  report(): void
  state(): ContactState
  stop(): void
}

export interface ContactParts {
  clock: Clock
  random: () => number
  client: BoardClient
  session: BoardSession
  version: () => string | undefined
  nextPollSeconds: () => number | undefined
  /** A manifest that is good. */
  onManifest(manifest: BoardManifest, text: string): void
  beat(): BoardHeartbeat
  /** The server has this one. */
  onBeat(beat: BoardHeartbeat): void
  /** The state of the contact has changed. */
  onChange(): void
  now: () => number
  problem(text: string): void
}

const firstWaitMs = 15_000
const firstListenMs = 2_000
/** A server that was away finds its boards back within a minute, not all at once. */
const longestWaitMs = 60_000
const beatMs = 60_000
/** The first report is not to wait a minute, and several changes at once are one report. */
const gatherMs = 1_000

/** Makes the contact; `run` ends after `stop`. Without a credential every loop waits for one. */
export function createContact(parts: ContactParts): BoardContact {
  const { clock, random, client, session } = parts
  const askBell = createBell(clock)
  const beatBell = createBell(clock)
  const listenBell = createBell(clock)
  const known: ContactState = { lastAt: undefined, trouble: undefined, listening: false }
  let stopped = false
  let listening: AbortController | undefined

  const name = () => session.credential()?.boardId ?? ''
  const note = (trouble: string | undefined) => {
    const changed = known.trouble !== trouble
    known.trouble = trouble
    if (trouble === undefined) known.lastAt = parts.now()
    else if (changed) parts.problem(trouble)
    // What could not be told meanwhile is told now.
    if (changed && trouble === undefined) beatBell.ring()
    if (changed) parts.onChange()
  }

  /** A question in the board's name. A refused token is renewed once. @returns undefined: not asked, there is no token now */
  const asking = async <T>(question: (token: string) => Promise<T>): Promise<T | undefined> => {
    const token = await session.token()
    if (token === undefined) return undefined
    try {
      return await question(token)
    } catch (error) {
      if (!(error instanceof ContactError) || error.status !== 401) throw error
      const next = await session.token(token)
      if (next === undefined) return undefined
      return await question(next)
    }
  }

  const ask = async (): Promise<boolean> => {
    const answer = await asking(token => client.manifest(token, parts.version()))
    if (answer === undefined) return false
    if (answer === 'refused') throw new Error('what came is no manifest')
    if (answer !== 'unchanged') parts.onManifest(answer.manifest, answer.text)
    note(undefined)
    return true
  }

  const polling = async () => {
    let failures = 0
    while (!stopped) {
      let waitMs = pollAfter(parts.nextPollSeconds() ?? 60, name())
      try {
        if (await ask()) failures = 0
        else waitMs = firstWaitMs
      } catch (error) {
        if (stopped) return
        note((error as Error).message)
        waitMs = Math.min(longestWaitMs, waitAfter(++failures, firstWaitMs, random()))
      }
      if (!stopped) await askBell.sleep(waitMs)
    }
  }

  const listen = async () => {
    let failures = 0
    while (!stopped) {
      listening = new AbortController()
      const { signal } = listening
      const onOpen = () => {
        known.listening = true
        failures = 0
        parts.onChange()
      }
      await asking(token =>
        client.pokes(
          token,
          onOpen,
          poke => {
            if (poke.version === parts.version()) return
            // All boards of a province hear of a change together; only an emergency has them ask in the same moment.
            if (poke.urgent) askBell.ring()
            else clock.after(ownPlace(name(), 1_000), () => askBell.ring())
          },
          signal,
        ),
      ).catch(() => undefined)
      const was = known.listening
      known.listening = false
      if (stopped) return
      if (was) parts.onChange()
      // Whether only this connection broke or the server is gone is found by asking.
      if (was) askBell.ring()
      await listenBell.sleep(Math.min(longestWaitMs, waitAfter(++failures, firstListenMs, random())))
    }
  }

  const reporting = async () => {
    while (!stopped) {
      await beatBell.sleep(beatMs)
      if (stopped) return
      const beat = parts.beat()
      try {
        const told = await asking(async token => {
          await client.heartbeat(token, beat)
          return true
        })
        if (told) parts.onBeat(beat)
      } catch {
        // The rows are kept, and the next report has them.
      }
      await new Promise<void>(resolve => clock.after(gatherMs, resolve))
    }
  }

  return {
    run: async () => {
      await Promise.all([polling(), listen(), reporting()])
    },
    ask: () => askBell.ring(),
    report: () => beatBell.ring(),
    state: () => ({ ...known }),
    stop() {
      stopped = true
      listening?.abort(new Error('stopped'))
      for (const bell of [askBell, beatBell, listenBell]) bell.ring()
    },
  }
}
