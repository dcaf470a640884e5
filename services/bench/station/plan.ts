import { repeatableRandom } from '../../../config/demo/random.ts'

/** One announcement in one slot, `plays` times in a row. */
export interface PlannedPart {
  dispatchId: string
  seed: number
  ms: number
  plays: number
}

export interface PlannedSlot {
  slotId: string
  startsAt: number
  startUntil: number
  /** When it first stands in a manifest. */
  publishedAt: number
  parts: PlannedPart[]
}

export interface PlannedEmergency {
  dispatchId: string
  issuedAt: number
  expiresAt: number
  seed: number
  ms: number
  times: number
  gapSeconds: number
  everySeconds: number | null
  afterwards: 'resume' | 'skip'
}

/** What goes wrong with an answer. */
export const lieKinds = [
  'half',
  'html',
  'garbage',
  'forged',
  'unknown-key',
  'old',
  'other-station',
  'wrong-file',
] as const
export type LieKind = (typeof lieKinds)[number]

export type Happening = { at: number } & (
  | { do: 'publish-slots' }
  | { do: 'issue'; emergency: PlannedEmergency }
  | { do: 'withdraw'; dispatchId: string }
  | { do: 'cut' | 'mend' | 'restart-server' }
  | { do: 'off'; how: 'kill' | 'power-cut' }
  | { do: 'on'; lostClockMs?: number }
  | { do: 'lie'; lie: LieKind }
  | { do: 'truncate'; afterBytes: number }
)

