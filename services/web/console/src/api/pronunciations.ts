import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  Pronunciation,
  PronunciationChange,
  PronunciationImport,
  PronunciationInput,
  PronunciationPage,
  PronunciationTrial,
  PronunciationTrialResult,
} from '../../../../http/schemas-pronunciations.ts'
import { call, newKey, query } from './client.ts'

const path = '/api/pronunciations'
const key = 'pronunciations'

/** What the list is narrowed down to; empty: not at all. `area`: `none` for entries of the whole instance. */
export interface PronunciationFilter {
  q: string
  area: string
  kind: string
}

export function usePronunciations(filter: PronunciationFilter) {
  return useInfiniteQuery({
    queryKey: [key, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call<PronunciationPage>(`${path}${query({ ...filter, cursor: pageParam })}`, { signal }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

/** All entries, for a file. */
export async function allPronunciations(): Promise<Pronunciation[]> {
  const all: Pronunciation[] = []
  let cursor: string | null = ''
  do {
    const page: PronunciationPage = await call(`${path}${query({ limit: '500', cursor })}`)
    all.push(...page.items)
    cursor = page.nextCursor
  } while (cursor)
  return all
}

export function usePronunciationHistory(id: string | undefined) {
  return useQuery({
    queryKey: ['pronunciation-history', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => call<PronunciationChange[]>(`${path}/${id}/history`, { signal }),
  })
}

/** What changes the dictionary also changes how drafts are read. */
function useChanged() {
  const client = useQueryClient()
  return () => {
    for (const what of [key, 'pronunciation-history', 'preview']) void client.invalidateQueries({ queryKey: [what] })
  }
}

/** Adds an entry, or changes the one that was read. */
export function useSavePronunciation() {
  return useMutation({
    mutationFn: ({ known, entry }: { known: Pronunciation | undefined; entry: PronunciationInput }) =>
      known
        ? call<Pronunciation>(`${path}/${known.id}`, { method: 'PUT', body: { ...entry, revision: known.revision } })
        : call<Pronunciation>(path, { method: 'POST', body: entry, idempotencyKey: newKey() }),
    onSuccess: useChanged(),
  })
}

export function useRemovePronunciation() {
  return useMutation({
    mutationFn: ({ id, back }: { id: string; back: boolean }) =>
      call<Pronunciation>(`${path}/${id}/${back ? 'restore' : 'remove'}`, { method: 'POST', body: {} }),
    onSettled: useChanged(),
  })
}

/** Reads a text aloud; nothing is kept. */
export function useTryReading() {
  return useMutation({
    mutationFn: (trial: PronunciationTrial) =>
      call<PronunciationTrialResult>(`${path}/try`, { method: 'POST', body: trial }),
  })
}

/** Checks (`dryRun`) or imports a file of entries. */
export function useImportPronunciations() {
  const changed = useChanged()
  return useMutation({
    mutationFn: ({ file, dryRun }: { file: Blob; dryRun: boolean }) =>
      call<PronunciationImport>(`${path}/import${dryRun ? '?dryRun=1' : ''}`, {
        method: 'POST',
        body: file,
        contentType: 'application/octet-stream',
      }),
    onSuccess: report => {
      if (!report.dryRun) changed()
    },
  })
}
