import type { DeviceState } from '../domain/station.ts'
import { type Clock, createBackoff, createBell } from '../runtime/clock.ts'
import { ContactError } from '../runtime/device-http.ts'
import type { StationClient } from './client.ts'
import type { Identity } from './identity.ts'
import type { Machine } from './machine.ts'
import { isNamed, type Refusal, readManifest } from './verify.ts'

/** What is known of the way to the server. */
export interface ContactState {
  lastAt: number | undefined
  /** Of the last try; undefined when it went well. */
  problem: string | undefined
  /** What was wrong with the last manifest or key that came. */
  refused: Refusal | 'changed-key' | undefined
  /** The server says that there is no such device, or no longer. */
  isUnknown: boolean
  listening: boolean
}

/** Asks for manifests, listens for pokes and hands in reports, each in its own loop. */
export interface Contact {
  run(): Promise<void>
  /** Ask now. @param fresh also when the manifest is unchanged: its signed addresses have run out */
  poll(fresh?: boolean): void
  /** There is something to tell. */
  report(): void
  state(): ContactState
  stop(): void
}

export interface ContactParts {
  clock: Clock
  random: () => number
  client: StationClient
  machine: Machine
  /** Pinned key and station, if any. */
  identity: Identity | undefined
  /** The station that the device belongs to, also while its key is to be pinned anew. */
  stationId: string | undefined
  /** The kid that the link names. */
  kid: string | undefined
  save(identity: Identity): void
  describe(): Promise<DeviceState>
  /** After every try: did a server answer? */
  onTried(reached: boolean): void
  onManifest(): void
  now(): number
}

const usualPollMs = 60_000
const mostEvents = 500
/** Events that come together are told together. */
const gatherMs = 300

/** Makes the contact; `run` ends after `stop`. */
export function createContact(parts: ContactParts): Contact {
  const { clock, random, client, machine } = parts
  const pollBell = createBell(clock)
  const reportBell = createBell(clock)
  const pokeBell = createBell(clock)
  const known: ContactState = {
    lastAt: undefined,
    problem: undefined,
    refused: undefined,
    isUnknown: false,
    listening: false,
  }
  let identity = parts.identity
  let stopped = false
  let wantsFresh = false
  let reportsArrive = true
  let listening: AbortController | undefined

  const pollMs = () => (machine.state().manifest?.pollSeconds ?? usualPollMs / 1_000) * 1_000

  const reached = () => {
    known.lastAt = parts.now()
    known.problem = undefined
    known.isUnknown = false
    parts.onTried(true)
    if (!reportsArrive) reportBell.ring()
  }
  const failed = (error: unknown) => {
    if (stopped) return
    known.problem = (error as Error).message
    const status = error instanceof ContactError ? error.status : undefined
    known.isUnknown = status === 404 || status === 410
    parts.onTried(status !== undefined)
  }

  const pin = async () => {
    const key = await client.key()
    if (parts.kid !== undefined && !isNamed(key, parts.kid)) {
      known.refused = 'changed-key'
      machine.tell({ type: 'refused', reason: 'unknown-key' })
      return
    }
    identity = { key, ...(parts.stationId !== undefined && { stationId: parts.stationId }) }
    parts.save(identity)
  }

  const refuse = (reason: Refusal) => {
    known.refused = reason
    machine.tell({ type: 'refused', reason })
  }

  const ask = async () => {
    if (!identity) await pin()
    if (!identity) return reached()
    const fresh = wantsFresh
    wantsFresh = false
    const answer = await client.manifest(fresh ? undefined : machine.state().manifest?.seq)
    reached()
    if (answer === 'unchanged') return
    const read = answer === 'not-loa' ? undefined : readManifest(answer.token, identity.key, identity.stationId)
    if (!read) return refuse('bad-manifest')
    if ('refused' in read) return refuse(read.refused)
    known.refused = undefined
    if (identity.stationId === undefined) {
      identity = { ...identity, stationId: read.manifest.stationId }
      parts.save(identity)
    }
    machine.tell({ type: 'manifest', manifest: read.manifest })
    parts.onManifest()
  }

  const polling = async () => {
    const backoff = createBackoff(2_000, usualPollMs, random)
    while (!stopped) {
      let pauseMs: number
      try {
        await ask()
        backoff.reset()
        pokeBell.ring()
        pauseMs = pollMs() * (0.9 + random() * 0.2)
      } catch (error) {
        failed(error)
        // A connection that only seems to be there would keep pokes away for hours.
        listening?.abort(new Error('the server cannot be reached'))
        pauseMs = Math.min(backoff.next(), pollMs())
      }
      if (!stopped) await pollBell.sleep(pauseMs)
    }
  }

  const listeningLoop = async () => {
    const backoff = createBackoff(1_000, usualPollMs, random)
    while (!stopped) {
      listening = new AbortController()
      const onOpen = () => {
        known.listening = true
        backoff.reset()
        // What was poked before we listened is found by asking.
        pollBell.ring()
      }
      const onPoke = (seq: number) => seq > (machine.state().manifest?.seq ?? 0) && pollBell.ring()
      await client.pokes(onOpen, onPoke, listening.signal).catch(() => undefined)
      const wasListening = known.listening
      known.listening = false
      if (stopped) return
      await pokeBell.sleep(backoff.next())
      // Whether only this connection broke or the server is gone is found by asking.
      if (wasListening) pollBell.ring()
    }
  }

  const hand = async () => {
    do {
      const events = machine.state().pending.slice(0, mostEvents)
      const { upTo } = await client.report({ state: await clock.busy(parts.describe()), events })
      machine.tell({ type: 'acked', upTo })
      if (!events.some(event => event.n <= upTo)) break
    } while (machine.state().pending.length > 0 && !stopped)
  }

  const reporting = async () => {
    const backoff = createBackoff(3_000, usualPollMs, random)
    while (!stopped) {
      let pauseMs = pollMs()
      try {
        await hand()
        reportsArrive = true
        backoff.reset()
      } catch {
        reportsArrive = false
        pauseMs = backoff.next()
      }
      if (stopped) return
      await reportBell.sleep(pauseMs)
      if (!stopped) await reportBell.sleep(gatherMs)
    }
  }

  return {
    run: async () => {
      await Promise.all([polling(), listeningLoop(), reporting()])
    },
    poll(fresh = false) {
      wantsFresh ||= fresh
      pollBell.ring()
    },
    report: () => reportsArrive && reportBell.ring(),
    state: () => ({ ...known }),
    stop() {
      stopped = true
      listening?.abort(new Error('stopped'))
      for (const bell of [pollBell, reportBell, pokeBell]) bell.ring()
    },
  }
}