export interface StationPlan {
  startMs: number
  endMs: number
  skewMs: number
  slots: PlannedSlot[]
  emergencies: PlannedEmergency[]
  happenings: Happening[]
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const minuteMs = 60_000
const secondMs = 1_000
/** 0:00 of a Monday in Viet Nam. */
const firstDay = Date.UTC(2026, 10, 22, 17)
const slotHours = [5.5, 11, 17]
/** After the last trouble everything works until the end, so that what is waiting is told. */
const restMs = 30 * minuteMs

/**
 * Draws up some days of a station: what is to be aired, and everything that goes wrong on the way. The same seed gives the
 * same days. Some troubles are aimed: at the middle of a slot, of an emergency, of the moment at which one is issued.
 */
export function planStation(seed: number, hours: number): StationPlan {
  const random = repeatableRandom(seed)
  const within = (from: number, to: number) => from + random() * (to - from)
  const whole = (from: number, to: number) => Math.floor(within(from, to + 1))
  const some = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const startMs = firstDay
  const endMs = startMs + hours * hourMs
  const per = (perThreeDays: number) => Math.max(1, Math.round((perThreeDays * hours) / 72))

  const slots: PlannedSlot[] = []
  for (let day = 0; startMs + day * dayMs < endMs; day++) {
    for (const [i, hour] of slotHours.entries()) {
      const startsAt = startMs + day * dayMs + hour * hourMs
      if (startsAt > endMs - 2 * hourMs) continue
      const earlier = slots.at(-1)?.parts[0]
      const parts = Array.from({ length: whole(2, 5) }, (_, k) => ({
        dispatchId: String(1_000 + slots.length * 10 + k),
        seed: 1_000 + slots.length * 10 + k,
        ms: Math.round(within(6_000, 40_000)),
        plays: random() < 0.25 ? 2 : 1,
      }))
      // An announcement that is aired in two slots.
      if (earlier && random() < 0.4) parts.push({ ...earlier, plays: 1 })
      slots.push({
        slotId: String(500 + slots.length),
        startsAt,
        startUntil: startsAt + 10 * minuteMs,
        publishedAt: Math.max(startMs, startMs + (day - 1) * dayMs + (12 + i) * hourMs),
        parts,
      })
    }
  }

  const slotMs = (slot: PlannedSlot) => slot.parts.reduce((sum, p) => sum + p.ms * p.plays + 400, 2_300)
  const inSlot = () => {
    const slot = some(slots)
    return slot.startsAt + within(1_000, slotMs(slot))
  }
  const anywhere = () => within(startMs + hourMs, endMs - 3 * hourMs)

  const emergencies: PlannedEmergency[] = Array.from({ length: per(14) }, (_, i) => {
    const issuedAt = Math.round(random() < 0.5 ? inSlot() : anywhere())
    return {
      dispatchId: String(9_000 + i),
      issuedAt,
      expiresAt: Math.round(issuedAt + within(10 * minuteMs, 3 * hourMs)),
      seed: 9_000 + i,
      ms: Math.round(within(5_000, 20_000)),
      times: whole(1, 3),
      gapSeconds: whole(0, 5),
      everySeconds: random() < 0.75 ? some([300, 900, 1_800]) : null,
      afterwards: random() < 0.75 ? ('resume' as const) : ('skip' as const),
    }
  })
  // Two at nearly the same time: the newer one goes first, the older goes on.
  const [first, second] = emergencies
  if (first && second) {
    second.issuedAt = first.issuedAt + 4_000
    second.expiresAt = second.issuedAt + hourMs
  }

  const happenings: Happening[] = [{ at: startMs, do: 'on' }]
  for (const at of new Set(slots.map(s => s.publishedAt))) happenings.push({ at, do: 'publish-slots' })
  for (const emergency of emergencies) {
    happenings.push({ at: emergency.issuedAt, do: 'issue', emergency })
    if (random() < 0.4) {
      const at = emergency.issuedAt + (random() < 0.5 ? within(2_000, 30_000) : within(minuteMs, hourMs))
      happenings.push({ at, do: 'withdraw', dispatchId: emergency.dispatchId })
      // An update: what takes the place of the withdrawn one.
      if (random() < 0.5) {
        const id = `${Number(emergency.dispatchId) + 500}`
        const update = { ...emergency, dispatchId: id, seed: Number(id), issuedAt: Math.round(at + 50) }
        update.expiresAt = update.issuedAt + hourMs
        happenings.push({ at: update.issuedAt, do: 'issue', emergency: update })
      }
    }
  }
  for (let i = 0; i < per(8); i++) {
    const slot = some(slots)
    const part = some(slot.parts)
    const before = slot.parts.slice(0, slot.parts.indexOf(part)).reduce((sum, p) => sum + (p.ms + 400) * p.plays, 1_500)
    // While it is on air itself, or some time before.
    const onAir = slot.startsAt + before + within(0.2, 0.7) * part.ms
    const at = random() < 0.7 ? onAir : slot.startsAt - within(minuteMs, 6 * hourMs)
    happenings.push({ at: Math.max(at, startMs + minuteMs), do: 'withdraw', dispatchId: part.dispatchId })
  }

  /** Spans that lie apart; the first may be given. */
  const pairs = (count: number, length: () => number, begin: () => number, gap: number, first?: [number, number]) => {
    const taken: [number, number][] = first ? [first] : []
    for (let tries = 0; taken.length < count && tries < 1_000; tries++) {
      const from = begin()
      const to = from + length()
      if (to > endMs - restMs - hourMs || taken.some(([a, b]) => from < b + gap && to > a - gap)) continue
      taken.push([from, to])
    }
    return taken
  }
  const cutLength = () => secondMs * 5 * 5_000 ** random()
  const longFrom = within(startMs + 2 * hourMs, endMs - 14 * hourMs)
  const longCut: [number, number] | undefined = hours >= 24 ? [longFrom, longFrom + 10 * hourMs] : undefined
  const issueMoment = () => some(emergencies).issuedAt - within(-3_000, 20_000)
  const cutMoment = () => (random() < 0.3 ? issueMoment() : anywhere())
  for (const [from, to] of pairs(per(22), cutLength, cutMoment, minuteMs, longCut)) {
    happenings.push({ at: from, do: 'cut' }, { at: to, do: 'mend' })
  }
  const offMoment = () =>
    random() < 0.6 ? inSlot() : random() < 0.5 ? some(emergencies).issuedAt + within(0, 20_000) : anywhere()
  const offs = pairs(
    per(18),
    () => (random() < 0.6 ? within(1_000, 5_000) : 10_000 * 600 ** random()),
    offMoment,
    30_000,
  )
  for (const [from, to] of offs) {
    happenings.push({ at: from, do: 'off', how: to - from <= 5_000 ? 'kill' : 'power-cut' }, { at: to, do: 'on' })
  }
  for (let i = 0; i < per(6); i++) happenings.push({ at: anywhere(), do: 'restart-server' })
  for (let i = 0; i < per(5); i++) happenings.push({ at: anywhere(), do: 'truncate', afterBytes: whole(200, 60_000) })
  for (const lie of lieKinds) happenings.push({ at: anywhere(), do: 'lie', lie })

  return {
    startMs,
    endMs,
    skewMs: Math.round(within(-90_000, 90_000)),
    slots,
    emergencies,
    happenings: happenings.sort((a, b) => a.at - b.at),
  }
}
