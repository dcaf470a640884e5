import { type BoardsEvidence, type Span, secondsOf, touches } from './evidence.ts'
import { framesAtFault } from './frames.ts'
import { proofFaults } from './proofs.ts'
import { shelfFaults } from './showing.ts'

export interface BoardsVerdict {
  /** Seconds looked at, and pictures measured. */
  secondsSeen: number
  pictures: number
  /** Sights and pictures that were blank, an error or a set-up page. */
  badFrames: number
  /** Longest time that an item was still there after its end, and after a contact that no longer named it. */
  expiredLateMaxSeconds: number
  cancelledLateMaxSeconds: number
  /** Longest time between two contacts while nothing was in the way. */
  contactGapMaxSeconds: number
  /** Longest time without an item that was due, emergencies aside. */
  starvedMaxMinutes: number
  /** Emergency seconds that were due, and those of them in which none was to be read. */
  emergencySeconds: number
  emergencyMissingSeconds: number
  /** Seconds of proof rows, of the observer, and the largest difference in one hour for one item. */
  proofSeconds: number
  seenSeconds: number
  proofDifferenceMaxSeconds: number
  /** Seconds under a moved clock in runs that ended before they heard of the server: proof of their hours is not judged. */
  proofExemptSeconds: number
  failures: string[]
}

const minuteMs = 60_000
/** Asks once a minute, by its own place up to 5 s later, and an answer takes a moment. */
const pollMs = 66_000
/** After a trouble a board waits longer and longer, a minute at the most. */
const backMs = minuteMs + pollMs

/** Holds what was seen on the screen against what was published, what the board had been told, and what it reported. */
export function judgeBoards(evidence: BoardsEvidence): BoardsVerdict {
  const frames = framesAtFault(evidence)
  const showing = shelfFaults(evidence)
  const proofs = proofFaults(evidence)
  const gaps = contactGaps(evidence)
  const longest = Math.max(0, ...gaps.map(([a, b]) => b - a))
  const failures = [
    ...frames,
    ...showing.failures,
    ...proofs.failures,
    ...gaps
      .filter(([a, b]) => b - a > pollMs)
      .map(([a, b]) => `no contact for ${Math.round((b - a) / 1_000)} s from ${iso(a)} though nothing was in the way`),
    ...evidence.errors.slice(0, 20).map(error => `exception in the page: ${error}`),
  ]
  return {
    secondsSeen: evidence.sights.reduce((sum, sight) => sum + secondsOf(sight), 0),
    pictures: evidence.looks.length,
    badFrames: frames.length,
    ...showing.figures,
    contactGapMaxSeconds: Math.round(longest / 1_000),
    ...proofs.figures,
    failures,
  }
}

const iso = (ms: number) => new Date(ms).toISOString()

/** Pauses between contacts in calm times: the set was on and the way whole, for as long as a trouble has effects. */
function contactGaps(evidence: BoardsEvidence): Span[] {
  const { shelves, off, troubled, starts, startMs, endMs } = evidence
  const gaps: Span[] = []
  const moments = [...shelves.map(shelf => shelf.at), endMs]
  let before = shelves[0]?.at ?? startMs
  for (const at of moments) {
    // The later half of a long silence is calm if the trouble lies far enough back.
    const last = Math.max(
      before,
      ...troubled.filter(([a]) => a < at).map(([, b]) => b + backMs - pollMs),
      ...off.filter(([a]) => a < at).map(([, b]) => b + minuteMs),
      ...starts.filter(start => start < at),
    )
    if (at > last) gaps.push([last, at])
    before = at
  }
  return gaps
}

/** What is exempt, for the summary: seconds in which the board could not know better. */
export function excusedSeconds({ sights, clockless, forgetful }: BoardsEvidence): number {
  return sights
    .filter(sight => touches([...clockless, ...forgetful], sight.from, sight.to))
    .reduce((sum, sight) => sum + secondsOf(sight), 0)
}
