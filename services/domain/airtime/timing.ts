import type { Programme } from '../programme.ts'

/** Rules of the loop that plans, renders and locks slots. */
export const airtimeSettings = {
  /** Planned for today and so many days after it: the week that people look at. */
  planDays: 8,
  /**
   * A slot that is so close does not change any more, but for withdrawals. A 15-minute file (7.2 MB) takes a device up to a
   * minute at 1 Mbit/s and the rendering some 10 to 20 s; the rest is for repeats of both (reference/radio.md §2.4).
   */
  lockAheadMs: 10 * 60_000,
  /** Rendered so early at the most: what is farther away still changes, and would be rendered for nothing. */
  renderAheadMs: 24 * 3_600_000,
  /** An announcement arrives at stations one after the other, and people change their minds: rendered when it has calmed. */
  settledMs: 2 * 60_000,
  /** First pause after a rendering that failed, doubled with each failure, and the longest: the slot has its hour. */
  retryFirstMs: 5_000,
  retryMostMs: 120_000,
  /** A device that is not ready by then has missed the slot; after it reports of "missed" are judged. */
  startGraceMs: 2 * 60_000,
  /** Silence between two plays. */
  gapSeconds: 2,
} as const

/** Sound of a slot beside its items, as it stands in the file. */
export interface SlotFrameSound {
  powerOnLeadSeconds: number
  chime: boolean
  greeting: string
  signOff: string
}

const tidy = (text: string) => text.normalize('NFC').trim()

/** What a programme says about the sound of its slots. */
export function soundOf(programme: Programme): SlotFrameSound {
  const { powerOnLeadSeconds, chime, greeting, signOff } = programme
  return { powerOnLeadSeconds, chime, greeting: tidy(greeting), signOff: tidy(signOff) }
}

// The slowest reading that is configured anywhere: espeak-ng at 150 words a minute reads 15.2 characters a second of running
// text; names and figures are read slower than they are long.
const charactersPerSecond = 11
const headSeconds = 2
// Two motifs with the silence around them, at the beginning and at the end.
const chimeSeconds = 5
const tailSeconds = 1

/** Seconds that a text takes when read aloud, rather too long than too short. */
function spokenSeconds(text: string): number {
  return text === '' ? 0 : Math.ceil(text.length / charactersPerSecond) + 1 + airtimeSettings.gapSeconds
}

/** Seconds of a slot beside its items: lead, head silence, chime, greeting, sign-off and tail; an estimate, rather too long. */
export function overheadSeconds(sound: SlotFrameSound): number {
  return (
    sound.powerOnLeadSeconds +
    headSeconds +
    (sound.chime ? chimeSeconds : 0) +
    spokenSeconds(sound.greeting) +
    spokenSeconds(sound.signOff) +
    tailSeconds
  )
}

/** Seconds of air of one item in a slot: its plays in a row, each with the silence after it. */
export function airSeconds(item: { plays: number; seconds: number }): number {
  return item.plays * (item.seconds + airtimeSettings.gapSeconds)
}
