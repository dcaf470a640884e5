import type { Evidence, HeardPiece } from './evidence.ts'
import type { PlannedEmergency, PlannedSlot } from './plan.ts'

/*
 * What could have been heard, judged by the world and not by the device's excuses: when there was power, when the network
 * was whole, what was published when and what was withdrawn when. A piece that was not heard is held against the player
 * unless one of these stood in the way.
 */

/** After a trouble a device may take so long to ask again (its longest pause, and a spread). */
const recoveryMs = 100_000
/** Start-up, the first contact and the fetching of a file. */
const bootMs = 20_000
const endsMs = 455

/** True when somewhere in the span the device could be reached undisturbed for long enough to get everything. */
function hadChance({ troubled }: Evidence, from: number, to: number): boolean {
  let free = from
  for (const [a, b] of [...troubled].sort((x, y) => x[0] - y[0])) {
    if (a > free && Math.min(a, to) - free >= recoveryMs) return true
    free = Math.max(free, b)
    if (free >= to) return false
  }
  return to - free >= recoveryMs
}

/** True when nothing at all went wrong around the span, for as long as a trouble has effects. */
function isCalm({ troubled }: Evidence, from: number, to: number): boolean {
  return troubled.every(([a, b]) => b + recoveryMs < from || a > to)
}

const overlaps = ([a, b]: [number, number], from: number, to: number) => a < to && b > from

function poweredMs({ off }: Evidence, from: number, to: number): number {
  const lost = off.reduce((sum, [a, b]) => sum + Math.max(0, Math.min(b, to) - Math.max(a, from)), 0)
  return to - from - lost
}

/** @returns what was missed without an excuse, in words, and how late undisturbed slots were (milliseconds) */
export function missedThoughPossible(heard: HeardPiece[], evidence: Evidence) {
  const missed: string[] = []
  const latenesses: number[] = []
  for (const slot of evidence.plan.slots) {
    const late = slotMissed(slot, heard, evidence, missed)
    if (late !== undefined) latenesses.push(late)
  }
  for (const emergency of issued(evidence)) emergencyMissed(emergency, heard, evidence, missed)
  return { missed, latenesses }
}

const issued = ({ plan }: Evidence): PlannedEmergency[] =>
  plan.happenings.flatMap(h => (h.do === 'issue' ? [h.emergency] : []))

/** When the server withdrew a dispatch; never: infinity. */
function withdrawnAt({ plan }: Evidence, dispatchId: string): number {
  const times = plan.happenings.flatMap(h => (h.do === 'withdraw' && h.dispatchId === dispatchId ? [h.at] : []))
  return Math.min(Number.POSITIVE_INFINITY, ...times)
}

const wasHeard = (heard: HeardPiece[], key: string) =>
  heard.some(piece => piece.key === key && piece.fromMs < 5 && piece.toMs > piece.lengthMs - endsMs)

