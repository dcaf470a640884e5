import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { BroadcastAudio } from '../../../channels/loudspeaker/assemble.ts'
import { speakProgramme } from '../../../channels/loudspeaker/audio.ts'
import type { SoundForm } from '../../../channels/loudspeaker/passes.ts'
import { type EspeakVariant, espeakVoice } from '../../../channels/loudspeaker/voices/espeak.ts'
import type { Voice } from '../../../channels/loudspeaker/voices/voice.ts'
import type { SpeechPart } from '../../../services/text/speech/index.ts'
import { readAloud, splitForSpeech } from '../../../services/text/speech/index.ts'
import { captureLog } from '../../contract/suite.ts'

const exec = promisify(execFile)

/** About 700 characters of the kind of text that stations air. */
export const bulletin =
  'Kính mời nhân dân nghe thông báo của Ủy ban nhân dân xã. Từ ngày 01/12/2026, Bộ phận Một cửa của xã tiếp nhận hồ sơ ' +
  'thủ tục hành chính từ 7h30 đến 11h30 các ngày làm việc trong tuần. Bà con có thể nộp hồ sơ trực tuyến trên Cổng Dịch ' +
  'vụ công quốc gia mà không phải đến trụ sở. Tổ công nghệ số cộng đồng sẽ đến từng thôn, bản để hướng dẫn miễn phí. Khi ' +
  'đi, đề nghị bà con mang theo căn cước công dân và điện thoại đã đăng ký chính chủ. Mọi phản ánh, kiến nghị xin gửi về ' +
  'Bộ phận Một cửa hoặc gọi số 1022 trong giờ hành chính. Đề nghị các thôn trưởng, tổ trưởng tổ dân phố thông báo rộng ' +
  'rãi để toàn thể nhân dân biết và thực hiện. Xin trân trọng cảm ơn bà con đã lắng nghe.'

/** Just long enough for a chime. */
export const brief = 'Thông báo: chiều nay lũ về nhanh. Bà con ven sông khẩn trương chuyển đồ lên nơi cao.'

export interface AudioOptions {
  voice: EspeakVariant
  speed: number
  chime: boolean
  title: string
  artist: string
  form: SoundForm
  /** Speaks instead of espeak-ng. */
  piper?: Voice
}

export const plain: AudioOptions = {
  voice: 'vi',
  speed: 150,
  chime: true,
  title: 'Thông báo',
  artist: 'UBND xã',
  form: 'mp3',
}

/** One reading, spoken and made into a file, as a render does it. */
export async function makeBroadcastAudio(
  pieces: SpeechPart[],
  path: string,
  { voice, speed, piper, ...rest }: AudioOptions,
  tools: { workDir: string; signal: AbortSignal },
): Promise<BroadcastAudio> {
  const { log } = captureLog()
  const speaker = { voices: [piper ?? espeakVoice(voice)], speed }
  const programme = { ...rest, powerOnLeadSeconds: 0 }
  return (await speakProgramme(pieces, speaker, programme, path, { ...tools, log })).audio
}

export const piecesOf = (text: string) => splitForSpeech(readAloud(text).text)

export const never = () => new AbortController().signal

/** Lends an empty folder and removes it. */
export async function inFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-sound-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Measured with the tools themselves, so that a mistake in our own reading of them is found. */
export interface Heard {
  lufs: number
  dbtp: number
  headSilence: number
  format: Record<string, string>
}

async function ffmpegLog(args: string[]): Promise<string> {
  const { stderr } = await exec('ffmpeg', ['-nostdin', '-hide_banner', '-nostats', ...args, '-f', 'null', '-'], {
    maxBuffer: 50_000_000,
  })
  return stderr
}

/** Loudness of (a part of) a file after `filter`. */
export async function loudness(
  path: string,
  filter = 'anull',
  part: string[] = [],
): Promise<[lufs: number, dbtp: number]> {
  const log = await ffmpegLog([...part, '-i', path, '-af', `${filter},ebur128=peak=true:framelog=verbose`])
  const number = (pattern: RegExp) => Number([...log.matchAll(pattern)].at(-1)?.[1])
  return [number(/I:\s+(\S+) LUFS/g), number(/Peak:\s+(\S+) dBFS/g)]
}

export async function listen(path: string): Promise<Heard> {
  const [lufs, dbtp] = await loudness(path)
  const silences = await ffmpegLog(['-i', path, '-af', 'silencedetect=noise=-60dB:d=1'])
  const starts = /silence_start: (-?[\d.]+)/.exec(silences)?.[1]
  const { stdout } = await exec('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', path])
  const probed = JSON.parse(stdout) as { streams: Record<string, string>[]; format: Record<string, string> }
  return {
    lufs,
    dbtp,
    headSilence: Math.abs(Number(starts)) < 0.01 ? Number(/silence_duration: ([\d.]+)/.exec(silences)?.[1]) : 0,
    format: { ...probed.format, ...probed.streams[0] },
  }
}

/** Names of the processes that this process has started and that still run. */
export async function childrenOf(pid: number | 'self'): Promise<string[]> {
  const names: string[] = []
  for (const thread of await readdir(`/proc/${pid}/task`).catch(() => [])) {
    const ids = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '')
    for (const id of ids.split(' ').filter(Boolean)) {
      names.push((await readFile(`/proc/${id}/comm`, 'utf8').catch(() => 'gone')).trim())
    }
  }
  return names.filter(name => name !== 'gone')
}

/** Servers that the jest worker keeps for its test files (test/support/server-keeper.ts), and their watcher. */
const keptServers = ['postgres', 'redis-server', 'sh']

/** Those of this test process, without the servers it keeps for other test files. */
export const children = async () => (await childrenOf('self')).filter(name => !keptServers.includes(name))

/**
 * `loa speak` as plain JavaScript in a folder of its own, to be run by a separate node: only there can a test take the
 * programs out of the PATH.
 */
export async function compileSpeak(): Promise<{ script: string; remove: () => Promise<void> }> {
  const root = resolve('.')
  const dir = await mkdtemp(join(root, 'node_modules', '.loa-test-'))
  const source = join(root, 'services/cli/commands/speak.ts')
  const options =
    '--ignoreConfig --target es2023 --lib es2023 --module nodenext --moduleResolution nodenext --types node ' +
    '--strict --skipLibCheck --rewriteRelativeImportExtensions'
  await writeFile(join(dir, 'package.json'), '{"type":"module"}')
  await exec(join(root, 'node_modules/.bin/tsc'), [source, '--rootDir', root, '--outDir', dir, ...options.split(' ')])
  const script = join(dir, 'run.js')
  await writeFile(
    script,
    `import { Command } from 'commander'
import { register } from './services/cli/commands/speak.js'
const program = new Command('loa')
register(program)
program.parseAsync().catch(error => {
  console.error(JSON.stringify({ code: error.code, vi: error.userMessage?.vi }))
  process.exitCode = 1
})
`,
  )
  return { script, remove: () => rm(dir, { recursive: true, force: true }) }
}
