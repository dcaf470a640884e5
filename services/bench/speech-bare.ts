import { execFile } from 'node:child_process'
import { stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { chime, signOff, silence, trackRate } from '../../channels/loudspeaker/chime.ts'
import { readSummary } from '../../channels/loudspeaker/ffmpeg-log.ts'
import { levelChain } from '../../channels/loudspeaker/passes.ts'
import { hornChain } from '../../channels/loudspeaker/track.ts'

const run = promisify(execFile)
const quiet = ['-nostdin', '-hide_banner', '-nostats', '-y']
const raw = ['-f', 's16le', '-ar', String(trackRate), '-ac', '1']

/** What the bare commands have made. */
export interface BareSound {
  lufs: number
  dbtp: number
  seconds: number
  sizeBytes: number
}

async function ffmpeg(...args: string[]): Promise<string> {
  const { stderr } = await run('ffmpeg', [...quiet, ...args], { maxBuffer: 50_000_000 })
  return stderr
}

/**
 * The same work by the bare commands one after the other, as a careful shell script would do it: speak into a file, filter
 * and measure in one pass, gain, limit, join with chime and sign-off and encode in one pass, measure the result. Same
 * filters, rates, encoder and options as ours; no track is kept, nothing is corrected.
 * @param spoken text in words
 */
export async function bareSpeech(spoken: string, dir: string): Promise<BareSound> {
  const at = (name: string) => join(dir, name)
  const pause = silence(0.5, trackRate)
  await writeFile(at('text'), spoken)
  await writeFile(at('before.pcm'), Buffer.concat([silence(2, trackRate), chime(), pause]))
  await writeFile(at('after.pcm'), Buffer.concat([pause, signOff(), silence(1, trackRate)]))

  await run('espeak-ng', ['-v', 'vi', '-s', '150', '-a', '60', '-b', '1', '-z', '-f', at('text'), '-w', at('raw.wav')])

  const graph = `[0:a]${hornChain},asplit=2[s][c];[c]apad=pad_dur=1,ebur128=peak=sample:framelog=verbose[m]`
  const filtered = ['-filter_complex', graph, '-map', '[s]', ...raw, at('filtered.pcm')]
  const before = readSummary(await ffmpeg('-i', at('raw.wav'), ...filtered, '-map', '[m]', '-f', 'null', '-'))

  const gainDb = -16 - before.lufs + 0.45
  const inputs = ['before', 'filtered', 'after'].flatMap(name => [...raw, '-i', at(`${name}.pcm`)])
  const join3 = `[1:a]${levelChain(gainDb, -2.9)}[s];[0:a][s][2:a]concat=n=3:v=0:a=1,aresample=44100[all]`
  const mp3 = [
    '-c:a',
    'libmp3lame',
    '-b:a',
    '64k',
    '-ac',
    '1',
    '-ar',
    '44100',
    '-write_xing',
    '0',
    '-id3v2_version',
    '3',
  ]
  await ffmpeg('-v', 'error', ...inputs, '-filter_complex', join3, '-map', '[all]', ...mp3, at('out.mp3'))

  const chain = 'silencedetect=noise=-50dB:d=0.9,ebur128=peak=true:framelog=verbose'
  const { lufs, peakDb } = readSummary(await ffmpeg('-i', at('out.mp3'), '-af', chain, '-f', 'null', '-'))
  const { size } = await stat(at('out.mp3'))
  return { lufs, dbtp: peakDb, seconds: size / 8_000, sizeBytes: size }
}
