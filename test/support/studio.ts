import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { SlotJob, SlotSound, StudioPort } from '../../channels/contract.ts'

const run = promisify(execFile)
const rate = 44_100

/** Length of a file in milliseconds, as ffprobe tells it. */
export async function lengthMs(path: string): Promise<number> {
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path])
  return Math.round(Number(stdout) * 1000)
}

/** A tone of so many seconds as FLAC: stands for the voice track of an announcement. */
export async function toneTrack(path: string, seconds: number, hertz: number): Promise<void> {
  const source = `sine=frequency=${hertz}:sample_rate=${rate}:duration=${seconds}`
  await run('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', source, '-ac', '1', '-c:a', 'flac', path])
}

/**
 * A small studio that joins real sound with ffmpeg: silence, a tone for the chime, tones as long as greeting and sign-off
 * take to read, the tracks with their gaps. Not levelled like the channel's own, which has tests of its own.
 */
export const smallStudio: StudioPort = {
  async assemble(job, tools): Promise<SlotSound> {
    tools.signal.throwIfAborted()
    const pieces = await piecesOf(job)
    const path = join(tools.workDir, 'slot.mp3')
    const inputs = pieces.flatMap(p => p.input)
    const chain = pieces.map(
      (p, i) => `[${i}:a]aformat=sample_rates=${rate}:channel_layouts=mono,atrim=0:${p.seconds}[p${i}]`,
    )
    const graph = `${chain.join(';')};${pieces.map((_, i) => `[p${i}]`).join('')}concat=n=${pieces.length}:v=0:a=1[all]`
    const bare = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact', '-write_xing', '0']
    await run(
      'ffmpeg',
      [
        '-v',
        'error',
        '-y',
        ...inputs,
        '-filter_complex',
        graph,
        '-map',
        '[all]',
        ...bare,
        '-b:a',
        '64k',
        '-ac',
        '1',
        path,
      ],
      { signal: tools.signal },
    )
    const { stderr } = await run('ffmpeg', [
      '-nostats',
      '-i',
      path,
      '-af',
      'ebur128=peak=true:framelog=verbose',
      '-f',
      'null',
      '-',
    ])
    const summary = stderr.slice(stderr.lastIndexOf('Summary:'))
    return {
      path,
      durationMs: await lengthMs(path),
      lufs: Number(/I:\s+(\S+) LUFS/.exec(summary)?.[1]),
      dbtp: Number(/Peak:\s+(\S+) dBFS/.exec(summary)?.[1]),
      sizeBytes: (await stat(path)).size,
      parts: partsOf(pieces),
    }
  },
}

interface Piece {
  input: string[]
  seconds: number
  part?: { id: string; play: number }
}

async function piecesOf(job: SlotJob): Promise<Piece[]> {
  const generated = (source: string, seconds: number): Piece => ({ input: ['-f', 'lavfi', '-i', source], seconds })
  const silence = (seconds: number) => generated(`anullsrc=r=${rate}:cl=mono:d=${seconds}`, seconds)
  const tone = (hertz: number, seconds: number) => generated(`sine=frequency=${hertz}:duration=${seconds}`, seconds)
  const spoken = (text: string) => (text === '' ? [] : [tone(330, text.length / 15), silence(1)])
  const parts: Piece[] = []
  for (const { id, trackPath, plays } of job.parts) {
    const seconds = (await lengthMs(trackPath)) / 1000
    for (let play = 1; play <= plays; play++) {
      parts.push({ input: ['-i', trackPath], seconds, part: { id, play } }, silence(job.gapSeconds))
    }
  }
  return [
    silence(job.powerOnLeadSeconds + 2),
    ...(job.chime ? [tone(784, 1.3)] : []),
    ...spoken(job.greeting),
    ...parts,
    ...spoken(job.signOff),
    silence(1),
  ]
}

function partsOf(pieces: Piece[]): SlotSound['parts'] {
  let atMs = 0
  return pieces.flatMap(({ seconds, part }) => {
    const startMs = Math.round(atMs)
    atMs += seconds * 1000
    return part ? [{ ...part, startMs, endMs: Math.round(atMs) }] : []
  })
}
