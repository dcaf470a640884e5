import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { MediaTools } from '../../contract.ts'
import type { RunOptions } from '../../run-tool.ts'
import { runMediaTool } from './programs.ts'
import { unreadable } from './refusals.ts'
import type { VideoFacts } from './video-facts.ts'

/** Frames are looked at this small; what they show does not matter, only whether they show something. */
const look = { width: 64, height: 36, perSecond: 2 } as const

/** How bright (0 to 255) and how varied a frame is. */
export interface FrameLook {
  mean: number
  /** Standard deviation of its brightness. */
  contrast: number
}

/**
 * The frame that stands for the video: the first that is neither dark nor white nor of one colour, else the one with the
 * most in it. Fades from black and title cards are why it is not simply the first. Pure.
 * @returns its number, and whether nothing can be seen in any
 */
export function bestFrame(frames: FrameLook[]): { index: number; dark: boolean } {
  const good = frames.findIndex(f => f.contrast >= 25 && f.mean >= 35 && f.mean <= 225)
  if (good >= 0) return { index: good, dark: false }
  const most = Math.max(...frames.map(f => f.contrast), 0)
  return {
    index: Math.max(
      0,
      frames.findIndex(f => f.contrast === most),
    ),
    dark: most < 6,
  }
}

/** Writes the poster of a finished video. @param seconds its length */
export async function makePoster(
  path: string,
  seconds: number,
  facts: VideoFacts,
  tools: MediaTools,
  options: RunOptions,
): Promise<{ file: { path: string; sizeBytes: number }; dark: boolean }> {
  const giveUp = (words: string) => unreadable('video', new Error(words))
  const read = ['-nostdin', '-hide_banner', '-v', 'error', '-protocol_whitelist', 'file']
  const grey = ['-vf', `fps=${look.perSecond},scale=${look.width}:${look.height}`, '-f', 'rawvideo', '-pix_fmt', 'gray']
  const small = [...read, '-i', `file:${path}`, ...grey, 'pipe:1']
  const frames = framesOf(await runMediaTool('ffmpeg', small, options, giveUp))
  const { index, dark } = bestFrame(frames)
  // Within the video also where it is shorter than its frames say.
  const at = Math.min(index / look.perSecond, Math.max(0, seconds - 1 / facts.framesPerSecond))
  const into = join(tools.workDir, 'poster.jpg')
  const one = ['-frames:v', '1', '-q:v', '3', '-f', 'image2', '-update', '1', '-y', `file:${into}`]
  await runMediaTool('ffmpeg', [...read, '-ss', at.toFixed(3), '-i', `file:${path}`, ...one], options, giveUp)
  return { file: { path: into, sizeBytes: (await stat(into)).size }, dark }
}

function framesOf(grey: Buffer): FrameLook[] {
  const size = look.width * look.height
  const frames: FrameLook[] = []
  for (let at = 0; at + size <= grey.length; at += size) {
    const frame = grey.subarray(at, at + size)
    const mean = frame.reduce((sum, dot) => sum + dot, 0) / size
    const variance = frame.reduce((sum, dot) => sum + (dot - mean) ** 2, 0) / size
    frames.push({ mean, contrast: Math.sqrt(variance) })
  }
  return frames
}
