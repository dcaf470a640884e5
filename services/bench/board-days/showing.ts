import {
  type BoardsEvidence,
  type ItemTruth,
  isIn,
  marksOf,
  type Shelf,
  type Span,
  secondsOf,
  shelfAt,
  touches,
} from './evidence.ts'
import type { Sight } from './set.ts'

/** An expired item is gone within this; the measure of the issue. */
const expiredMs = 30_000
/** From the answer that no longer names an item to its being gone: a second's tick, and the observer's second. */
const toldMs = 3_000
/** From the answer that names an emergency to its being on the screen. */
const raisedMs = 4_000
/** From a start to the first content. */
const startMs = 6_000
const hourMs = 3_600_000
const minuteMs = 60_000
/** Nine items of up to ten pages, some with five turns, every second turn a pinned one's. */
const starvedMs = 60 * minuteMs

/** Whether the screen may be dark: so set, outside its hours (and a little in the morning), and no emergency on it. */
export function isDarkNight(shelf: Shelf | undefined, at: number, graceMinutes = 1): boolean {
  if (shelf?.settings.outside !== 'dark') return false
  if (shelf.emergency.some(e => e.until > at)) return false
  const minute = Math.floor(((at + 7 * hourMs) % (24 * hourMs)) / minuteMs)
  const of = (clock: string) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
  const { from, to } = shelf.settings.hours
  const [opens, closes] = [of(from) + graceMinutes, of(to)]
  return opens < closes ? minute < opens || minute >= closes : minute >= closes && minute < opens
}

/** What was shown, and what was not, against what the board had been told. */
export function shelfFaults(evidence: BoardsEvidence) {
  const truths = new Map(evidence.items.map(item => [item.mark, item]))
  const failures: string[] = []
  let expiredLate = 0
  let cancelledLate = 0
  for (const sight of evidence.sights) {
    for (const mark of marksOf(sight)) {
      const item = truths.get(mark)
      if (!item) {
        failures.push(`something unknown was shown, ${iso(sight.from)}: ${mark}`)
        continue
      }
      if (sight.from < item.publishedAt) failures.push(`${mark} was shown before it was published, ${iso(sight.from)}`)
      if (!isIn(evidence.clockless, sight.to)) expiredLate = Math.max(expiredLate, sight.to - item.expiresAt)
      if (sight.to > item.expiresAt + expiredMs && !isIn(evidence.clockless, sight.to))
        failures.push(`${mark} was still there ${seconds(sight.to - item.expiresAt)} s after its end, ${iso(sight.to)}`)
      const late = untold(evidence, sight, mark)
      if (late === undefined) continue
      cancelledLate = Math.max(cancelledLate, late)
      if (late > toldMs)
        failures.push(
          `${mark} was still there ${seconds(late)} s after the board had been told a list without it, ${iso(sight.to)}`,
        )
    }
  }
  const emergencies = emergencyFaults(evidence)
  const starved = starvation(evidence, truths)
  return {
    failures: [...failures, ...emergencies.failures, ...starved.failures],
    figures: {
      expiredLateMaxSeconds: seconds(Math.max(0, expiredLate)),
      cancelledLateMaxSeconds: seconds(cancelledLate),
      starvedMaxMinutes: Math.round(starved.longestMs / minuteMs),
      emergencySeconds: emergencies.due,
      emergencyMissingSeconds: emergencies.missing,
    },
  }
}

/** How long an item was shown although the last list that the board was told does not name it; undefined: it does. */
function untold({ shelves, forgetful }: BoardsEvidence, sight: Sight, mark: string): number | undefined {
  const last = shelfAt(shelves, sight.to)
  if (!last || last.items.includes(mark) || isIn(forgetful, sight.to)) return undefined
  // Since when no list names it.
  let since = last.at
  for (let i = shelves.indexOf(last); i >= 0 && !shelves[i]?.items.includes(mark); i--) since = shelves[i]?.at ?? since
  return sight.to - Math.max(since, sight.from - 1_000)
}

