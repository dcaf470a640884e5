import { AppError, isAppError } from '../../../services/domain/errors.ts'
import { diskFull, isDiskFull, type RunOptions, runProgram } from '../../run-tool.ts'

/** The programs that make what boards show, and the Debian/Ubuntu package that brings each. */
const packages = {
  ffmpeg: 'ffmpeg',
  ffprobe: 'ffmpeg',
  pdfinfo: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  pdftotext: 'poppler-utils',
} as const
export type MediaTool = keyof typeof packages

/** As in the sentence "... cannot be made". */
const made = { vi: 'nội dung cho bảng tin', en: 'the picture or video' }

/** The error for a program that is not installed, with the exact command that mends it. */
export function toolMissing(tool: MediaTool): AppError {
  const command = `sudo apt-get install -y ${packages[tool]}`
  const use = packages[tool] === 'ffmpeg' ? { vi: 'video', en: 'video' } : { vi: 'tệp PDF', en: 'PDF files' }
  return new AppError('media.tool-missing', {
    vi: `Máy chủ chưa cài phần mềm ${packages[tool]} nên chưa nhận được ${use.vi}. Ông/Bà vui lòng đề nghị quản trị viên chạy lệnh: ${command}`,
    en: `The program ${packages[tool]} is not installed, so ${use.en} cannot be taken. Please ask the administrator to run: ${command}`,
  })
}

/**
 * The error for work on media that went wrong for no fault of the officer, or of the file as far as is known.
 * @param detail for the log only
 */
export function mediaFailed(detail: string, cause?: unknown): AppError {
  return new AppError(
    'media.failed',
    {
      vi: 'Không xử lý được tệp này trong thời gian cho phép. Ông/Bà vui lòng thử lại hoặc dùng tệp nhỏ hơn; nếu vẫn lỗi, đề nghị báo quản trị viên xem nhật ký hệ thống.',
      en: 'This file could not be worked on in the time allowed. Try again, or use a smaller one; if it fails again, tell the administrator, who finds the details in the log.',
    },
    { message: `media failed: ${detail}`, cause },
  )
}

/**
 * Runs a program on a file that nobody trusts. A program that is missing, takes too long or is stopped is no fault of the
 * file; one that gives up on it is.
 * @param giveUp the error for the latter, from the program's own words
 * @throws AppError media.tool-missing | media.failed | setup.disk-full, `giveUp`'s, or the signal's reason
 */
export async function runMediaTool(
  tool: MediaTool,
  args: string[],
  options: RunOptions,
  giveUp: (words: string) => AppError,
): Promise<Buffer> {
  try {
    return await runProgram(tool, args, options, { missing: () => toolMissing(tool), failed: mediaFailed })
  } catch (error) {
    if (options.signal.aborted || !isAppError(error)) throw error
    const words = /^media failed: \w+ ended with (.*)$/s.exec(error.message)?.[1]
    if (words === undefined) throw error
    throw words.includes('No space left on device') ? diskFull(error, made) : giveUp(words)
  }
}

/** Runs work on media whose own writing may find the disk full. */
export async function orDiskFull<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw isDiskFull(error) ? diskFull(error, made) : error
  }
}
