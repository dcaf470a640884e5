import { execFile } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { bulletin } from './support.ts'

const exec = promisify(execFile)

/** Runs ffmpeg by hand, apart from all code under test. */
export const ffmpeg = (...args: string[]) => exec('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args])

/** A person's voice as far as a test can have one: about `seconds` of speech, repeated when that is long. */
export async function speechFile(dir: string, seconds: number): Promise<string> {
  const [spoken, path] = [join(dir, 'spoken.wav'), join(dir, `speech-${seconds}.wav`)]
  await exec('espeak-ng', ['-v', 'vi', '-s', '140', '-w', spoken, bulletin])
  await ffmpeg('-stream_loop', '-1', '-i', spoken, '-t', String(seconds), '-c:a', 'pcm_s16le', path)
  return path
}

/** Makes files to be uploaded from one of speech; `make` are ffmpeg's arguments between input and output. */
export async function made(dir: string, name: string, speech: string, ...make: string[]): Promise<string> {
  const path = join(dir, name)
  await ffmpeg('-i', speech, ...make, path)
  return path
}

/** The same file without its last part. */
export async function cutShort(path: string, share: number, size: number): Promise<string> {
  await truncate(path, Math.floor(size * share))
  return path
}

export async function written(dir: string, name: string, bytes: string | Buffer): Promise<string> {
  const path = join(dir, name)
  await writeFile(path, bytes)
  return path
}
