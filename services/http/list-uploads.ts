import { randomUUID } from 'node:crypto'
import type { Request, Response } from 'express'
import { AppError } from '../domain/errors.ts'
import { type ImportKind, type JobControl, runImportJob } from '../people/jobs.ts'
import type { HttpDeps } from './deps.ts'

/** Some forty million rows: no province has more people. */
export const uploadLimitBytes = 4 * 1024 ** 3
/** Each holds a connection to the database until its file is in. */
const mostAtOnce = 2

/**
 * What browsers call a list; Windows with Excel says application/vnd.ms-excel for a CSV. What it really is, is told from
 * its bytes.
 */
const listTypes = [
  'text/csv',
  'application/csv',
  'text/plain',
  'text/tab-separated-values',
  'application/vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/zip',
  'application/octet-stream',
]

export interface ListUpload {
  kind: ImportKind
  actorId: string
  id: string | undefined
  dryRun: boolean
  req: Request
  res: Response
}

type Work = (bytes: AsyncIterable<Uint8Array>, control: JobControl & { onTaken: () => void }) => Promise<object>

/**
 * Takes uploads of lists and runs each as a job, a few at a time. Answers with the report, or with 202 as soon as the file is
 * taken when the caller has chosen an id.
 * @param limitBytes largest file that is taken
 * @throws AppError request.unsupported-encoding | request.too-large | request.too-many, and what the import says
 */
export function listUploads(
  deps: HttpDeps,
  limitBytes: number,
): (upload: ListUpload, work: Work) => Promise<object | undefined> {
  let running = 0
  return async ({ kind, actorId, id, dryRun, req, res }, work) => {
    try {
      if (!req.is(listTypes) || !['', 'identity'].includes(req.get('content-encoding') ?? '')) throw notList()
      const bytesTotal = Number(req.get('content-length') ?? 0)
      if (bytesTotal > limitBytes) throw tooLarge(limitBytes)
      if (running >= mostAtOnce) throw busy()
      const job = { id: id ?? randomUUID(), kind, actorId, dryRun, bytesTotal }
      const bytes = upTo(limitBytes, req.iterator({ destroyOnReturn: false }))
      let onTaken = () => {}
      const taken = new Promise<void>(resolve => {
        onTaken = resolve
      })
      running += 1
      const result = runImportJob(deps.db, job, control => work(bytes, { ...control, onTaken })).finally(() => {
        running -= 1
      })
      const outcome = finish(deps, job.id, result)
      if (id === undefined) return await outcome
      await Promise.race([taken, outcome])
      // The caller reads in the job how it ended; what went wrong on our side belongs in the log too.
      outcome.catch(error => deps.log.warn({ id: job.id, code: error.code }, 'a list was not imported'))
      res.status(202).json({ id: job.id })
      return undefined
    } catch (error) {
      // The rest of the upload is read and dropped: browsers show the answer only when all was taken.
      req.resume()
      throw error
    }
  }
}

async function finish(deps: HttpDeps, id: string, result: Promise<object>): Promise<object> {
  const report = await result
  // Lists in a report (refused rows, names) may quote the file.
  const numbers = Object.fromEntries(Object.entries(report).filter(([, value]) => !Array.isArray(value)))
  deps.log.info({ id, ...numbers }, 'list imported')
  return { id, ...report }
}

async function* upTo(limitBytes: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > limitBytes) throw tooLarge(limitBytes)
    yield chunk
  }
}

function tooLarge(limitBytes: number): AppError {
  const megabytes = Math.round(limitBytes / 1024 / 1024)
  return new AppError('request.too-large', {
    vi: `Tệp lớn hơn ${megabytes} MB. Ông/Bà vui lòng chia tệp theo xã rồi nhập từng tệp. Chưa có dòng nào được nhập.`,
    en: `The file is larger than ${megabytes} MB. Split it by commune and import the parts. Nothing was imported.`,
  })
}

function busy(): AppError {
  return new AppError(
    'request.too-many',
    {
      vi: 'Đang có danh sách khác được nhập. Ông/Bà vui lòng chờ xong rồi nhập tiếp. Chưa có dòng nào được nhập.',
      en: 'Other lists are being imported. Wait for them to end, then import yours. Nothing was imported.',
    },
    { details: { retryAfterSeconds: 30 } },
  )
}

function notList(): AppError {
  return new AppError('request.unsupported-encoding', {
    vi: 'Nội dung gửi lên phải là chính tệp CSV hoặc Excel .xlsx (Content-Type: text/csv), không nén thêm.',
    en: 'The body must be the CSV or .xlsx file itself (Content-Type: text/csv), not compressed further.',
  })
}