function slotMissed(slot: PlannedSlot, heard: HeardPiece[], evidence: Evidence, missed: string[]): number | undefined {
  const { startsAt, startUntil } = slot
  const pieces = [...evidence.pieces.values()].find(all => all[0]?.key.startsWith(`${slot.slotId}/`)) ?? []
  const lengthMs = pieces.at(-1)?.endMs ?? 0
  const resumeUntil = startUntil + lengthMs
  const ofEmergencies = heard.filter(piece => piece.key.startsWith('/'))
  const emergencyIn = (from: number, to: number) =>
    ofEmergencies.filter(piece => overlaps([piece.at, piece.at + piece.toMs - piece.fromMs], from, to))
  const skips = new Set(issued(evidence).flatMap(e => (e.afterwards === 'skip' ? [`/${e.dispatchId}`] : [])))
  const excuses = [
    !hadChance(evidence, slot.publishedAt, startUntil - bootMs) && 'never got it',
    poweredMs(evidence, startsAt, startUntil) < bootMs && 'no power',
    evidence.off.some(([a, b]) => overlaps([a, b], startsAt, resumeUntil) && b > resumeUntil - bootMs) &&
      'power too late',
    emergencyIn(resumeUntil - 10_000, resumeUntil + 10_000).length > 0 && 'emergency at the end',
    // One with `skip` whose sound was cut at once by power still ends the slot.
    emergencyIn(startsAt, resumeUntil).some(piece => skips.has(piece.key)) && 'skipped for an emergency',
  ].filter(excuse => excuse !== false)
  for (const piece of pieces) {
    const [, dispatchId = ''] = piece.key.split('/')
    if (wasHeard(heard, piece.key) || withdrawnAt(evidence, dispatchId) < resumeUntil) continue
    if (excuses.length === 0) missed.push(`missed though possible: ${piece.key} of ${new Date(startsAt).toISOString()}`)
  }
  const first = heard.find(piece => piece.key === pieces[0]?.key)
  const beginsUntil = startsAt + (pieces[0]?.startMs ?? 0) + 3_000
  const isUndisturbed =
    hadChance(evidence, slot.publishedAt, startsAt - bootMs) &&
    evidence.off.every(([a, b]) => b + bootMs < startsAt || a > beginsUntil) &&
    emergencyIn(startsAt - 60_000, beginsUntil).length === 0
  if (!first || !isUndisturbed || first.fromMs > 5) return undefined
  return first.at - (pieces[0]?.startMs ?? 0) - startsAt
}

/** Every play that fell due while nothing stood in its way. */
function emergencyMissed(emergency: PlannedEmergency, heard: HeardPiece[], evidence: Evidence, missed: string[]): void {
  const { dispatchId, issuedAt, everySeconds, times, ms, gapSeconds } = emergency
  const key = `/${dispatchId}`
  const endsAt = Math.min(emergency.expiresAt, withdrawnAt(evidence, dispatchId), evidence.plan.endMs)
  const newer = (from: number, to: number) =>
    heard.some(p => p.key.startsWith('/') && p.key !== key && overlaps([p.at, p.at + p.toMs - p.fromMs], from, to))
  const powered = (from: number, to: number) => evidence.off.every(([a, b]) => b + bootMs < from || a > to)
  const burstMs = times * ms + (times - 1) * (gapSeconds * 1_000 + 500) + 5_000
  const burst = heard.filter(p => p.key === key && p.at > issuedAt - 1_500 && p.at < issuedAt + burstMs)
  const isLong = everySeconds === null || everySeconds * 1_000 > burstMs
  if (isLong && endsAt > issuedAt + burstMs && isCalm(evidence, issuedAt, issuedAt + burstMs)) {
    if (
      powered(issuedAt, issuedAt + burstMs) &&
      !newer(issuedAt - 30_000, issuedAt + burstMs) &&
      burst.length < times
    ) {
      missed.push(`missed though possible: ${times - burst.length} of ${times} first plays of ${dispatchId}`)
    }
  }
  if (everySeconds === null) return
  const everyMs = everySeconds * 1_000
  for (let due = issuedAt + everyMs; due + ms + 5_000 < endsAt; due += everyMs) {
    if (!hadChance(evidence, issuedAt, due) || !powered(due - 30_000, due + ms + 5_000)) continue
    if (newer(due - 30_000, due + ms + 5_000)) continue
    const isHeard = heard.some(
      p => p.key === key && p.at > due - 1_500 && p.at < due + 5_000 && p.toMs > p.lengthMs - endsMs,
    )
    // The first plays may still be going on, or just have.
    const isBusy = heard.some(p => p.key === key && overlaps([p.at, p.at + p.toMs - p.fromMs], due - 10_000, due))
    if (!isHeard && !isBusy) {
      missed.push(`missed though possible: the play of ${dispatchId} due at ${new Date(due).toISOString()}`)
    }
  }
}
