import type {
  DeviceEvent,
  ManifestEmergency,
  ManifestFile,
  ManifestSlot,
  StationManifest,
} from '../../../services/domain/station.ts'
import { nextWake } from '../../../services/station/core/plan.ts'
import { apply, awake, nothingRecorded } from '../../../services/station/core/record.ts'
import { step } from '../../../services/station/core/step.ts'
import type { Action, Input, JournalRecord, Recorded, Sound, State } from '../../../services/station/core/types.ts'

type Happened = Input extends infer I ? (I extends Input ? Omit<I, 'now'> : never) : never

/** A stretch of sound as the sink got it. */
export interface Given {
  sound: Sound
  fromMs: number
  toMs: number
  at: number
}

const pieceMs = 200

/** The rule book in a shell without disk, network and sound: time and pieces of sound pass as in the real one. */
export class Shell {
  now = 1_764_000_000_000
  journal: JournalRecord[] = []
  events: DeviceEvent[] = []
  given: Given[] = []
  actions: Action[] = []
  state: State
  playing: { sound: Sound; toMs: number } | undefined
  /** Runs after each step; for invariants. */
  check: (state: State, input: Input) => void = () => {}

  constructor() {
    this.state = awake(nothingRecorded, this.now)
    this.tell({ type: 'power-on' })
    this.tell({ type: 'clock', ok: true, skewMs: 0 })
  }

  tell(happened: Happened): void {
    const input = { ...happened, now: this.now } as Input
    const { state, records, actions } = step(this.state, input)
    this.state = state
    this.journal.push(...records)
    this.actions.push(...actions)
    for (const record of records) if (record.r === 'event') this.events.push(record.event)
    for (const action of actions) {
      if (action.do === 'play') this.playing = { sound: action.sound, toMs: action.sound.toMs }
      if (action.do === 'stop' && this.playing?.sound.id === action.soundId) this.playing = undefined
      if (action.do === 'limit' && this.playing?.sound.id === action.soundId) this.playing.toMs = action.toMs
    }
    this.check(state, input)
  }

  /** Lets time pass, with every piece of sound and every wake-up in it. */
  pass(ms: number): void {
    const end = this.now + ms
    while (this.now < end) {
      const wake = nextWake(this.state) ?? Number.POSITIVE_INFINITY
      const next = Math.min(end, wake, this.playing ? this.now + pieceMs : Number.POSITIVE_INFINITY)
      const passed = next - this.now
      this.now = next
      if (this.playing) this.give(passed)
      this.tell({ type: 'tick' })
    }
  }

  /** Gives the sink what is due; the file may be shorter than it was said to be. */
  private give(ms: number): void {
    const playing = this.playing
    const sound = this.state.sound
    if (!playing || !sound) return
    const toMs = Math.min(sound.fedMs + ms, playing.toMs)
    if (toMs > sound.fedMs) {
      this.tell({ type: 'feed', soundId: sound.id, toMs, dueAt: this.now - ms })
      this.given.push({ sound, fromMs: sound.fedMs, toMs, at: this.now - ms })
    }
    if (toMs >= playing.toMs && this.playing === playing) {
      this.playing = undefined
      this.tell({ type: 'sound-ended', soundId: sound.id })
    }
  }

  /** What the journal adds up to. */
  recorded(): Recorded {
    return this.journal.reduce(apply, nothingRecorded)
  }

  /** Loses the power; comes back with what the journal holds. */
  powerCut(offMs: number): void {
    const { ready } = this.state
    this.playing = undefined
    this.now += offMs
    this.state = awake(this.recorded(), this.now)
    this.tell({ type: 'power-on' })
    for (const sha256 of ready) this.tell({ type: 'file-ready', sha256, isNew: false })
    this.tell({ type: 'clock', ok: true, skewMs: 0 })
  }

  iso(afterMs: number): string {
    return new Date(this.now + afterMs).toISOString()
  }

  kinds(): string[] {
    return this.events
      .filter(e => e.kind !== 'fetched')
      .map(e => [e.kind, e.dispatchId, e.play, e.reason].filter(x => x !== undefined).join(' '))
  }
}

/** A file named by a letter. */
export function file(name: string, durationMs: number): ManifestFile {
  return {
    url: `/f/${name}`,
    bytes: 1_000,
    sha256: name.charCodeAt(0).toString(16).padStart(64, '0'),
    durationMs,
    lufs: -16,
  }
}

/** A slot with parts of `partMs`, a second of opening before and half a second after each. */
export function slotOf(
  slotId: string,
  startsAt: string,
  lateSeconds: number,
  dispatchIds: string[],
  partMs = 3_000,
): ManifestSlot {
  const parts = dispatchIds.map((dispatchId, i) => ({
    ...{ dispatchId, title: dispatchId, play: dispatchIds.slice(0, i + 1).filter(d => d === dispatchId).length },
    ...{ startMs: 1_000 + i * (partMs + 500), endMs: 1_000 + i * (partMs + 500) + partMs },
  }))
  const durationMs = 1_500 + dispatchIds.length * (partMs + 500)
  const startUntil = new Date(Date.parse(startsAt) + lateSeconds * 1_000).toISOString()
  return { slotId, startsAt, startUntil, file: file(String.fromCharCode(64 + Number(slotId)), durationMs), parts }
}

/** An emergency of two seconds, once, unless said otherwise. */
export function emergencyOf(
  dispatchId: string,
  issuedAt: string,
  more: Partial<ManifestEmergency> = {},
): ManifestEmergency {
  return {
    ...{ dispatchId, title: dispatchId, issuedAt, expiresAt: new Date(Date.parse(issuedAt) + 3_600_000).toISOString() },
    ...{ times: 1, gapSeconds: 1, everySeconds: null, afterwards: 'resume' as const },
    ...{ file: file(String.fromCharCode(200 + (Number(dispatchId) % 50)), 2_000) },
    ...more,
  }
}

/** A manifest of a day. */
export function manifestOf(shell: Shell, seq: number, more: Partial<StationManifest>): StationManifest {
  return {
    ...{ v: 1 as const, stationId: '7', stationName: 'Đài xã Thử', seq, issuedAt: shell.iso(0) },
    ...{ expiresAt: shell.iso(86_400_000), slots: [], emergencies: [], withdrawn: [], pollSeconds: 60, demo: true },
    ...more,
  }
}

/** Takes a manifest over, with its files. */
export function adopt(shell: Shell, manifest: StationManifest): void {
  shell.tell({ type: 'manifest', manifest })
  for (const { file: named } of [...manifest.slots, ...manifest.emergencies]) {
    if (!shell.state.ready.has(named.sha256)) shell.tell({ type: 'file-ready', sha256: named.sha256, isNew: true })
  }
}
