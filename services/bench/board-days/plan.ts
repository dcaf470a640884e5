import { repeatableRandom } from '../../../config/demo/random.ts'
import type { Priority } from '../../domain/announcement.ts'
import type { Takeover } from '../../domain/board-content.ts'

/** An announcement that is to be on the board for a while. `mark` is a number that stands in its title and nowhere else. */
export interface PlannedItem {
  mark: string
  priority: Priority
  takeover: Takeover
  pinned: boolean
  /** Turns per round; undefined: as the priority has it. */
  weight: number | undefined
  /** Characters of the text, so that some go over several pages. */
  length: number
  picture: boolean
  publishedAt: number
  /** When it ends by itself, at an odd second. */
  expiresAt: number
}

/** What comes back instead of an answer while it lasts. */
export const lieKinds = ['half', 'html', 'status-500', 'garbage', 'wrong-shape', 'empty', 'portal', 'silence'] as const
export type LieKind = (typeof lieKinds)[number]

/** What a set's own clock is moved by, while it runs or while it has no power. */
export type Happening = { at: number } & (
  | { do: 'publish'; item: PlannedItem }
  | { do: 'cancel'; mark: string }
  | { do: 'settings'; outside: 'dim' | 'dark' | 'on'; from: string; to: string }
  | { do: 'cut' | 'mend' | 'kill-server' | 'start-server' | 'database-away' | 'database-back' | 'drop-streams' }
  | { do: 'lie'; lie: LieKind }
  | { do: 'truth' }
  | { do: 'reload' }
  | { do: 'power-off'; how: 'kill' | 'close' }
  | { do: 'power-on'; clockErrorMs: number | undefined; zone: string }
  | { do: 'clock'; errorMs: number }
  | { do: 'storage-full' | 'storage-free' }
)

export interface BoardsPlan {
  startMs: number
  endMs: number
  items: PlannedItem[]
  happenings: Happening[]
}

const secondMs = 1_000
const minuteMs = 60_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** 5:00 of a Monday in Viet Nam. */
const firstDay = Date.UTC(2026, 10, 22, 22)
/** At the end everything works, so that what is waiting is told. */
const restMs = 40 * minuteMs
/** Before the first trouble the board has been paired and has its player in store. */
const quietMs = 20 * minuteMs
/** Of one kind at a time on the board; a real one has as many. */
const mostAtOnce = 9

/**
 * Draws up some days of a public board: what is published, and everything that goes wrong on the way. The same seed gives
 * the same days. Some troubles are aimed at the moments that hurt: power comes back while the network is cut, an item ends
 * or is cancelled during a cut, an emergency comes while the answers are wrong.
 */
