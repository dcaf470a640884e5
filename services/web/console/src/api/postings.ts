import { useQuery } from '@tanstack/react-query'
import type { Postings } from '../../../../http/schemas-postings.ts'
import { call } from './client.ts'

/** Paper boards of an announcement with what is known of each. */
export function usePostings(announcementId: string, enabled: boolean) {
  return useQuery({
    queryKey: ['postings', announcementId],
    enabled,
    refetchInterval: 15_000,
    queryFn: ({ signal }) =>
      call<Postings>(`/api/postings?announcement=${encodeURIComponent(announcementId)}`, { signal }),
  })
}

/** The last notices for one paper board. */
export function useBoardPostings(boardId: string) {
  return useQuery({
    queryKey: ['postings', 'board', boardId],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => call<Postings>(`/api/postings?board=${encodeURIComponent(boardId)}`, { signal }),
  })
}

/** Everything on paper boards that is to be taken down now or within a day. */
export function useDuePostings() {
  return useQuery({
    queryKey: ['postings', 'due'],
    refetchInterval: 30_000,
    queryFn: ({ signal }) => call<Postings>('/api/postings', { signal }),
  })
}
