import { z } from 'zod'
import type { RunOptions } from '../../run-tool.ts'
import { runMediaTool } from './programs.ts'
import { limits, noPictures, tooLargeFrames, tooLong, unreadable } from './refusals.ts'

/** What ffprobe says of the pictures in a file. */
export interface VideoFacts {
  /** Index of the stream; undefined where there are no moving pictures. */
  stream: number | undefined
  /** As they are looked at: a phone held upright notes a quarter turn, old cameras have dots that are not square. */
  width: number
  height: number
  framesPerSecond: number
  /** As the file says; undefined where the format keeps no length. */
  durationSeconds: number | undefined
  sound: boolean
}

const probed = z.object({
  streams: z
    .array(
      z.object({
        index: z.number(),
        codec_type: z.string().optional(),
        width: z.number().default(0),
        height: z.number().default(0),
        sample_aspect_ratio: z.string().default(''),
        avg_frame_rate: z.string().default(''),
        duration: z.coerce.number().optional(),
        disposition: z.object({ attached_pic: z.number().default(0) }).prefault({}),
        side_data_list: z.array(z.looseObject({ rotation: z.number().optional() })).default([]),
      }),
    )
    .default([]),
  format: z.object({ duration: z.coerce.number().optional() }).prefault({}),
})

/** Read as `demuxer` and nothing else, without opening other files. @throws AppError media.unreadable | media.* */
export async function probeVideo(path: string, demuxer: string, options: RunOptions): Promise<VideoFacts> {
  const show = ['-show_streams', '-show_format', '-of', 'json']
  const args = ['-v', 'error', '-protocol_whitelist', 'file', '-f', demuxer, ...show, `file:${path}`]
  const limited = { ...options, timeoutMs: Math.min(options.timeoutMs, 30_000) }
  const out = await runMediaTool('ffprobe', args, limited, words => unreadable('video', new Error(words)))
  const found = probed.safeParse(parsed(out.toString('utf8'))).data
  if (!found) throw unreadable('video')
  const { streams, format } = found
  // A cover picture of a song is a stream of one frame.
  const moving = streams.find(s => s.codec_type === 'video' && s.disposition.attached_pic === 0)
  const rotation = moving?.side_data_list.find(side => side.rotation !== undefined)?.rotation ?? 0
  const lying = Math.abs(rotation % 180) === 90
  const across = Math.round((moving?.width ?? 0) * dotShape(moving?.sample_aspect_ratio ?? ''))
  const durations = [format.duration, moving?.duration].filter(d => d !== undefined && Number.isFinite(d) && d > 0)
  return {
    stream: moving?.index,
    width: lying ? (moving?.height ?? 0) : across,
    height: lying ? across : (moving?.height ?? 0),
    framesPerSecond: rateOf(moving?.avg_frame_rate ?? ''),
    durationSeconds: durations[0],
    sound: streams.some(s => s.codec_type === 'audio'),
  }
}

/** @throws AppError media.not-taken | media.too-much | media.unreadable for what is not worth decoding */
export function refuseByPictures({ stream, width, height, sound, durationSeconds }: VideoFacts): void {
  if (stream === undefined) throw sound ? noPictures() : unreadable('video')
  if (width < 16 || height < 16) throw unreadable('video')
  if (Math.max(width, height) > limits.videoSide || width * height > limits.videoPixels) {
    throw tooLargeFrames(width, height)
  }
  if (durationSeconds !== undefined && durationSeconds > limits.videoInputSeconds) throw tooLong(durationSeconds)
}

/** `30000/1001`; 25 where the file says nothing that can be. */
function rateOf(fraction: string): number {
  const [over, under] = fraction.split('/').map(Number)
  const rate = (over ?? 0) / (under ?? 0)
  return rate >= 1 && rate <= 1_000 ? rate : 25
}

/** `4:3`: how much wider than high a dot is; 1 where nothing sensible is said. */
function dotShape(ratio: string): number {
  const [wide, high] = ratio.split(':').map(Number)
  const shape = (wide ?? 0) / (high ?? 0)
  return shape >= 0.25 && shape <= 4 ? shape : 1
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}
