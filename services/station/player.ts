import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceState } from '../domain/station.ts'
import type { Clock } from '../runtime/clock.ts'
import { openFileStore, type StoreLimits } from '../runtime/file-store.ts'
import { projectVersion } from '../runtime/paths.ts'
import { createClient } from './client.ts'
import { createDeviceTime, createServerTime } from './clock.ts'
import { type Contact, createContact } from './contact.ts'
import type { Action, State } from './core/types.ts'
import { createFetcher, type Fetcher } from './fetcher.ts'
import { loadIdentity, parseLink, saveIdentity } from './identity.ts'
import { openJournal } from './journal.ts'
import { createMachine, type Machine } from './machine.ts'
import { createOutput } from './sound/output.ts'
import type { SinkKind } from './sound/sinks.ts'
import { type PlayerStatus, statusOf } from './status.ts'

export interface PlayerOptions {
  /** The link that the console shows: `https://…/station-device/<token>#<kid>`. */
  link: string
  /** Folder of the device; held by the caller's lock. */
  dir: string
  sink: SinkKind
  clock: Clock
  /** Between 0 and 1, for the spreading of polls. */
  random?: () => number
  /** Pins the server's present key in place of the one known. */
  acceptKey?: boolean
  limits?: StoreLimits
  onChange?: () => void
}

/** A running player. */
export interface Player {
  status(): PlayerStatus
  state(): State
  /** Ends in order: what is on air is cut, the journal is closed. */
  stop(): Promise<void>
  /** Ends at once and writes nothing more, as `kill -9` would. For benches and tests of the journal. */
  kill(): void
  /** Bytes of the journal that are certainly on the disk; what lies behind them a power cut may take. */
  journalBytes(): number
}

const usualLimits: StoreLimits = { mostBytes: 1_000_000_000, leastFreeBytes: 20_000_000 }
/** Whoever has no contact by then plays by what is there. */
const firstContactMs = 10_000
/** A clock that stands so far before the last line of the journal is wrong. */
const clockSlackMs = 60_000
const seldomMs = 60_000

/**
 * The reference player: pulls the signed manifest of its station, fetches the files, plays them on time with or without the
 * network, and reports what it did. Needs nothing of Loa but its addresses.
 * @throws AppError setup.configuration for a link that is none or a spoilt key file
 */
export async function startPlayer(options: PlayerOptions): Promise<Player> {
  const { clock, dir, sink } = options
  const random = options.random ?? Math.random
  const link = parseLink(options.link)
  await clock.busy(mkdir(dir, { recursive: true, mode: 0o700 }))
  const identityPath = join(dir, 'identity.json')
  const identity = loadIdentity(identityPath)
  const journal = openJournal(join(dir, 'journal.jsonl'))
  const store = await clock.busy(openFileStore(join(dir, 'files'), options.limits ?? usualLimits))
  const server = createServerTime(journal.recorded.skewMs)
  let contact: Contact | undefined
  let fetcher: Fetcher | undefined
  let over = false
  let triedContact = false
  let reachedServer = false
  let reachedLast = false

  const time = createDeviceTime(clock, server, () => contact?.poll())
  const client = createClient(link, clock, server)

  const output = createOutput(sink, clock, {
    onFeed: (soundId, toMs, dueInMs) => machine.tell({ type: 'feed', soundId, toMs, dueAt: time.nowMs() + dueInMs }),
    onEnded: soundId => machine.tell({ type: 'sound-ended', soundId }),
    onSink: ok => machine.tell({ type: 'sink', ok }),
  })

  const act = (action: Action) => {
    switch (action.do) {
      case 'play':
        output.play(action.sound, store.path(action.sound.sha256))
        break
      case 'stop':
        output.stop(action.soundId)
        break
      case 'limit':
        output.limit(action.soundId, action.toMs)
        break
      case 'prepare':
        output.prepare(action.sha256, store.path(action.sha256), action.fromMs)
        break
    }
  }

  const machine: Machine = createMachine({
    clock,
    time,
    journal,
    act,
    onChange(before, after) {
      if (after.nextN > before.nextN) contact?.report()
      options.onChange?.()
    },
  })

  /** Before the first contact was tried, a device that has lost its time would play by a wrong one. */
  const tellClock = () => {
    const skewMs = server.skewMs()
    const isLost = !reachedServer && time.nowMs() < machine.state().lastAt - clockSlackMs
    if (triedContact) machine.tell({ type: 'clock', ok: !isLost, skewMs })
    if (triedContact && isLost) machine.tell({ type: 'fault', reason: 'clock' })
  }

  const describe = async (): Promise<DeviceState> => {
    const { sound, manifest, sinkOk, open, slot } = machine.state()
    // Before its first part a slot is named by that part.
    const dispatchId = sound?.emergency?.dispatchId ?? open?.dispatchId ?? slot?.parts[0]?.dispatchId
    return {
      version: projectVersion(),
      seq: manifest?.seq ?? 0,
      playing:
        sound && dispatchId !== undefined
          ? {
              ...(sound.slotId !== undefined && { slotId: sound.slotId }),
              dispatchId,
              since: new Date(sound.since).toISOString(),
            }
          : null,
      clockSkewMs: Math.round(server.skewMs()),
      freeBytes: await store.freeBytes().catch(() => 0),
      filesMissing: fetcher?.missing() ?? 0,
      soundOk: sinkOk,
    }
  }

  fetcher = createFetcher({ clock, random, client, store, machine, onStaleAddress: () => contact?.poll(true) })
  contact = createContact({
    clock,
    random,
    client,
    machine,
    identity: options.acceptKey ? undefined : identity,
    stationId: identity?.stationId,
    kid: link.kid,
    save: next => saveIdentity(identityPath, next),
    describe,
    now: time.nowMs,
    onTried(reached) {
      const isBack = reached && !reachedLast
      reachedLast = reached
      triedContact = true
      reachedServer ||= reached
      tellClock()
      if (isBack) fetcher?.retry()
      options.onChange?.()
    },
    onManifest: () => fetcher?.look(),
  })

  machine.tell({ type: 'power-on' })
  const contacting = contact.run()
  for await (const sha256 of store.check()) machine.tell({ type: 'file-ready', sha256, isNew: false })
  void output.warmUp()
  const cancelFirst = clock.after(firstContactMs, () => {
    triedContact = true
    tellClock()
  })
  let cancelSeldom = () => {}
  const seldom = () => {
    tellClock()
    cancelSeldom = clock.after(seldomMs, seldom)
  }
  cancelSeldom = clock.after(seldomMs, seldom)
  const loops = Promise.all([contacting, fetcher.run()])

  const end = () => {
    over = true
    cancelFirst()
    cancelSeldom()
    machine.stop()
    contact.stop()
    fetcher.stop()
    client.close()
  }

  return {
    state: machine.state,
    status: () =>
      statusOf(machine.state(), contact.state(), {
        version: projectVersion(),
        sink: sink.name,
        filesMissing: fetcher.missing(),
        journalIsFull: machine.isJournalFull(),
        skewMs: server.skewMs(),
      }),
    async stop() {
      if (over) return
      machine.tell({ type: 'power-off' })
      end()
      await output.close()
      await loops.catch(() => undefined)
      journal.close()
    },
    kill() {
      if (over) return
      end()
      output.kill()
      journal.close()
    },
    journalBytes: journal.syncedBytes,
  }
}
