import type { Request } from 'express'
import { z } from 'zod'
import { tryReading } from '../../dispatch/try-reading.ts'
import { AppError } from '../../domain/errors.ts'
import {
  createEntry,
  entryHistory,
  listEntries,
  removeEntry,
  restoreEntry,
  updateEntry,
} from '../../pronunciation/entries.ts'
import { importEntries } from '../../pronunciation/import.ts'
import type { PronunciationRow } from '../../store/pronunciations.ts'
import { entryKinds } from '../../text/speech/entry.ts'
import type { HttpDeps } from '../deps.ts'
import { type RouteDef, route } from '../route.ts'
import {
  type Pronunciation,
  pronunciationChangeSchema,
  pronunciationImportSchema,
  pronunciationInputSchema,
  pronunciationPageSchema,
  pronunciationSchema,
  pronunciationTrialResultSchema,
  pronunciationTrialSchema,
} from '../schemas-pronunciations.ts'
import { createTurnstile } from '../turnstile.ts'

const params = z.object({ id: z.string().regex(/^\d{1,18}$/) })
const nothing = z.object({})
const tag = 'pronunciations'
/** 20,000 rows with long notes stay far below. */
const fileLimitBytes = 8 * 1024 ** 2

const listQuery = z.object({
  q: z.string().max(200).optional(),
  /** `none`: entries of the whole instance only; a province stands for itself and its communes. */
  area: z
    .string()
    .regex(/^(none|\d{2}(\d{3})?)$/)
    .optional(),
  kind: z.enum(entryKinds).optional(),
  cursor: z.string().max(600).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
})

function present(row: PronunciationRow): Pronunciation {
  return {
    id: row.id,
    areaCode: row.areaCode,
    areaName: row.areaName,
    kind: row.kind,
    written: row.written,
    spoken: row.spoken,
    caseSensitive: row.caseSensitive,
    note: row.note,
    revision: row.revision,
    updatedAt: row.updatedAt.toISOString(),
    updatedBy: row.updatedBy,
    removed: row.removed,
  }
}

function reading(deps: HttpDeps): RouteDef[] {
  // As with previews: sound takes a processor, and the sending needs one too.
  const turnstile = createTurnstile(1, 20)
  return [
    route({
      method: 'get',
      path: '/api/pronunciations',
      summary: 'The pronunciation dictionary in the order of the written forms, in pages',
      tag,
      access: 'pronunciation.read',
      query: listQuery,
      response: pronunciationPageSchema,
      async handle({ query: { area, ...query } }) {
        const page = await listEntries(deps, { ...query, area: area === 'none' ? '' : area })
        return { ...page, items: page.items.map(present) }
      },
    }),
    route({
      method: 'get',
      path: '/api/pronunciations/:id/history',
      summary: 'Who changed an entry and how, newest first',
      tag,
      access: 'pronunciation.read',
      params,
      response: z.array(pronunciationChangeSchema),
      handle: async ({ params: { id } }) =>
        (await entryHistory(deps, id)).map(change => ({ ...change, at: change.at.toISOString() })),
    }),
    route({
      method: 'post',
      path: '/api/pronunciations/try',
      summary: 'Read a text aloud with the dictionary, and with an entry that is not saved yet; nothing is changed',
      tag,
      access: 'pronunciation.read',
      body: pronunciationTrialSchema,
      response: pronunciationTrialResultSchema,
      handle: ({ body, res }) =>
        body.audio ? turnstile.pass(res, () => tryReading(deps, deps, body)) : tryReading(deps, deps, body),
    }),
  ]
}

function writing(deps: HttpDeps): RouteDef[] {
  return [
    route({
      method: 'post',
      path: '/api/pronunciations',
      summary: 'Add an entry',
      tag,
      access: 'pronunciation.write',
      body: pronunciationInputSchema,
      response: pronunciationSchema,
      status: 201,
      idempotent: true,
      handle: async ({ actor, body }) => present(await createEntry(deps, actor, body)),
    }),
    route({
      method: 'put',
      path: '/api/pronunciations/:id',
      summary: 'Change an entry that was read at `revision`',
      tag,
      access: 'pronunciation.write',
      params,
      body: pronunciationInputSchema.extend({ revision: z.number().int().min(1) }),
      response: pronunciationSchema,
      handle: async ({ actor, params: { id }, body: { revision, ...entry } }) =>
        present(await updateEntry(deps, actor, id, revision, entry)),
    }),
    route({
      method: 'post',
      path: '/api/pronunciations/:id/remove',
      summary: 'Take an entry out of use; it can be brought back',
      tag,
      access: 'pronunciation.write',
      params,
      body: nothing,
      response: pronunciationSchema,
      handle: async ({ actor, params: { id } }) => present(await removeEntry(deps, actor, id)),
    }),
    route({
      method: 'post',
      path: '/api/pronunciations/:id/restore',
      summary: 'Bring a removed entry back',
      tag,
      access: 'pronunciation.write',
      params,
      body: nothing,
      response: pronunciationSchema,
      handle: async ({ actor, params: { id } }) => present(await restoreEntry(deps, actor, id)),
    }),
    route({
      method: 'post',
      path: '/api/pronunciations/import',
      summary:
        'Add and rewrite entries from a CSV or XLSX file as the raw body (at most 8 MB and 20,000 rows): columns Cách viết, ' +
        'Cách đọc, Mã địa bàn, Loại, Phân biệt hoa thường, Ghi chú. `dryRun=1` only checks. None is removed.',
      tag,
      access: 'pronunciation.write',
      query: z.object({ dryRun: z.enum(['0', '1']).default('0') }),
      response: pronunciationImportSchema,
      handle: ({ actor, query, req }) => importEntries(deps, actor, fileOf(req), query.dryRun === '1'),
    }),
  ]
}

/** The bytes of an uploaded list, up to the limit. @throws AppError request.too-large */
async function* fileOf(req: Request): AsyncGenerator<Uint8Array> {
  let size = 0
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > fileLimitBytes) {
        throw new AppError('request.too-large', {
          vi: 'Tệp lớn hơn 8 MB. Ông/Bà vui lòng chia thành nhiều tệp. Chưa có dòng nào được nhập.',
          en: 'The file is larger than 8 MB. Please split it. Nothing was imported.',
        })
      }
      yield chunk
    }
  } finally {
    // Browsers show the answer only when all was taken.
    req.resume()
  }
}

/** The pronunciation dictionary of the place: finding, changing, trying out, importing. */
export function pronunciationRoutes(deps: HttpDeps): RouteDef[] {
  return [...reading(deps), ...writing(deps)]
}