export function planBoards(seed: number, hours: number): BoardsPlan {
  const random = repeatableRandom(seed)
  const startMs = firstDay
  const endMs = startMs + Math.round(hours * hourMs)
  const within = (from: number, to: number) => Math.round(from + random() * (to - from))
  const some = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const per = (perWeek: number) => Math.max(1, Math.round((perWeek * hours) / 168))
  const anywhere = () => within(startMs + quietMs, endMs - restMs - 10 * minuteMs)
  const happenings: Happening[] = []

  const items = planItems({ startMs, endMs, per, within, some, random, happenings })
  const moments = [
    ...items.flatMap(item => [item.expiresAt, item.publishedAt]),
    ...happenings.flatMap(h => (h.do === 'cancel' ? [h.at] : [])),
  ].filter(at => at > startMs + quietMs && at < endMs - restMs)
  /** Mostly just before something that matters. */
  const painful = () => (moments.length > 0 && random() < 0.6 ? some(moments) - within(secondMs, 90_000) : anywhere())

  /** Spans that lie apart from those of their own kind. */
  const spans = (count: number, length: () => number, given: [number, number][] = []): [number, number][] => {
    const taken = [...given]
    for (let tries = 0; taken.length < count + given.length && tries < 500; tries++) {
      const from = Math.max(startMs + quietMs, painful())
      const to = from + length()
      if (to > endMs - restMs || taken.some(([a, b]) => from < b + minuteMs && to > a - minuteMs)) continue
      taken.push([from, to])
    }
    return taken
  }
  /** From seconds to hours, each power of ten as likely. */
  const spread = (least: number, most: number) => () => Math.round(least * (most / least) ** random())

  const longFrom = startMs + within(0.25 * (endMs - startMs), 0.4 * (endMs - startMs))
  // Two days in a week.
  const longMs = Math.min(within(44 * hourMs, 48 * hourMs), Math.round(0.3 * (endMs - startMs)))
  const longCut: [number, number][] = hours >= 24 ? [[longFrom, longFrom + longMs]] : []
  const cuts = spans(per(26), spread(3 * secondMs, 6 * hourMs), longCut)
  for (const [from, to] of cuts) happenings.push({ at: from, do: 'cut' }, { at: to, do: 'mend' })
  for (const [from, to] of spans(per(12), spread(2 * secondMs, 30 * minuteMs)))
    happenings.push({ at: from, do: 'kill-server' }, { at: to, do: 'start-server' })
  for (const [from, to] of spans(per(8), spread(5 * secondMs, 20 * minuteMs)))
    happenings.push({ at: from, do: 'database-away' }, { at: to, do: 'database-back' })
  const lies = spans(per(2 * lieKinds.length), spread(20 * secondMs, 40 * minuteMs))
  for (const [i, [from, to]] of lies.entries())
    happenings.push({ at: from, do: 'lie', lie: lieKinds[i % lieKinds.length] as LieKind }, { at: to, do: 'truth' })
  for (const [from, to] of spans(per(6), spread(10 * secondMs, hourMs)))
    happenings.push({ at: from, do: 'storage-full' }, { at: to, do: 'storage-free' })
  for (let i = 0; i < per(8); i++) happenings.push({ at: anywhere(), do: 'drop-streams' })

  // Power: some of it lost and found again while the network is cut, so that the board starts alone.
  const inCut = () => {
    const [from, to] = some(cuts.filter(([a, b]) => b - a > 5 * minuteMs)) ?? [anywhere(), anywhere() + minuteMs]
    return within(from + minuteMs, Math.max(from + 2 * minuteMs, to - minuteMs))
  }
  const offs: [number, number][] = []
  for (let tries = 0; offs.length < per(16) && tries < 500; tries++) {
    const from = random() < 0.5 ? inCut() : anywhere()
    const to = from + spread(2 * secondMs, 5 * hourMs)()
    if (from < startMs + quietMs || to > endMs - restMs) continue
    if (!offs.some(([a, b]) => from < b + 5 * minuteMs && to > a - 5 * minuteMs)) offs.push([from, to])
  }
  const zones = ['Asia/Ho_Chi_Minh', 'UTC', 'America/Los_Angeles', 'Pacific/Auckland'] as const
  for (const [from, to] of offs) {
    // A set without a battery begins with the year it was made; others are off by days.
    const clockErrorMs = random() < 0.3 ? some([-10 * 365 * dayMs, -3 * dayMs, 3 * dayMs]) : undefined
    happenings.push({ at: from, do: 'power-off', how: random() < 0.75 ? 'kill' : 'close' })
    happenings.push({ at: to, do: 'power-on', clockErrorMs, zone: some(zones) })
  }
  const isOff = (at: number) => offs.some(([a, b]) => at > a - 30 * secondMs && at < b + 30 * secondMs)
  const whenOn = (draw: () => number) => {
    for (let tries = 0; tries < 200; tries++) {
      const at = draw()
      if (!isOff(at)) return at
    }
    return undefined
  }
  const jumps = [3 * dayMs, -3 * dayMs, hourMs, -hourMs, 90 * secondMs, 0]
  for (let i = 0; i < per(7); i++) {
    const at = whenOn(anywhere)
    if (at !== undefined) happenings.push({ at, do: 'clock', errorMs: jumps[i % jumps.length] ?? 0 })
  }
  for (let i = 0; i < per(10); i++) {
    const at = whenOn(random() < 0.4 ? inCut : anywhere)
    if (at !== undefined && at > startMs + quietMs) happenings.push({ at, do: 'reload' })
  }
  return { startMs, endMs, items, happenings: happenings.sort((a, b) => a.at - b.at) }
}

