import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { repeatableRandom } from '../../../config/demo/random.ts'
import { sampleRate, toSamples } from '../../station/sound/pcm.ts'

/** A sound file made for a bench, with what a manifest says of it. */
export interface MadeFile {
  sha256: string
  bytes: Buffer
  durationMs: number
  /** Where its pieces lie, in the order they were given. */
  pieces: { startMs: number; endMs: number }[]
}

const gapMs = 400
const openingMs = 1_500
const closingMs = 800

/** Notes that no two seeds share: what is heard can be told apart by its samples alone. */
function melody(seed: number, ms: number, out: Int16Array, at: number): void {
  const random = repeatableRandom(seed)
  const count = toSamples(ms)
  let hertz = 0
  let volume = 0
  let phase = 0
  for (let i = 0; i < count; i++) {
    if (i % 4_410 === 0) {
      hertz = 300 + random() * 2_500
      volume = 3_000 + random() * 9_000
    }
    phase += (2 * Math.PI * hertz) / sampleRate
    out[at + i] = Math.round(volume * Math.sin(phase) + (random() - 0.5) * 800)
  }
}

/**
 * Makes an MP3 as Loa renders them (64 kbit/s, mono, no index): a second of silence, a chime that all files share, the
 * pieces with pauses between them, a closing tone. A file of one piece is that piece alone.
 * @param pieces seed and length of each
 */
export async function makeSound(pieces: { seed: number; ms: number }[]): Promise<MadeFile> {
  const isSlot = pieces.length > 1
  const placed: MadeFile['pieces'] = []
  let at = isSlot ? openingMs : 0
  for (const { ms } of pieces) {
    placed.push({ startMs: at, endMs: at + ms })
    at += ms + (isSlot ? gapMs : 0)
  }
  const durationMs = isSlot ? at + closingMs : at
  const pcm = new Int16Array(toSamples(durationMs))
  if (isSlot) {
    melody(1, openingMs - 1_000, pcm, toSamples(1_000))
    melody(2, closingMs, pcm, toSamples(at))
  }
  for (const [i, piece] of placed.entries()) {
    melody(pieces[i]?.seed ?? 0, piece.endMs - piece.startMs, pcm, toSamples(piece.startMs))
  }
  const bytes = await encode(Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength))
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes, durationMs, pieces: placed }
}

function encode(pcm: Buffer): Promise<Buffer> {
  const input = ['-f', 's16le', '-ar', String(sampleRate), '-ac', '1', '-i', 'pipe:0']
  const output = [
    '-c:a',
    'libmp3lame',
    '-b:a',
    '64k',
    '-write_xing',
    '0',
    '-fflags',
    '+bitexact',
    '-f',
    'mp3',
    'pipe:1',
  ]
  return run(['-nostdin', '-v', 'error', ...input, ...output], pcm)
}

/** Decodes a file to its end: 16-bit mono at 44.1 kHz, as it would be heard. */
export function decodeAll(path: string): Promise<Buffer> {
  const input = ['-nostdin', '-v', 'error', '-i', `file:${path}`]
  return run([...input, '-f', 's16le', '-ar', String(sampleRate), '-ac', '1', 'pipe:1'], undefined)
}

function run(args: string[], input: Buffer | undefined): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stdin.on('error', () => {})
    child.on('error', reject)
    child.on('close', code =>
      code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`ffmpeg ended with ${code}`)),
    )
    child.stdin.end(input)
  })
}
