import { keepPreviousData, useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type {
  BoardAlert,
  BoardChange,
  BoardDetail,
  BoardEmergency,
  BoardPage,
  BoardReach,
  BoardSettingsAnswer,
  BoardSummary,
} from '../../../../http/schemas-boards.ts'
import type {
  PairedBoardShape as PairedBoard,
  WaitingBoardShape as WaitingBoard,
} from '../../../../http/schemas-pairing.ts'
import { call, query } from './client.ts'

const part = encodeURIComponent
/** Boards report once a minute; a look four times as often is never far behind. */
const liveMs = 15_000

/** What the list is narrowed to, as it stands in the address; empty: not at all. */
export interface BoardFilter {
  area: string
  state: string
  group: string
  kind: string
  text: string
  alerts: string
}

export const noFilter: BoardFilter = { area: '', state: '', group: '', kind: '', text: '', alerts: '' }

/** Boards by area and name, a page at a time. */
export function useBoardPages(filter: BoardFilter, enabled = true) {
  return useInfiniteQuery({
    queryKey: ['boards', 'list', filter],
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call<BoardPage>(`/api/boards${query({ ...filter, cursor: pageParam })}`, { signal }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: liveMs,
  })
}

/** Ids of all boards that match, up to `most`. */
export async function allBoardIds(filter: BoardFilter, most: number): Promise<{ ids: string[]; more: boolean }> {
  const ids: string[] = []
  let cursor: string | null = ''
  while (cursor !== null && ids.length < most) {
    const page: BoardPage = await call(`/api/boards${query({ ...filter, cursor, limit: '500' })}`)
    ids.push(...page.items.map(board => board.id))
    cursor = page.nextCursor
  }
  return { ids: ids.slice(0, most), more: cursor !== null || ids.length > most }
}

/** All boards in numbers, by state and by commune. */
export function useBoardSummary(filter: { group: string; kind: string } = { group: '', kind: '' }, enabled = true) {
  return useQuery({
    queryKey: ['boards', 'summary', filter],
    enabled,
    placeholderData: keepPreviousData,
    refetchInterval: liveMs,
    queryFn: ({ signal }) => call<BoardSummary>(`/api/boards/summary${query(filter)}`, { signal }),
  })
}

/** Open alerts of all boards. */
export function useOpenAlerts(enabled: boolean) {
  return useQuery({
    queryKey: ['boards', 'alerts'],
    enabled,
    refetchInterval: liveMs,
    queryFn: ({ signal }) => call<BoardAlert[]>('/api/boards/alerts?open=1', { signal }),
  })
}

/** One board; asked more often while somebody waits for it to come online. */
export function useBoard(id: string | undefined, everyMs = liveMs) {
  return useQuery({
    queryKey: ['boards', 'one', id],
    enabled: id !== undefined,
    refetchInterval: everyMs,
    queryFn: ({ signal }) => call<BoardDetail>(`/api/boards/${part(id ?? '')}`, { signal }),
  })
}

/** Everything that shows boards is read again. */
function useBoardsChanged() {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['boards'] })
}

/** Changes settings of many boards; the answer is what they had, for the way back. */
export function useBoardSettings() {
  const changed = useBoardsChanged()
  return useMutation({
    mutationFn: (changes: BoardChange[]) =>
      call<BoardSettingsAnswer>('/api/boards/settings', { method: 'PUT', body: { changes } }),
    onSettled: changed,
  })
}

/** A browser has six connections to a server. */
const lanes = 5

/** Ends the pairing of some boards, one request each. @returns how many it worked for */
export function useUnpair() {
  const changed = useBoardsChanged()
  return useMutation({
    async mutationFn(ids: string[]) {
      const left = [...ids]
      let done = 0
      let failed: unknown
      const lane = async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) {
          try {
            await call(`/api/boards/${part(id)}/unpair`, { method: 'POST', body: {} })
            done += 1
          } catch (error) {
            failed = error
          }
        }
      }
      await Promise.all(Array.from({ length: lanes }, lane))
      if (done === 0 && failed !== undefined) throw failed
      return done
    },
    onSettled: changed,
  })
}

/** Whom an emergency for these areas would reach now. */
export function useBoardReach(areas: string[]) {
  return useQuery({
    queryKey: ['boards', 'reach', areas],
    enabled: areas.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: liveMs,
    queryFn: ({ signal }) => call<BoardReach>('/api/boards/reach-preview', { method: 'POST', body: { areas }, signal }),
  })
}

/** Which screen shows this code. A wrong code counts against the person, so it is asked once and never again by itself. */
export function useLookAtCode() {
  return useMutation({
    mutationFn: (code: string) => call<WaitingBoard>('/api/boards/pairing/look', { method: 'POST', body: { code } }),
  })
}

/** Emergencies on boards, after those that wait for approval. */
export function useBoardEmergencies() {
  return useQuery({
    queryKey: ['boards', 'emergencies'],
    refetchInterval: liveMs,
    queryFn: ({ signal }) => call<BoardEmergency[]>('/api/boards/emergencies', { signal }),
  })
}

/** Makes the screen with this code the player of a board. */
export function usePair() {
  const changed = useBoardsChanged()
  return useMutation({
    mutationFn: ({ boardId, code }: { boardId: string; code: string }) =>
      call<PairedBoard>(`/api/boards/${part(boardId)}/pair`, { method: 'POST', body: { code } }),
    onSuccess: changed,
  })
}
