import {
  type Evidence,
  type HeardPiece,
  heardPieces,
  keyOf,
  type LoggedPiece,
  leastMs,
  loggedPieces,
} from './evidence.ts'
import { missedThoughPossible } from './possible.ts'

export interface StationVerdict {
  piecesHeard: number
  piecesLogged: number
  /** Heard to their end more than once. */
  playedTwice: number
  /** Not heard though it was valid, and power, manifest and file were there; see `possible.ts`. */
  missedThoughPossible: number
  /** Heard more than a second after the device had taken over its withdrawal. */
  heardAfterWithdrawal: number
  /** In one of the two accounts only, or not of the same length. */
  logDifferences: number
  /** Largest difference of the two accounts in when a piece began, and in how long it was. */
  largestStartDifferenceMs: number
  largestLengthDifferenceMs: number
  /** Slots with nothing in their way: how late, and how early, their first sound was. */
  slotsUndisturbed: number
  startLatenessMaxMs: number
  startEarlinessMaxMs: number
  failures: string[]
}

/** A piece of which less than this is missing counts as heard to its end. */
const completeMs = 195
/** What a stop may still have been given, and the rounding of positions. */
const stopMs = 60
/** A part is written off as ended up to this long before its end, see `commitAheadMs`. */
const endMs = 450
/** Positions are written down every two seconds; a cut leaves so much in doubt. */
const powerCutMs = 2_700
const sameTimeMs = 1_500
const withdrawalMs = 1_000
/** The measure: within a second of the slot. */
const onTimeMs = 1_000

/** Holds the recorder's account against the device's, and both against what was to be aired. */
export function judgeStation(evidence: Evidence): StationVerdict {
  const heard = heardPieces(evidence)
  const logged = loggedPieces(evidence.events)
  const { differences, ...largest } = compare(heard, logged)
  const twice = playedTwice(heard, evidence)
  const late = afterWithdrawal(heard, evidence)
  const { missed, latenesses } = missedThoughPossible(heard, evidence)
  const numbers = evidence.events.map(event => event.n)
  const gap = numbers.findIndex((n, i) => n !== i + 1)
  const failures = [
    ...twice.map(key => `heard twice: ${key}`),
    ...missed,
    ...late.map(piece => `heard after its withdrawal: ${piece.key} at ${new Date(piece.at).toISOString()}`),
    ...differences,
    ...latenesses.filter(late => Math.abs(late) > onTimeMs).map(late => `a slot began ${Math.round(late)} ms late`),
    ...(gap >= 0 ? [`the device's events have a gap before ${numbers[gap]}`] : []),
    ...(evidence.contradictions > 0 ? [`${evidence.contradictions} events came twice with different content`] : []),
    ...(evidence.untold > 0 ? [`${evidence.untold} events never reached the server`] : []),
    ...(evidence.strangeSamples > 441 ? [`${evidence.strangeSamples} samples belong to no file`] : []),
  ]
  return {
    piecesHeard: heard.length,
    piecesLogged: logged.length,
    playedTwice: twice.length,
    missedThoughPossible: missed.length,
    heardAfterWithdrawal: late.length,
    logDifferences: differences.length,
    ...largest,
    slotsUndisturbed: latenesses.length,
    startLatenessMaxMs: Math.round(Math.max(0, ...latenesses)),
    startEarlinessMaxMs: Math.round(Math.max(0, ...latenesses.map(late => -late))),
    failures,
  }
}

const isComplete = (piece: HeardPiece) => piece.fromMs < 5 && piece.toMs > piece.lengthMs - completeMs

/** Slots: every part once. Emergencies: as many complete hearings as the device claims different plays. */
function playedTwice(heard: HeardPiece[], { events }: Evidence): string[] {
  const count = (keys: string[]) => {
    const counts = new Map<string, number>()
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
    return counts
  }
  const complete = count(heard.filter(isComplete).map(piece => piece.key))
  const ended = events.filter(event => event.kind === 'ended')
  const claimed = count(
    [...new Set(ended.map(event => `${keyOf(event)}|${event.play}`))].map(k => k.split('|')[0] ?? ''),
  )
  return [...complete]
    .filter(([key, times]) => times > (key.startsWith('/') ? (claimed.get(key) ?? 0) : 1))
    .map(([key, times]) => `${key} (${times} times)`)
}

function afterWithdrawal(heard: HeardPiece[], { adopted, withdrawnBySeq }: Evidence): HeardPiece[] {
  const knownAt = new Map<string, number>()
  for (const { at, seq } of adopted) {
    for (const id of withdrawnBySeq.get(seq) ?? []) if (!knownAt.has(id)) knownAt.set(id, at)
  }
  return heard.filter(piece => {
    const at = knownAt.get(piece.key.split('/')[1] ?? '')
    return at !== undefined && piece.at + piece.toMs - piece.fromMs > at + withdrawalMs
  })
}

/** How long a logged piece was, at least and at most, by the device's own account. */
function claimedLength({ closedBy }: LoggedPiece, lengthMs: number): [number, number] {
  if (!closedBy) return [0, powerCutMs]
  if (closedBy.kind === 'ended') return [lengthMs - endMs, lengthMs + 5]
  const at = closedBy.positionMs ?? 0
  return [at - stopMs, at + (closedBy.reason === 'power-cut' ? powerCutMs : stopMs)]
}

function compare(heard: HeardPiece[], logged: LoggedPiece[]) {
  const free = new Set(heard)
  const differences: string[] = []
  let largestStartDifferenceMs = 0
  let largestLengthDifferenceMs = 0
  for (const piece of logged) {
    const near = [...free]
      .filter(h => h.key === piece.key && Math.abs(h.at - piece.at) <= sameTimeMs)
      .sort((a, b) => Math.abs(a.at - piece.at) - Math.abs(b.at - piece.at))[0]
    const [least, most] = claimedLength(piece, near?.lengthMs ?? Number.POSITIVE_INFINITY)
    if (!near) {
      if (least > leastMs || piece.closedBy?.kind === 'ended') {
        differences.push(`logged but not heard: ${piece.key} at ${new Date(piece.at).toISOString()}`)
      }
      continue
    }
    free.delete(near)
    const length = near.toMs - near.fromMs
    if (length < least || length > most) {
      differences.push(
        `${piece.key} at ${new Date(piece.at).toISOString()}: heard ${Math.round(length)} of ${near.lengthMs} ms, logged ${Math.round(least)} to ${Math.round(most)} (${piece.closedBy?.kind} ${piece.closedBy?.reason ?? ''})`,
      )
    }
    largestStartDifferenceMs = Math.max(largestStartDifferenceMs, Math.round(Math.abs(near.at - piece.at)))
    if (piece.closedBy?.kind === 'interrupted' && piece.closedBy.reason !== 'power-cut') {
      const claimed = piece.closedBy.positionMs ?? 0
      largestLengthDifferenceMs = Math.max(largestLengthDifferenceMs, Math.round(Math.abs(length - claimed)))
    }
  }
  for (const piece of free) {
    differences.push(
      `heard but not logged: ${piece.key} at ${new Date(piece.at).toISOString()}, ${Math.round(piece.toMs - piece.fromMs)} ms`,
    )
  }
  return { differences, largestStartDifferenceMs, largestLengthDifferenceMs }
}
