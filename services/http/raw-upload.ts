import type { Request, Response } from 'express'
import { AppError, type Sentence } from '../domain/errors.ts'
import { cleanText } from '../text/input.ts'

export interface RawUploadRules {
  /** More than this is refused by the announced length alone. */
  limitBytes: number
  tooLarge: (limitBytes: number) => AppError
  /** As in the sentence "The body must be ...". */
  what: Sentence
}

/**
 * Runs the work on a file that comes as the raw body of a request. The signal fires when the uploader goes away; what is
 * thrown then is kept out of the log of failures.
 * @throws AppError request.unsupported-encoding | request.too-large, and what the work throws
 */
export async function withRawUpload<T>(
  req: Request,
  res: Response,
  rules: RawUploadRules,
  work: (bytes: AsyncIterable<Uint8Array>, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController()
  res.once('close', () => gone.abort(new Error('the uploader went away')))
  try {
    refuseUnread(req, rules)
    return await work(req.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>, gone.signal)
  } catch (error) {
    // The rest of the upload is read and dropped: browsers show the answer only when all was taken.
    req.resume()
    throw gone.signal.aborted ? givenUp(res, error) : error
  }
}

function refuseUnread(req: Request, { limitBytes, tooLarge, what }: RawUploadRules): void {
  const form = req.is(['multipart/*', 'application/json', 'application/x-www-form-urlencoded'])
  if (form || !['', 'identity'].includes(req.get('content-encoding') ?? '')) {
    throw new AppError('request.unsupported-encoding', {
      vi: `Nội dung gửi lên phải là chính ${what.vi} (Content-Type: application/octet-stream), không nén thêm.`,
      en: `The body must be ${what.en} itself (Content-Type: application/octet-stream), not compressed further.`,
    })
  }
  if (Number(req.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
}

/** Nobody reads this answer; it keeps a closed window out of the log of failures. */
function givenUp(res: Response, cause: unknown): unknown {
  if (!res.closed) return cause
  return new AppError('request.malformed', { vi: 'Yêu cầu đã bị hủy.', en: 'The request was given up.' }, { cause })
}

/** A name or title that came with an upload, as one clean line. */
export const oneLine = (text: string) => cleanText(text).replace(/\s+/g, ' ')
