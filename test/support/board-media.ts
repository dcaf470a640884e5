import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { board } from '../../channels/board/index.ts'
import { type MediaSettings, usualSettings } from '../../channels/board/media/picture.ts'
import { boardMedia } from '../../channels/board/media/take.ts'
import { projectPath } from '../../services/runtime/paths.ts'

const run = promisify(execFile)

/** The process that decodes pictures runs the sources as they are. */
export const fromSources: MediaSettings = {
  ...usualSettings,
  execArgv: ['--no-warnings', '--import', projectPath('test/support/typescript-loader.mjs')],
}

/** The board channel of a test: as it is, but for the process that decodes pictures. */
export const boardFromSources = { ...board, media: boardMedia(fromSources) }

/** Makes a video with ffmpeg; words after the name are options of the output. @returns its path */
export async function madeVideo(dir: string, name: string, source: string, ...options: string[]): Promise<string> {
  const path = join(dir, name)
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', source, ...options, '-y', path])
  return path
}

/** What ffprobe says of a file's first stream and its format, as `key=value` lines. */
export async function probed(path: string): Promise<string> {
  const show = [
    '-show_entries',
    'stream=codec_name,codec_type,profile,width,height,pix_fmt,r_frame_rate',
    '-of',
    'flat',
  ]
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    ...show,
    '-show_entries',
    'format=duration,format_tags',
    path,
  ])
  return stdout
}
