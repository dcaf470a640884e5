/** A run of a player on a board, and when it was heard of last; an ISO instant. */
export interface BoardBoot {
  boot: string
  at: string
}

/** Runs remembered of a board. Three tell turns from a restart. */
const remembered = 4
/** A restart is A, B; turns within this time are A, B, A. */
const turnsWithinMs = 3 * 60_000

/** The runs heard of last, newest first, after another heartbeat. Pure. */
export function nextBoots(boots: BoardBoot[], boot: string, at: Date): BoardBoot[] {
  const heard = { boot, at: at.toISOString() }
  const [newest, ...older] = boots
  return newest?.boot === boot ? [heard, ...older] : [heard, ...boots].slice(0, remembered)
}

/**
 * True when a run came back after another one within three minutes: a run that ended does not come back, so two players have
 * one credential. Pure.
 */
export function takeTurns(boots: BoardBoot[]): boolean {
  const [newest, ...older] = boots
  if (!newest) return false
  const before = older.slice(1).find(b => b.boot === newest.boot)
  return before !== undefined && Date.parse(newest.at) - Date.parse(before.at) <= turnsWithinMs
}
