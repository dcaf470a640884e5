import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppError } from '../../services/domain/errors.ts'
import { diskFull, isDiskFull } from '../run-tool.ts'
import { chime, motifLufs, signOff, silence, trackRate } from './chime.ts'
import { type Probed, probe } from './ffmpeg.ts'
import { type EncodeJob, encodePass, type Measured, type SoundForm, soundForms } from './passes.ts'
import { audioFailed } from './tool.ts'
import { passLimits, response, standard, syncAndRename, type VoiceTrack, type WorkTools } from './track.ts'

/** What is heard, in order. */
export interface Programme {
  title: string
  artist: string
  /** Silence before everything, for amplifiers that are switched on by the sound. */
  powerOnLeadSeconds: number
  /** The chime before the speech and the sign-off after it. */
  chime: boolean
  /** Voice tracks; one that is repeated stands here several times. */
  tracks: VoiceTrack[]
  /** Silence between two tracks. */
  gapSeconds: number
  form: SoundForm
}

/** A finished file and what was measured on it after decoding. */
export interface BroadcastAudio {
  path: string
  durationSeconds: number
  /** Integrated loudness. */
  lufs: number
  /** True peak. */
  dbtp: number
  sizeBytes: number
  headSilenceSeconds: number
  /** Where each track begins and ends in the file, seconds. */
  tracks: { startSeconds: number; endSeconds: number }[]
}

// Devices swallow the beginning of a file while the amplifier wakes up.
const leadSeconds = 2
const aroundMotifSeconds = 0.5
const tailSeconds = 1

// Under this the chime would outweigh the speech, and the whole could only reach -16 LUFS with the speech distorted.
const shortestWithChimeSeconds = 2.5

const firstCeilingDb = -2.9
// Tracks are already limited; more gain than this makes it necessary again.
const gainWithoutLimiterDb = 0.3
const attempts = 10
// Aimed at first: narrower than the standard, because another meter or decoder may differ by a tenth.
const inner = { toleranceLu: 0.3, maxDbtp: standard.maxDbtp - 0.1 }
const innerAttempts = 5

/**
 * Joins voice tracks to a programme: lead, chime, tracks with gaps, sign-off, tail. One encode, measured on the decoded
 * result; the gain and the ceiling of all tracks alike are corrected until the whole meets the {@link standard}, so the
 * tracks keep their levels among each other. The same tracks give the same bytes.
 * @param outPath written through a neighbouring `.part` file
 * @throws AppError audio.tool-missing | audio.failed | setup.disk-full
 */
export async function assemble(programme: Programme, outPath: string, tools: WorkTools): Promise<BroadcastAudio> {
  return await complete(await begin(programme, outPath, tools))
}

/** A programme that has been encoded and measured once, well or not. */
export interface Assembly {
  programme: Programme
  outPath: string
  tools: WorkTools
  layout: Layout
  measured: Measured
  levels: Levels
}

/** How the tracks were brought to the level of the programme. */
interface Levels {
  gainDb: number
  ceilingDb: number
  limiting: boolean
}

/**
 * The first encode of a programme. A single track may still be in the making: its samples are taken as they come.
 * @throws as {@link assemble}
 */
export async function begin(
  programme: Programme,
  outPath: string,
  tools: WorkTools,
  live?: AsyncIterable<Buffer>,
): Promise<Assembly> {
  return await namingFullDisk(`${outPath}.part`, async () => {
    const layout = await layOut(programme, tools.workDir)
    const { gainDb } = layout
    const levels = { gainDb, ceilingDb: firstCeilingDb, limiting: gainDb > gainWithoutLimiterDb }
    const assembly = { programme, outPath, tools, layout, levels }
    return { ...assembly, measured: await encode(assembly, levels, live) }
  })
}

/** Corrects a programme until it meets the standard, and puts the file in place. @throws as {@link assemble} */
export async function complete(assembly: Assembly): Promise<BroadcastAudio> {
  return await namingFullDisk(`${assembly.outPath}.part`, async () => {
    let { measured } = assembly
    let { gainDb, ceilingDb, limiting } = assembly.levels
    let last: { gainDb: number; lufs: number } | undefined
    for (let attempt = 1; ; attempt++) {
      const bounds = attempt <= innerAttempts ? inner : standard
      const missing = standard.lufs - measured.lufs
      const excess = measured.dbtp - bounds.maxDbtp
      if (Math.abs(missing) <= bounds.toleranceLu && excess <= 0) return await finish(assembly, measured)
      if (attempt === attempts) throw missed(measured)
      const step = missing / response(last, gainDb, measured.lufs)
      // A lower ceiling changes the loudness too, so the next step says nothing of the response.
      last = excess > 0 ? undefined : { gainDb, lufs: measured.lufs }
      gainDb += step
      if (excess > 0 && limiting) ceilingDb -= excess + 0.2
      limiting ||= excess > 0 || gainDb > gainWithoutLimiterDb
      measured = await encode(assembly, { gainDb, ceilingDb, limiting })
    }
  })
}

/** Removes what was left half, and names a full disk. */
async function namingFullDisk<T>(partPath: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await rm(partPath, { force: true })
    throw isDiskFull(error) ? diskFull(error) : error
  }
}

