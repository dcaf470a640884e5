import { AppError } from '../domain/errors.ts'

/** The sentence for a full disk, wherever it was met. @param folder where there was no room */
export function diskFull(folder: string, cause?: unknown): AppError {
  return new AppError(
    'setup.disk-full',
    {
      vi: `Ổ đĩa chứa thư mục ${folder} đã đầy. Ông/Bà vui lòng giải phóng dung lượng hoặc chọn thư mục dữ liệu khác (LOA_DATA), rồi chạy lại. Dữ liệu đã ghi không bị mất.`,
      en: `The disk that holds ${folder} is full. Free some space or choose another data folder (LOA_DATA), then start again. Nothing already written is lost.`,
    },
    cause === undefined ? {} : { cause },
  )
}

/** Turns "no space left" and "quota exceeded" into the sentence above; other errors come back unchanged. */
export function namedDiskError(error: unknown, folder: string): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT' ? diskFull(folder, error) : error
}
