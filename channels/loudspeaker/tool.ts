import { AppError } from '../../services/domain/errors.ts'
import { type RunOptions, runProgram } from '../run-tool.ts'

/** The programs that the loudspeaker channel runs, and the Debian/Ubuntu package that brings each. */
const packages = { 'espeak-ng': 'espeak-ng', ffmpeg: 'ffmpeg', ffprobe: 'ffmpeg' } as const
export type Tool = keyof typeof packages

/** The error for a program that is not installed, with the exact command that mends it. */
export function toolMissing(tool: Tool): AppError {
  const command = `sudo apt-get install -y ${packages[tool]}`
  return new AppError('audio.tool-missing', {
    vi: `Máy chủ chưa cài phần mềm ${tool} nên chưa tạo được âm thanh. Ông/Bà vui lòng đề nghị quản trị viên chạy lệnh: ${command}`,
    en: `The program ${tool} is not installed, so no sound can be made. Please ask the administrator to run: ${command}`,
  })
}

/**
 * The error for audio work that went wrong for no fault of the officer.
 * @param detail for the log only; never the text of an announcement
 */
export function audioFailed(detail: string, cause?: unknown): AppError {
  return new AppError(
    'audio.failed',
    {
      vi: 'Không tạo được tệp âm thanh đạt chuẩn phát. Ông/Bà vui lòng thử lại; nếu vẫn lỗi, đề nghị báo quản trị viên xem nhật ký hệ thống.',
      en: 'The sound file could not be made to broadcast standard. Please try again; if it fails again, tell the administrator, who finds the details in the log.',
    },
    { message: `audio failed: ${detail}`, cause },
  )
}

/** What to throw when a program was stopped: the caller's own reason, or audio.failed when time ran out. */
export function stopReason(caller: AbortSignal, what: string): unknown {
  return caller.aborted ? caller.reason : audioFailed(`${what} took too long`)
}

/**
 * Runs one of the channel's programs; see {@link runProgram}.
 * @throws AppError audio.tool-missing | audio.failed, or the signal's reason after an abort
 */
export function runTool(tool: Tool, args: string[], options: RunOptions): Promise<Buffer> {
  return runProgram(tool, args, options, { missing: () => toolMissing(tool), failed: audioFailed })
}