interface Draw {
  startMs: number
  endMs: number
  per: (perWeek: number) => number
  within: (from: number, to: number) => number
  some: <T>(list: readonly T[]) => T
  random: () => number
  happenings: Happening[]
}

function planItems({ startMs, endMs, per, within, some, random, happenings }: Draw): PlannedItem[] {
  const items: PlannedItem[] = []
  let next = 1_000
  const add = (item: Omit<PlannedItem, 'mark'>): PlannedItem => {
    const added = { ...item, mark: String(++next) }
    items.push(added)
    happenings.push({ at: added.publishedAt, do: 'publish', item: added })
    return added
  }
  /** Never on a whole minute, at which a board might look by chance. */
  const odd = (ms: number) => Math.floor(ms / minuteMs) * minuteMs + within(7, 53) * secondMs + within(1, 999)
  const usual = (publishedAt: number, leastMs: number, mostMs: number): Omit<PlannedItem, 'mark'> => ({
    priority: random() < 0.25 ? 'priority' : 'routine',
    takeover: 'full',
    pinned: false,
    weight: random() < 0.2 ? within(1, 5) : undefined,
    length: random() < 0.3 ? within(500, 1_100) : within(40, 320),
    picture: random() < 0.15,
    publishedAt,
    expiresAt: odd(publishedAt + leastMs * (mostMs / leastMs) ** random()),
  })
  const atOnce = (at: number) => items.filter(i => i.publishedAt <= at && i.expiresAt > at).length

  // Something that stays: offline for days, a board is not to run empty.
  add({ ...usual(startMs + 30 * secondMs, 1, 2), expiresAt: endMs + dayMs, length: 200, picture: false })
  for (let i = 0; i < 3; i++) add(usual(startMs + minuteMs * (1 + i), 2 * hourMs, 30 * hourMs))
  for (let i = 0; i < per(80); i++) {
    const publishedAt = within(startMs + 5 * minuteMs, endMs - 30 * minuteMs)
    if (atOnce(publishedAt) >= mostAtOnce) continue
    const item = add(usual(publishedAt, 6 * minuteMs, 36 * hourMs))
    if (random() < 0.12) item.pinned = true
    if (random() < 0.2) cancelWithin(item)
  }
  for (let i = 0; i < per(11); i++) {
    const publishedAt = within(startMs + 10 * minuteMs, endMs - 60 * minuteMs)
    const item = add({
      ...usual(publishedAt, 3 * minuteMs, 5 * hourMs),
      priority: 'emergency',
      takeover: i % 2 === 0 ? 'full' : 'banner',
      length: within(40, 260),
      picture: false,
    })
    // Two at once, of one kind or of both.
    if (random() < 0.3) {
      const second = {
        ...item,
        publishedAt: publishedAt + within(secondMs, 5 * minuteMs),
        takeover: some(['full', 'banner'] as const),
      }
      add({ ...second, expiresAt: odd(second.publishedAt + within(4 * minuteMs, hourMs)) })
    }
    if (random() < 0.35) cancelWithin(item)
  }

  function cancelWithin(item: PlannedItem): void {
    const latest = Math.min(item.expiresAt, endMs - 30 * minuteMs)
    if (latest - item.publishedAt < 3 * minuteMs) return
    const at = within(item.publishedAt + 2 * minuteMs, latest - secondMs)
    happenings.push({ at, do: 'cancel', mark: item.mark })
    // A correction: what takes its place comes a moment later.
    if (random() < 0.4)
      add({
        ...item,
        publishedAt: at + within(500, 20_000),
        expiresAt: odd(Math.max(item.expiresAt, at + 10 * minuteMs)),
      })
  }
  for (let night = startMs + 8 * hourMs, i = 0; night < endMs; night += dayMs, i++) {
    const outside = (['dim', 'dark', 'on'] as const)[i % 3] ?? 'dim'
    happenings.push({ at: night, do: 'settings', outside, from: '06:00', to: some(['21:00', '22:00', '23:30']) })
  }
  return items
}
