/*
 * Time as a board knows it. What ends on a board ends by the server's clock, server or no server: a set whose clock is days
 * off, was moved by hand, or starts in 2016 after every power cut must show the same as any other.
 */

/**
 * What is kept over a restart.
 * @typedef {object} ClockMemory
 * @property {number} offsetMs the server's clock minus the set's, when the server was last heard
 * @property {number} lastSeenMs the latest corrected time that this board has known
 */

/**
 * @typedef {object} Correction
 * @property {number} byMs the time told since it last was sure was wrong by this, in the end
 * @property {boolean} sure from here on it is the server's
 * @property {number} leapMs by this the clock has just leapt ahead: sleep, or somebody's hand
 */

/**
 * @typedef {object} BoardClock
 * @property {() => number} now corrected time, in milliseconds since 1970
 * @property {(serverMs: number, waitedMs: number) => void} heard an answer of the server told its time; `waitedMs`: from the
 *   question to the answer
 * @property {() => boolean} tick to be called about every second. True when the set's own clock was moved or the set slept:
 *   a reason to ask the server at once
 * @property {() => number} skewMs the set's own clock minus the corrected time
 * @property {() => boolean} sure whether the server told the time in this run
 * @property {() => ClockMemory} memory what to keep over a restart
 * @property {(told: (news: Correction) => void) => void} watch is told what turns out to have been wrong, and when the time is
 *   in doubt; at once, too
 */

/** A set's clock that was off by more than this says nothing; what it was off by says nothing either. */
const believableOffsetMs = 30 * 86400000
/** A board that was switched off for longer is paired anew; a clock that claims it is not believed. */
const believablePauseMs = 180 * 86400000
/** Standby over night. A longer leap of the set's clock, with the page running, was somebody's hand. */
const believableSleepMs = 20 * 3600000
const leapMs = 5000

/**
 * The time to begin with when no server has been heard: the set's clock as it was corrected last, but never before the last
 * time known. A clock that cannot be right counts as that last time.
 * @param {number} wallMs
 * @param {ClockMemory} memory
 * @returns {number}
 */
export function timeAtBoot(wallMs, memory) {
  if (memory.lastSeenMs === 0) return wallMs
  const corrected = Math.abs(memory.offsetMs) <= believableOffsetMs ? wallMs + memory.offsetMs : wallMs
  if (corrected > memory.lastSeenMs + believablePauseMs) return memory.lastSeenMs
  return Math.max(corrected, memory.lastSeenMs)
}

/**
 * A clock that runs by a counter which nobody can set, from the last instant that the server told.
 * @param {{ wall: () => number, steady: () => number }} sources the set's clock, and milliseconds that only count up
 * @param {ClockMemory | null} memory what an earlier run kept
 * @returns {BoardClock}
 */
export function createClock(sources, memory) {
  const kept = memory || { offsetMs: 0, lastSeenMs: 0 }
  let offsetMs = kept.offsetMs
  let sure = false
  let anchorMs = timeAtBoot(sources.wall(), kept)
  let anchorSteady = sources.steady()
  let tickWall = sources.wall()
  let tickSteady = anchorSteady
  /** The time is the server's, and no sleep that may have been somebody's hand lies in between. */
  let proven = false
  /** @type {(news: Correction) => void} */
  let watcher = () => undefined
  /** @param {number} byMs @param {number} leapMs */
  const told = (byMs, leapMs) => watcher({ byMs: Math.round(byMs), sure: proven, leapMs: leapMs })

  function now() {
    return anchorMs + Math.max(0, sources.steady() - anchorSteady)
  }
  /** @param {number} ms */
  function setTo(ms) {
    anchorMs = ms
    anchorSteady = sources.steady()
  }

  return {
    now: now,
    heard: (serverMs, waitedMs) => {
      if (!Number.isFinite(serverMs)) return
      const before = now()
      setTo(serverMs + Math.max(0, waitedMs) / 2)
      const news = !proven
      proven = true
      if (news) told(anchorMs - before, 0)
      offsetMs = anchorMs - sources.wall()
      sure = true
    },
    tick: () => {
      const wall = sources.wall()
      const steady = sources.steady()
      const leap = wall - tickWall - (steady - tickSteady)
      tickWall = wall
      tickSteady = steady
      if (Math.abs(leap) < leapMs) return false
      // Counters stand still while a set sleeps. Without a server's word so far, a clock that was set right is news as well.
      if (leap > 0 && leap <= believableSleepMs) {
        setTo(now() + leap)
        proven = false
        told(0, leap)
      } else if (!sure) {
        const before = now()
        setTo(Math.max(before, timeAtBoot(wall, { offsetMs: 0, lastSeenMs: kept.lastSeenMs })))
        told(now() - before, 0)
      }
      return true
    },
    skewMs: () => Math.round(sources.wall() - now()),
    sure: () => sure,
    watch: callback => {
      watcher = callback
      told(0, 0)
    },
    // Once the time is sure, what the set's clock is off by now counts: it may have been moved since the server was heard.
    memory: () => ({ offsetMs: sure ? Math.round(now() - sources.wall()) : offsetMs, lastSeenMs: Math.round(now()) }),
  }
}
