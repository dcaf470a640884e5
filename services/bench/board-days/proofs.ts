import { type BoardsEvidence, marksOf, type Span, secondsOf, shelfAt, touches } from './evidence.ts'
import { isDarkNight } from './showing.ts'

const hourMs = 3_600_000
/**
 * The observer looks once a second, so each time that an item comes up he may be off by one; half of that is the most that
 * does not cancel out over an hour.
 */
const perTimeMs = 500
const leastMs = 3_000
/** What a player has not written down when the power goes; it writes at least this often. */
const lostAtKillMs = 32_000

/** Proof rows against what was seen, for each hour and item. */
export function proofFaults(evidence: BoardsEvidence) {
  const seen = seenByHour(evidence)
  const told = new Map<string, { ms: number; times: number }>()
  for (const { mark, hour, shownMs, times } of evidence.proofs) {
    const key = `${hour}/${mark}`
    const before = told.get(key) ?? { ms: 0, times: 0 }
    told.set(key, { ms: before.ms + shownMs, times: before.times + times })
  }
  const failures: string[] = []
  let largest = 0
  const unplaceable = unplaceableSpans(evidence)
  for (const key of new Set([...seen.keys(), ...told.keys()])) {
    const [hourText = '', mark = ''] = key.split('/')
    const hour = Number(hourText)
    const { ms = 0, times = 0 } = told.get(key) ?? {}
    const { ms: seenMs = 0, times: seenTimes = 0 } = seen.get(key) ?? {}
    if (touches(unplaceable, hour, hour + hourMs)) continue
    const kills = evidence.kills.filter(at => at >= hour && at <= hour + hourMs + lostAtKillMs).length
    const allowed = Math.max(leastMs, perTimeMs * Math.max(times, seenTimes))
    const difference = ms - seenMs
    if (kills === 0) largest = Math.max(largest, Math.abs(difference))
    if (difference > allowed || difference < -(allowed + kills * lostAtKillMs)) {
      failures.push(
        `proof of ${mark} in the hour of ${new Date(hour).toISOString()}: ${seconds(ms)} s reported, ${seconds(seenMs)} s seen`,
      )
    }
  }
  const sum = (map: Map<string, { ms: number }>) => seconds([...map.values()].reduce((all, { ms }) => all + ms, 0))
  return {
    failures: failures.slice(0, 60),
    figures: {
      ...{ proofSeconds: sum(told), seenSeconds: sum(seen), proofDifferenceMaxSeconds: seconds(largest) },
      proofExemptSeconds: seconds(unplaceable.reduce((all, [from, to]) => all + to - from, 0)),
    },
  }
}

/**
 * When nobody can say in which hour something was shown: under a clock that was moved, in a run that ended before it heard of
 * the server. A run that hears of it puts its own time right.
 */
function unplaceableSpans({ clockless, starts }: BoardsEvidence): Span[] {
  return clockless.filter(([from, to]) => starts.some(start => start > from + 1_000 && start < to))
}

/** Seconds in which an item could be read, and how often it came up. */
function seenByHour({ sights, shelves }: BoardsEvidence): Map<string, { ms: number; times: number }> {
  const all = new Map<string, { ms: number; times: number }>()
  let before: string[] = []
  for (const sight of sights) {
    const marks = marksOf(sight)
    for (let second = 0; second < secondsOf(sight); second++) {
      const at = sight.from + second * 1_000
      // A look at a second stands for the half before and the half after.
      const hour = Math.floor((at - 500) / hourMs) * hourMs
      if (isDarkNight(shelfAt(shelves, at), at, 0)) continue
      for (const mark of marks) {
        const key = `${hour}/${mark}`
        const entry = all.get(key) ?? { ms: 0, times: 0 }
        entry.ms += 1_000
        if (second === 0 && !before.includes(mark)) entry.times++
        all.set(key, entry)
      }
    }
    before = marks
  }
  return all
}

const seconds = (ms: number) => Math.round(ms / 1_000)
