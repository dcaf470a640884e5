import type { ImportJob, Problem } from '../../../../http/schemas.ts'
import type { AreaReport } from '../../../../http/schemas-registry.ts'
import { ApiError, call, query } from './client.ts'

export type ImportKind = ImportJob['kind']

/** What is said about a list beside its rows. */
export interface ImportChoices {
  kind: ImportKind
  dryRun: boolean
  /** Citizens: on what basis everybody in the file has agreed; for files without a consent column. */
  consentBasis?: string
  convertOldNumbers?: boolean
  /** Areas: end the units that the file does not name. */
  retireMissing?: boolean
}

/** Where each list is sent, and where its imports are watched. */
const people = '/api/citizens/imports'
const registry = '/api/registry/imports'
const lists: Record<ImportKind, { upload: string; jobs: string }> = {
  citizens: { upload: '/api/citizens/import', jobs: people },
  'opt-outs': { upload: '/api/citizens/opt-outs/import', jobs: people },
  areas: { upload: '/api/registry/areas/import', jobs: registry },
  stations: { upload: '/api/registry/stations/import', jobs: registry },
  boards: { upload: '/api/registry/boards/import', jobs: registry },
}

/** What an import did, or would do. */
export interface ListImport {
  /** Under which all refused rows can be fetched. */
  id: string
  rows: number
  added: number
  /** People who were known (citizens). */
  updated?: number
  /** Refusals that stood already (opt-outs). */
  known?: number
  merged?: number
  keptWithdrawn?: number
  rejectedCount: number
  rejected: { row: number; reason: { vi: string; en: string } }[]
  ignoredColumns: string[]
  /** Places and areas of which nothing changed. */
  unchanged?: number
}

/** What an import of areas says beside. */
export type AreaListImport = ListImport & Omit<AreaReport, keyof ListImport>

/** How far an import is: first the file travels, then the server reads and writes. */
export interface ImportWatch {
  sentBytes: number
  fileBytes: number
  /** What the server says; absent until it has begun. */
  job: ImportJob | undefined
}

/** Somebody pressed stop in time: nothing was imported. */
export class ImportStopped extends Error {}

const pollMs = 700
/** A server that restarts is back by then. */
const silentTries = 40

/**
 * Checks (`dryRun`) or imports a list. The bytes go out as they are, so that the server sees what is wrong with them, and
 * progress is asked for beside them: an answer that is written while the upload still runs does not get through proxies.
 * @throws ApiError | ImportStopped
 */
export async function importList(
  file: Blob,
  { kind, ...choices }: ImportChoices,
  watch: (state: ImportWatch) => void,
  stop: AbortSignal,
): Promise<ListImport> {
  const id = newUuid()
  const search = query({
    id,
    dryRun: choices.dryRun ? '1' : null,
    ...(kind === 'citizens' && {
      consentBasis: choices.consentBasis?.trim(),
      convertOldNumbers: choices.convertOldNumbers ? '1' : null,
    }),
    ...(kind === 'areas' && { retireMissing: choices.retireMissing ? '1' : null }),
  })
  const { upload: path, jobs } = lists[kind]
  const state: ImportWatch = { sentBytes: 0, fileBytes: file.size, job: undefined }
  const upload = send(`${path}${search}`, file, sent => {
    state.sentBytes = sent
    watch({ ...state })
  })
  let refused: unknown
  upload.answer.catch(error => {
    refused = error
  })
  const onStop = () => {
    void call(`${jobs}/${id}/cancel`, { method: 'POST', body: {} }).catch(() => undefined)
    upload.abort()
  }
  stop.addEventListener('abort', onStop, { once: true })
  try {
    for (let silent = 0; ; ) {
      await new Promise(resolve => setTimeout(resolve, pollMs))
      if (refused && !stop.aborted) throw refused
      const job = await look(`${jobs}/${id}`)
      silent = job ? 0 : silent + 1
      if (job) {
        state.job = job
        watch({ ...state })
        if (job.phase === 'done') return { ...(job.report as Omit<ListImport, 'id'>), id }
        if (job.phase === 'failed' || job.phase === 'cancelled') {
          throw stop.aborted ? new ImportStopped() : (refused ?? asError(job))
        }
      } else if (stop.aborted && silent > 2) throw new ImportStopped()
      else if (upload.answered() && silent > silentTries) throw new ApiError(0)
    }
  } finally {
    stop.removeEventListener('abort', onStop)
  }
}

/** Where all refused rows of an import can be fetched. */
export function rejectedRowsUrl(kind: ImportKind, id: string): string {
  return `${lists[kind].jobs}/${encodeURIComponent(id)}/rejected.csv`
}

/** The job, or undefined while there is none or nobody answers. */
async function look(path: string): Promise<ImportJob | undefined> {
  try {
    return await call<ImportJob>(path)
  } catch (error) {
    if (error instanceof ApiError && [401, 403].includes(error.status)) throw error
    return undefined
  }
}

/** By XMLHttpRequest: fetch does not tell how much of an upload has left. */
function send(path: string, file: Blob, onSent: (bytes: number) => void) {
  const request = new XMLHttpRequest()
  let done = false
  const answer = new Promise<void>((resolve, reject) => {
    request.upload.onprogress = event => onSent(event.loaded)
    request.onload = () => {
      done = true
      if (request.status >= 200 && request.status < 300) resolve()
      else reject(new ApiError(request.status, problemIn(request.responseText)))
    }
    request.onerror = () => reject(new ApiError(0))
    request.onabort = () => reject(new ImportStopped())
  })
  request.open('POST', path)
  request.setRequestHeader('Accept', 'application/json')
  request.setRequestHeader('Content-Type', 'application/octet-stream')
  request.send(file)
  return { answer, answered: () => done, abort: () => request.abort() }
}

function problemIn(text: string): Problem | undefined {
  try {
    return JSON.parse(text) as Problem
  } catch {
    return undefined
  }
}

function asError({ problem }: ImportJob): ApiError {
  if (!problem) return new ApiError(500)
  const { code, vi, en } = problem
  return new ApiError(422, { type: `urn:loa:problem:${code}`, title: '', status: 422, code, detail: en, detailVi: vi })
}

/** A random UUID, version 4; randomUUID needs a secure context, which an office network may not have. */
function newUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