async function encode(
  { programme, outPath, tools, layout }: Omit<Assembly, 'measured'>,
  { gainDb, ceilingDb, limiting }: Levels,
  live?: AsyncIterable<Buffer>,
): Promise<Measured> {
  const job: EncodeJob = {
    ...layout.paths,
    tracks: programme.tracks.map(({ path }, i) => ({ from: live ?? path, silenceAfterSamples: layout.gaps[i] ?? 0 })),
    gainDb,
    ceilingDb: limiting ? ceilingDb : undefined,
    form: programme.form,
    toPath: `${outPath}.part`,
    tags: { title: tagText(programme.title), artist: tagText(programme.artist) },
  }
  return await encodePass(job, passLimits(layout.seconds, tools))
}

interface Layout {
  paths: Pick<EncodeJob, 'beforePath' | 'afterPath'>
  /** Silence after each track, and where the tracks lie, in samples at {@link trackRate}. */
  gaps: number[]
  positions: { start: number; end: number }[]
  seconds: number
  /** What the tracks probably need so that the whole, motifs included, has the standard loudness. */
  gainDb: number
}

/** Writes what stands before and behind the tracks, and counts where everything comes to lie. */
async function layOut(programme: Programme, workDir: string): Promise<Layout> {
  const spokenSeconds = programme.tracks.reduce((sum, track) => sum + track.durationSeconds, 0)
  const withMotifs = programme.chime && spokenSeconds >= shortestWithChimeSeconds
  const pause = silence(aroundMotifSeconds, trackRate)
  const head = silence(programme.powerOnLeadSeconds + leadSeconds, trackRate)
  const before = Buffer.concat(withMotifs ? [head, chime(), pause] : [head])
  const end = silence(tailSeconds, trackRate)
  const after = Buffer.concat(withMotifs ? [pause, signOff(), end] : [end])
  const [beforePath, afterPath] = [join(workDir, 'before.pcm'), join(workDir, 'after.pcm')]
  await Promise.all([writeFile(beforePath, before), writeFile(afterPath, after)])

  const last = programme.tracks.length - 1
  const gapSamples = Math.round(programme.gapSeconds * trackRate)
  let at = before.length / 2
  const positions = programme.tracks.map((track, i) => {
    const start = at
    at += Math.round(track.durationSeconds * trackRate)
    const position = { start, end: at }
    if (i < last) at += gapSamples
    return position
  })
  return {
    paths: { beforePath, afterPath },
    gaps: programme.tracks.map((_, i) => (i < last ? gapSamples : 0)),
    positions,
    seconds: (at + after.length / 2) / trackRate,
    gainDb: gainBeside(programme.tracks, withMotifs ? motifSeconds : 0),
  }
}

/** Chime and sign-off together, as long as the meter hears them. */
const motifSeconds = 2.2

/**
 * The gain with which tracks and the quieter motifs together have the standard loudness: loudness of sounds one after the
 * other is the mean of their energies.
 */
function gainBeside(tracks: VoiceTrack[], besideSeconds: number): number {
  const energy = (lufs: number, seconds: number) => seconds * 10 ** (lufs / 10)
  const seconds = tracks.reduce((sum, track) => sum + track.durationSeconds, 0)
  const speech = tracks.reduce((sum, track) => sum + energy(track.lufs, track.durationSeconds), 0)
  const wanted = energy(standard.lufs, seconds + besideSeconds) - energy(motifLufs, besideSeconds)
  return 10 * Math.log10(wanted / speech)
}

async function finish({ outPath, programme, layout, tools }: Assembly, measured: Measured): Promise<BroadcastAudio> {
  const toPath = `${outPath}.part`
  const { form } = programme
  const probed = await probe(toPath, passLimits(0, tools))
  const right = isForm(probed, form) && Math.abs(probed.durationSeconds - layout.seconds) < 0.2
  if (!right || measured.headSilenceSeconds < standard.minHeadSilenceSeconds) throw missed(measured)
  const { size } = await stat(toPath)
  await syncAndRename(toPath, outPath)
  const { delaySamples, sampleRate } = soundForms[form]
  const delay = delaySamples / sampleRate
  const seconds = (samples: number) => samples / trackRate + delay
  return {
    path: outPath,
    durationSeconds: hundredths(probed.durationSeconds),
    lufs: measured.lufs,
    dbtp: measured.dbtp,
    sizeBytes: size,
    headSilenceSeconds: hundredths(measured.headSilenceSeconds),
    tracks: layout.positions.map(({ start, end }) => ({ startSeconds: seconds(start), endSeconds: seconds(end) })),
  }
}

const hundredths = (value: number) => Math.round(value * 100) / 100

function isForm(found: Probed, form: SoundForm): boolean {
  const { codec, sampleRate } = soundForms[form]
  const rightRate = codec !== 'mp3' || found.bitRate === 64_000
  return found.codec === codec && found.channels === 1 && found.sampleRate === sampleRate && rightRate
}

/** Text for an ID3 field: one line, no control characters, short enough for any display. */
export function tagText(text: string): string {
  const line = text
    .normalize('NFC')
    .replaceAll(/\p{Cf}/gu, '')
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
  return [...line].slice(0, 200).join('')
}

function missed(measured: Measured): AppError {
  return audioFailed(
    `measured ${measured.lufs} LUFS, ${measured.dbtp} dBTP, ${measured.headSilenceSeconds} s of silence at the start`,
  )
}
