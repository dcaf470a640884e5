import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loudspeaker } from '../../channels/loudspeaker/index.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { readAloud } from '../text/speech/index.ts'
import { benchLog } from './client-sides.ts'
import type { BenchReport } from './report.ts'
import { machine, round, timed } from './report.ts'
import { type BareSound, bareSpeech } from './speech-bare.ts'
import { textOf } from './speech-text.ts'

export interface SpeechBenchOptions {
  /** Rounds of each side; who goes first alternates, so that drift of the machine cancels out. */
  rounds: number
  /** Length of the slot's reading, characters of spoken text; 13,700 take a quarter of an hour. */
  characters: number
  onStep: (step: string) => void
}

const emergencyCharacters = 700

/**
 * Seconds from a text to a verified MP3: a quarter of an hour, and an emergency of 700 characters. Ours is the channel's own
 * render without a cache, with the reading by rules and the voice track that slots are joined from; beside it the bare
 * commands with the same filters and encoder, one after the other.
 */
export async function benchSpeech({ rounds, characters, onStep }: SpeechBenchOptions): Promise<BenchReport> {
  const slot = textOf(characters)
  const emergency = textOf(emergencyCharacters)
  const seconds = {
    ours: [] as number[],
    beside: [] as number[],
    oursEmergency: [] as number[],
    besideEmergency: [] as number[],
  }
  const made: { ours?: BareSound; beside?: BareSound } = {}
  const sides = {
    ours: async (text: string) => renderOurs(text),
    beside: async (text: string) => inFolder(dir => bareSpeech(readAloud(text).text, dir)),
  }
  onStep('warming up')
  for (const side of ['ours', 'beside'] as const) await sides[side](emergency)
  for (let i = 0; i < rounds; i++) {
    onStep(`round ${i + 1} of ${rounds}`)
    const order = i % 2 === 0 ? (['ours', 'beside'] as const) : (['beside', 'ours'] as const)
    for (const side of order) {
      const long = await timed(() => sides[side](slot))
      seconds[side].push(long.seconds)
      made[side] = long.result
      const short = await timed(() => sides[side](emergency))
      seconds[`${side}Emergency`].push(short.seconds)
    }
  }
  const figures = (side: 'ours' | 'beside') => ({
    slotSeconds: round(median(seconds[side])),
    slowestSlotSeconds: round(Math.max(...seconds[side])),
    emergencySeconds: round(median(seconds[`${side}Emergency`])),
    slowestEmergencySeconds: round(Math.max(...seconds[`${side}Emergency`])),
    airSeconds: round(made[side]?.seconds ?? 0),
    lufs: made[side]?.lufs ?? 0,
    dbtp: made[side]?.dbtp ?? 0,
    megabytes: round((made[side]?.sizeBytes ?? 0) / 1e6),
  })
  const [ours, beside] = [figures('ours'), figures('beside')]
  return {
    name: 'speech',
    machine: machine(),
    params: {
      rounds,
      slotCharacters: readAloud(slot).text.length,
      emergencyCharacters: readAloud(emergency).text.length,
    },
    ours,
    beside,
    ratio: round(median(seconds.ours) / median(seconds.beside)),
  }
}

/** The channel's render as a dispatch calls it, the text being the officer's own speech text. */
async function renderOurs(text: string): Promise<BareSound> {
  const config = loudspeaker.configSchema.parse({})
  const content = announcementContentSchema.parse({
    title: 'Thông báo',
    body: 'Thông báo',
    variants: { speech: { text } },
  })
  const source = { announcementId: '00000000-0000-4000-8000-000000000000', revision: 1, content, demo: false }
  const { content: made } = await inFolder(workDir =>
    loudspeaker.render(source, { workDir, signal: new AbortController().signal, log: benchLog }, config),
  )
  return { lufs: made.lufs, dbtp: made.dbtp, seconds: made.durationSeconds, sizeBytes: made.sizeBytes }
}

async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
