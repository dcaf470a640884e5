import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { AppError, type ErrorCode, isAppError, type Sentence } from '../domain/errors.ts'
import type { Problem } from './schemas.ts'

export type Language = 'vi' | 'en'

/** What a failed request is answered with: an RFC 9457 problem and the headers that go with it. */
export interface ProblemAnswer {
  problem: Problem
  headers: Record<string, string>
}

const localeErrors = { vi: z.locales.vi().localeError, en: z.locales.en().localeError }

/** The error map that makes zod speak the reader's language. */
export function zodMessages(language: Language) {
  return { error: localeErrors[language] }
}

/** A request whose fields do not fit, with one line per field for the form. */
export function invalidRequest(errors: { path: string; message: string }[]): AppError {
  const fields = [...new Set(errors.map(e => e.path))].filter(Boolean).slice(0, 5).join(', ')
  return new AppError(
    'request.invalid',
    {
      vi: fields
        ? `Thông tin gửi lên chưa đúng ở các mục: ${fields}. Ông/Bà vui lòng kiểm tra lại.`
        : 'Thông tin gửi lên chưa đúng. Ông/Bà vui lòng kiểm tra lại.',
      en: fields ? `These fields are not right: ${fields}.` : 'The request is not right.',
    },
    { details: { errors } },
  )
}

/** zod's issues as field lines; `path` is dotted, e.g. `content.audience.areas.0`. */
export function fieldErrors(error: z.ZodError): { path: string; message: string }[] {
  return error.issues.map(issue => ({ path: issue.path.map(String).join('.'), message: issue.message }))
}

const fieldErrorsSchema = z.array(z.object({ path: z.string(), message: z.string() }))

/** Errors of express and body-parser, told apart by their `type` (body-parser) or status. */
const parserErrors: Record<string, [ErrorCode, Sentence]> = {
  'entity.too.large': [
    'request.too-large',
    {
      vi: 'Nội dung gửi lên quá lớn nên chưa được nhận. Ông/Bà vui lòng rút gọn rồi gửi lại.',
      en: 'The request is too large and was not taken. Please shorten it and send it again.',
    },
  ],
  'entity.parse.failed': [
    'request.malformed',
    { vi: 'Nội dung gửi lên không phải là JSON hợp lệ.', en: 'The request body is not valid JSON.' },
  ],
  'encoding.unsupported': [
    'request.unsupported-encoding',
    { vi: 'Kiểu nén của nội dung gửi lên không được hỗ trợ.', en: 'The content encoding is not supported.' },
  ],
  'charset.unsupported': [
    'request.unsupported-encoding',
    { vi: 'Nội dung gửi lên phải dùng bảng mã UTF-8.', en: 'The request must be in UTF-8.' },
  ],
}

const malformed: Sentence = { vi: 'Yêu cầu không đúng định dạng.', en: 'The request is malformed.' }

/** PostgreSQL is away: connection failures, shutdown, too many connections. The request can be repeated. */
const databaseAway = /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT|08\w{3}|53300|57P0[123])$/

function fromForeign(error: unknown): AppError {
  const known = error as { type?: string; status?: number; code?: string; message?: string }
  const parser = parserErrors[known?.type ?? '']
  if (parser) return new AppError(parser[0], parser[1], { cause: error })
  if (typeof known?.status === 'number' && known.status >= 400 && known.status < 500) {
    return new AppError('request.malformed', malformed, { cause: error })
  }
  if (known?.code === '53100' || known?.code === 'ENOSPC') {
    return new AppError(
      'setup.disk-full',
      {
        vi: 'Ổ đĩa của máy chủ đã đầy nên yêu cầu này chưa được ghi lại. Dữ liệu đã lưu không bị mất; Ông/Bà vui lòng giữ lại nội dung đang soạn và đề nghị quản trị viên giải phóng dung lượng.',
        en: 'The disk of the server is full, so this request was not saved. What was saved is safe; keep what you are writing and ask the administrator to free some space.',
      },
      { cause: error, details: { retryAfterSeconds: 60 } },
    )
  }
  const timedOut = /timeout exceeded when trying to connect|Connection terminated/.test(known?.message ?? '')
  if (timedOut || databaseAway.test(known?.code ?? '')) {
    return new AppError(
      'service.unavailable',
      {
        vi: 'Hệ thống tạm thời chưa kết nối được cơ sở dữ liệu. Dữ liệu đã lưu không bị mất; Ông/Bà vui lòng thử lại sau ít phút.',
        en: 'The database cannot be reached for the moment. What was saved is safe; please try again in a few minutes.',
      },
      { cause: error, details: { retryAfterSeconds: 10 } },
    )
  }
  return new AppError(
    'internal',
    {
      vi: 'Hệ thống gặp lỗi ngoài dự kiến và đã ghi nhận. Ông/Bà vui lòng thử lại; nếu vẫn lỗi, báo cho quản trị viên.',
      en: 'Something unexpected went wrong and was logged. Please try again; if it stays, tell the administrator.',
    },
    { cause: error },
  )
}

/** Any thrown value as an AppError; zod's become `request.invalid` with field paths. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error
  if (error instanceof z.ZodError) return invalidRequest(fieldErrors(error))
  return fromForeign(error)
}

/** The answer for an error. Nothing of an unexpected error's own text reaches the caller. */
export function problemOf(error: AppError): ProblemAnswer {
  const errors = fieldErrorsSchema.safeParse(error.details?.errors)
  const retryAfter = error.details?.retryAfterSeconds
  return {
    problem: {
      type: `urn:loa:problem:${error.code}`,
      title: STATUS_CODES[error.status] ?? 'Error',
      status: error.status,
      code: error.code,
      detail: error.userMessage.en,
      detailVi: error.userMessage.vi,
      ...(errors.success ? { errors: errors.data } : {}),
    },
    headers: {
      ...(typeof retryAfter === 'number' ? { 'Retry-After': String(retryAfter) } : {}),
      ...(error.status === 401
        ? { 'WWW-Authenticate': `${error.code === 'board.unpaired' ? 'Bearer' : 'Session'} realm="loa"` }
        : {}),
    },
  }
}

/** The 404 of the API. */
export function notFound(): AppError {
  return new AppError('not-found', {
    vi: 'Không tìm thấy nội dung yêu cầu, hoặc nội dung đã bị xóa.',
    en: 'There is nothing at this address, or it was removed.',
  })
}
