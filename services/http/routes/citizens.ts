import { z } from 'zod'
import { AppError } from '../../domain/errors.ts'
import { summariseCitizens } from '../../people/citizens.ts'
import { importCitizens } from '../../people/import.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import { importReportSchema } from '../schemas.ts'

/** Some two million rows; a file beyond it is better cut by commune. */
const uploadLimitBytes = 200 * 1024 * 1024

/** What browsers call a CSV file; Windows with Excel says application/vnd.ms-excel. */
const csvTypes = [
  'text/csv',
  'application/csv',
  'text/plain',
  'text/tab-separated-values',
  'application/vnd.ms-excel',
  'application/octet-stream',
]

const flag = z.enum(['0', '1', 'true', 'false']).transform(value => value === '1' || value === 'true')

const summarySchema = z.object({
  citizens: z.number().int(),
  withPhone: z.number().int(),
  withEmail: z.number().int(),
  consenting: z.number().int(),
  byArea: z.array(z.object({ areaCode: z.string(), areaName: z.string(), citizens: z.number().int() })),
})

const reportSchema = importReportSchema.extend({
  dryRun: z.boolean(),
  /** Rows that spoke of a person whom another row of the file named already. */
  merged: z.number().int(),
  /** People whom the file says to agree, but who withdrew their consent earlier: the withdrawal stands. */
  keptWithdrawn: z.number().int(),
  /** Headings of columns that were not imported. */
  ignoredColumns: z.array(z.string()),
})

/**
 * The register of citizens: import from a file, and how many there are. Nothing here shows who they are.
 * @param limitBytes largest file that is taken
 */
export function citizenRoutes(deps: HttpDeps, limitBytes = uploadLimitBytes): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/citizens/import',
      summary:
        'Import citizens from a CSV file (the raw body, at most 200 MB). `dryRun=1` checks without importing; ' +
        '`consentBasis` states on what basis all agreed when the file has no consent column; ' +
        '`convertOldNumbers=1` turns 11-digit mobile numbers into what they became in 2018.',
      tag: 'citizens',
      access: 'citizen.import',
      query: z.object({
        dryRun: flag.default(false),
        consentBasis: z.string().trim().min(3).max(300).optional(),
        convertOldNumbers: flag.default(false),
      }),
      response: reportSchema,
      async handle({ query, req }) {
        const { consentBasis, ...choices } = query
        try {
          if (!req.is(csvTypes) || !['', 'identity'].includes(req.get('content-encoding') ?? '')) throw notCsv()
          if (Number(req.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
          const bytes = upTo(limitBytes, req.iterator({ destroyOnReturn: false }))
          const report = await importCitizens(deps.db, bytes, {
            now: deps.now,
            ...choices,
            ...(consentBasis !== undefined && { consentBasis }),
          })
          const { rejected, ignoredColumns, ...numbers } = report
          deps.log.info(numbers, 'citizens imported')
          return report
        } catch (error) {
          // The rest of the upload is read and dropped: browsers show the answer only when all was taken.
          req.resume()
          throw error
        }
      },
    }),
    route({
      method: 'get',
      path: '/api/citizens/summary',
      summary: 'How many citizens are registered, by commune; no personal data',
      tag: 'citizens',
      access: 'citizen.import',
      response: summarySchema,
      handle: () => summariseCitizens(deps.db),
    }),
  ]
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

function notCsv(): AppError {
  return new AppError('request.unsupported-encoding', {
    vi: 'Nội dung gửi lên phải là chính tệp CSV (Content-Type: text/csv), không nén.',
    en: 'The body must be the CSV file itself (Content-Type: text/csv), not compressed.',
  })
}