/** Every second in which the board knew of an emergency, its page had had time to start, and its end had not come. */
function emergencyFaults({ shelves, sights, starts, clockless, forgetful, endMs }: BoardsEvidence) {
  const failures: string[] = []
  let due = 0
  let missing = 0
  const spans = shelves.flatMap((shelf, i): { span: Span; of: Shelf['emergency'] }[] => {
    const next = shelves[i + 1]?.at ?? endMs
    return shelf.emergency.length > 0 ? [{ span: [shelf.at, next], of: shelf.emergency }] : []
  })
  for (const sight of sights) {
    for (const { span, of } of spans) {
      if (span[0] > sight.to || span[1] < sight.from) continue
      const known = of.filter(e => isKnownBefore(shelves, span[0], e.mark) || sight.to >= span[0] + raisedMs)
      const from = Math.max(
        sight.from,
        known.length === of.length && isKnownBefore(shelves, span[0], of[0]?.mark ?? '') ? span[0] : span[0] + raisedMs,
      )
      const until = Math.max(0, ...known.map(e => e.until)) - 1_500
      const to = Math.min(sight.to, span[1], until)
      if (to < from || isIn(clockless, to) || isIn(forgetful, to)) continue
      if (starts.some(start => from <= start + startMs && to >= start)) continue
      const count = Math.round((to - from) / 1_000) + 1
      due += count
      const shown = marksOf(sight)
      // Several take turns: one of them is always there.
      const isThere = known.some(e => e.until > to && shown.includes(e.mark))
      if (isThere) continue
      missing += count
      failures.push(
        `an emergency was due and not to be read for ${count} s from ${iso(from)}: ${known.map(e => `${e.mark} ${e.mode}`).join(', ')}; shown: ${sight.marks || sight.words.slice(0, 40)}`,
      )
    }
  }
  return { failures: failures.slice(0, 30), due, missing }
}

/** The list before this one named it already as an emergency. */
function isKnownBefore(shelves: Shelf[], at: number, mark: string): boolean {
  const before = shelfAt(shelves, at - 1)
  return before?.emergency.some(e => e.mark === mark) === true
}

/** No item that the board knows waits for its turn too long, while nothing stands before it. */
function starvation(evidence: BoardsEvidence, truths: Map<string, ItemTruth>) {
  const { sights, shelves, off, starts, clockless } = evidence
  const failures: string[] = []
  let longestMs = 0
  const waits = new Map<string, number>()
  const starting: Span[] = starts.map(start => [start, start + startMs])
  for (const sight of sights) {
    const shelf = shelfAt(shelves, sight.from)
    if (!shelf) continue
    const shown = new Set(marksOf(sight))
    const holds = shelf.emergency.some(e => e.mode === 'full' && e.until > sight.from)
    const stands = holds || isDarkNight(shelf, sight.from) || touches(starting, sight.from, sight.to)
    for (const mark of waits.keys()) if (!shelf.items.includes(mark)) waits.delete(mark)
    for (const mark of shelf.items) {
      const item = truths.get(mark)
      if (!item || item.expiresAt <= sight.to || shown.has(mark)) {
        waits.delete(mark)
        continue
      }
      // By a clock that is days ahead an item is over, and no turn is due.
      if (stands || touches(off, sight.from, sight.to) || touches(clockless, sight.from, sight.to)) continue
      const waited = (waits.get(mark) ?? 0) + secondsOf(sight) * 1_000
      waits.set(mark, waited)
      longestMs = Math.max(longestMs, waited)
      if (waited > starvedMs && waited - secondsOf(sight) * 1_000 <= starvedMs)
        failures.push(`${mark} waited ${Math.round(waited / minuteMs)} minutes for its turn, ${iso(sight.to)}`)
    }
  }
  return { failures, longestMs }
}

const iso = (ms: number) => new Date(ms).toISOString()
const seconds = (ms: number) => Math.round(ms / 1_000)
