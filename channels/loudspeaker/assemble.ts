import { rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AppError } from '../../services/domain/errors.ts'
import { chime, motifLufs, signOff, silence, trackRate } from './chime.ts'
import { type Probed, probe } from './ffmpeg.ts'
import { type EncodeJob, encodePass, type Measured, type SoundForm, soundForms } from './passes.ts'
import { audioFailed, diskFull, isDiskFull } from './tool.ts'
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
 * result; gain and ceiling of the whole are corrected until it meets the {@link standard}, so the tracks keep their levels
 * among each other. The same tracks give the same bytes.
 * @param outPath written through a neighbouring `.part` file
 * @throws AppError audio.tool-missing | audio.failed | setup.disk-full
 */
export async function assemble(programme: Programme, outPath: string, tools: WorkTools): Promise<BroadcastAudio> {
  try {
    return await joinTracks(programme, outPath, tools)
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error) : error
  }
}

async function joinTracks(programme: Programme, outPath: string, tools: WorkTools): Promise<BroadcastAudio> {
  const layout = await layOut(programme, tools.workDir)
  const limits = passLimits(layout.seconds, tools.signal)
  const toPath = `${outPath}.part`
  const { form } = programme
  const tags = { title: tagText(programme.title), artist: tagText(programme.artist) }
  let gainDb = layout.gainDb
  let ceilingDb = firstCeilingDb
  let last: { gainDb: number; lufs: number } | undefined
  let limiting = gainDb > gainWithoutLimiterDb
  try {
    for (let attempt = 1; ; attempt++) {
      const job: EncodeJob = {
        ...layout.paths,
        gainDb,
        ceilingDb: limiting ? ceilingDb : undefined,
        form,
        toPath,
        tags,
      }
      const measured = await encodePass(job, limits)
      const bounds = attempt <= innerAttempts ? inner : standard
      const missing = standard.lufs - measured.lufs
      const excess = measured.dbtp - bounds.maxDbtp
      if (Math.abs(missing) <= bounds.toleranceLu && excess <= 0) {
        return await finish({ toPath, outPath, form, measured, layout })
      }
      if (attempt === attempts) throw missed(measured)
      // A lower ceiling changes the loudness too, so the next step says nothing of the response.
      const step = missing / response(last, gainDb, measured.lufs)
      last = excess > 0 ? undefined : { gainDb, lufs: measured.lufs }
      gainDb += step
      if (excess > 0 && limiting) ceilingDb -= excess + 0.2
      limiting ||= excess > 0 || gainDb > gainWithoutLimiterDb
    }
  } finally {
    await rm(toPath, { force: true })
  }
}

interface Layout {
  paths: Pick<EncodeJob, 'beforePath' | 'afterPath' | 'tracks'>
  /** In samples at {@link trackRate}. */
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

  const gapSamples = Math.round(programme.gapSeconds * trackRate)
  let at = before.length / 2
  const positions = programme.tracks.map((track, i) => {
    const start = at
    at += Math.round(track.durationSeconds * trackRate)
    const position = { start, end: at }
    if (i < programme.tracks.length - 1) at += gapSamples
    return position
  })
  const last = programme.tracks.length - 1
  return {
    paths: {
      beforePath,
      afterPath,
      tracks: programme.tracks.map(({ path }, i) => ({ path, silenceAfterSamples: i < last ? gapSamples : 0 })),
    },
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

interface Finished {
  toPath: string
  outPath: string
  form: SoundForm
  measured: Measured
  layout: Layout
}

async function finish({ toPath, outPath, form, measured, layout }: Finished): Promise<BroadcastAudio> {
  const probed = await probe(toPath)
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
