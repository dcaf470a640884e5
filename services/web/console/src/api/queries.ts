import {
  keepPreviousData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { AnnouncementContent } from '../../../../domain/announcement.ts'
import type { ResendableState } from '../../../../domain/delivery.ts'
import type {
  Announcement,
  AnnouncementEvent,
  AnnouncementSummary,
  Area,
  AreaResult,
  AudienceCount,
  ChannelVendors,
  Instance,
  Me,
  OperatorItem,
  PersonHistory,
  Preview,
  Progress,
  Station,
  TargetResult,
} from '../../../../http/schemas.ts'
import { ApiError, call, newKey, query } from './client.ts'

/** One page of a long list. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** What the SMS counter says of one spelling of a text. */
export interface SmsCount {
  text: string
  encoding: string
  parts: number
  units: number
}

const announcementPath = (id: string) => `/api/announcements/${encodeURIComponent(id)}`

/** Who is signed in; null when nobody is. */
export function useMe() {
  return useQuery({
    queryKey: ['me'],
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Me | null> => {
      try {
        return await call<Me>('/api/me', { signal })
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null
        throw error
      }
    },
  })
}

/** What this instance is: demo or not, which channels. Public. */
export function useInstance() {
  return useQuery({
    queryKey: ['instance'],
    staleTime: 5 * 60_000,
    queryFn: ({ signal }) => call<Instance>('/api/instance', { signal }),
  })
}

/** Signs in with email and password. better-auth answers with a plain JSON error, so only the status is of use. */
export async function signIn(email: string, password: string): Promise<void> {
  await call('/api/auth/sign-in/email', { method: 'POST', body: { email, password } })
}

/** Ends the session and forgets everything that was read with it. */
export async function signOut(client: QueryClient): Promise<void> {
  await call('/api/auth/sign-out', { method: 'POST', body: {} })
  client.setQueryData(['me'], null)
  client.removeQueries({ predicate: q => q.queryKey[0] !== 'me' && q.queryKey[0] !== 'instance' })
}

export function useAreas() {
  return useQuery({
    queryKey: ['areas'],
    staleTime: 10 * 60_000,
    queryFn: ({ signal }) => call<Area[]>('/api/areas', { signal }),
  })
}

export function useTags() {
  return useQuery({
    queryKey: ['tags'],
    staleTime: 60_000,
    queryFn: ({ signal }) => call<string[]>('/api/tags', { signal }),
  })
}

/** The list, newest first. Looked at again every few seconds while something on it is moving. */
export function useAnnouncements(filter: { state: string; q: string }) {
  return useInfiniteQuery({
    queryKey: ['announcements', filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call<Page<AnnouncementSummary>>(`/api/announcements${query({ ...filter, cursor: pageParam })}`, { signal }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    refetchInterval: q => {
      const moving = q.state.data?.pages.some(p =>
        p.items.some(item => item.state === 'dispatching' || item.state === 'approved'),
      )
      return moving ? 5_000 : 30_000
    },
  })
}

export function useAnnouncement(id: string | undefined) {
  return useQuery({
    queryKey: ['announcement', id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => call<Announcement>(announcementPath(id ?? ''), { signal }),
    // Somebody else, or the clock, moves it on from these states.
    refetchInterval: q => (['submitted', 'approved'].includes(q.state.data?.state ?? '') ? 10_000 : false),
  })
}

/** Creates a draft. */
export function createDraft(content: AnnouncementContent, idempotencyKey: string): Promise<Announcement> {
  return call('/api/announcements', { method: 'POST', body: { content }, idempotencyKey })
}

/** Saves a draft that was read at `revision`. @throws ApiError 409 conflict.version when somebody was faster */
export function saveDraft(id: string, revision: number, content: AnnouncementContent): Promise<Announcement> {
  return call(announcementPath(id), { method: 'PUT', body: { revision, content } })
}

/** What can be done to an announcement, with what the server wants to know. */
export type Action =
  | { name: 'submit'; body: { revision: number } }
  | { name: 'withdraw'; body: Record<string, never> }
  | { name: 'return'; body: { reason: string } }
  | { name: 'approve'; body: { hash: string } }
  | { name: 'cancel'; body: { reason: string } }

/**
 * Does one thing to an announcement. The key belongs to the intention: it stays the same while a request is tried
 * again, and changes once it has been answered.
 */
export function useAction(id: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ action, key }: { action: Action; key: string }) =>
      call<Announcement>(`${announcementPath(id)}/${action.name}`, {
        method: 'POST',
        body: action.body,
        idempotencyKey: key,
      }),
    onSuccess: announcement => acceptAnnouncement(client, announcement),
  })
}

/** Puts an answer of the server into everything that shows it. */
export function acceptAnnouncement(client: QueryClient, announcement: Announcement): void {
  client.setQueryData(['announcement', announcement.id], announcement)
  void client.invalidateQueries({ queryKey: ['announcements'] })
  void client.invalidateQueries({ queryKey: ['boards', 'emergencies'] })
  void client.invalidateQueries({ queryKey: ['history', announcement.id] })
  void client.invalidateQueries({ queryKey: ['progress', announcement.id] })
}

export function useCopy() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      call<Announcement>(`${announcementPath(id)}/copy`, { method: 'POST', body: {}, idempotencyKey: newKey() }),
    onSuccess: announcement => acceptAnnouncement(client, announcement),
  })
}

/** How far every channel is. Asked again now and then: confirmations arrive long after the last send. */
export function useProgress(id: string, enabled: boolean) {
  return useQuery({
    queryKey: ['progress', id],
    enabled,
    refetchInterval: 15_000,
    queryFn: ({ signal }) => call<Progress>(`${announcementPath(id)}/progress`, { signal }),
  })
}

export function useAreaResults(id: string, live: boolean) {
  return useQuery({
    queryKey: ['area-results', id],
    queryFn: ({ signal }) => call<AreaResult[]>(`${announcementPath(id)}/results/areas`, { signal }),
    refetchInterval: live ? 5_000 : 30_000,
  })
}

export function useTargets(id: string, filter: { channel: string; round: string; state: string }) {
  return useInfiniteQuery({
    queryKey: ['targets', id, filter],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      call<Page<TargetResult>>(`${announcementPath(id)}/targets${query({ ...filter, cursor: pageParam })}`, { signal }),
    getNextPageParam: page => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export function useHistory(id: string) {
  return useQuery({
    queryKey: ['history', id],
    queryFn: ({ signal }) => call<AnnouncementEvent[]>(`${announcementPath(id)}/history`, { signal }),
  })
}

/** Pauses or resumes one channel of an announcement. */
export function useDispatchControl(announcementId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ dispatchId, what }: { dispatchId: string; what: 'pause' | 'resume' }) =>
      call<Progress>(`/api/dispatches/${encodeURIComponent(dispatchId)}/${what}`, {
        method: 'POST',
        body: {},
        idempotencyKey: newKey(),
      }),
    onSuccess: progress => client.setQueryData(['progress', announcementId], progress),
  })
}

/**
 * Sends one channel once more to those it did not reach. The key belongs to the intention, so that a button pressed twice
 * adds one round.
 */
export function useResend(announcementId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ dispatchId, states, key }: { dispatchId: string; states: ResendableState[]; key: string }) =>
      call<Progress>(`/api/dispatches/${encodeURIComponent(dispatchId)}/resend`, {
        method: 'POST',
        body: { states },
        idempotencyKey: key,
      }),
    onSuccess: progress => acceptProgress(client, announcementId, progress),
  })
}

/** Records what a person said about a message whose fate was unknown. */
export function useSettle(announcementId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ dispatchId, targetId, reached }: { dispatchId: string; targetId: string; reached: boolean }) =>
      call<Progress>(
        `/api/dispatches/${encodeURIComponent(dispatchId)}/targets/${encodeURIComponent(targetId)}/settle`,
        { method: 'POST', body: { reached }, idempotencyKey: newKey() },
      ),
    onSuccess: progress => acceptProgress(client, announcementId, progress),
    // Refused means that somebody or a receipt was faster: the list shows what is known now.
    onSettled: () => client.invalidateQueries({ queryKey: ['targets', announcementId] }),
  })
}

function acceptProgress(client: QueryClient, announcementId: string, progress: Progress): void {
  client.setQueryData(['progress', announcementId], progress)
  for (const what of ['announcement', 'history', 'area-results', 'targets']) {
    void client.invalidateQueries({ queryKey: [what, announcementId] })
  }
  void client.invalidateQueries({ queryKey: ['announcements'] })
}

/**
 * What one person was sent. The address travels in the body and is no key of the cache: it must not stay behind in the
 * address bar, a log or the browser's history.
 */
export function usePersonHistory() {
  return useMutation({
    gcTime: 0,
    mutationFn: (address: string) =>
      call<{ items: PersonHistory[] }>('/api/citizens/history', { method: 'POST', body: { address } }),
  })
}

/** The full address of one person of a dispatch. The server records who looked; the cache keeps nothing of it. */
export function useTargetAddress() {
  return useMutation({
    gcTime: 0,
    mutationFn: ({ dispatchId, targetId }: { dispatchId: string; targetId: string }) =>
      call<{ address: string }>(
        `/api/dispatches/${encodeURIComponent(dispatchId)}/targets/${encodeURIComponent(targetId)}/address`,
        { method: 'POST', body: {} },
      ),
  })
}

/**
 * What a channel makes of a content.
 * @param key what the answer depends on; a preview of sound is slow, so it should not depend on the audience
 */
export function usePreview(channel: string, content: AnnouncementContent, key: string, enabled: boolean) {
  return useQuery({
    queryKey: ['preview', channel, key],
    enabled,
    staleTime: 5 * 60_000,
    gcTime: 5 * 60_000,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call<Preview>(`/api/preview/${encodeURIComponent(channel)}`, { method: 'POST', body: { content }, signal }),
  })
}

/** Counts one SMS text in both spellings. */
export function useSmsCount(text: string) {
  return useQuery({
    queryKey: ['sms-count', text],
    enabled: text.trim() !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      call<{ unicode: SmsCount; unaccented: SmsCount }>('/api/text/sms', { method: 'POST', body: { text }, signal }),
  })
}

/** How many an audience reaches on every channel. */
export function useAudienceCount(audience: AnnouncementContent['audience']) {
  return useQuery({
    queryKey: ['audience', audience],
    enabled: audience.areas.length > 0,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<AudienceCount>('/api/audience/count', { method: 'POST', body: { audience }, signal }),
  })
}

export function useOperatorItems() {
  return useQuery({
    queryKey: ['operator-items'],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => call<OperatorItem[]>('/api/operator/items', { signal }),
  })
}

/** The operator's tick and its undoing. */
export function useAired() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ id, at }: { id: string; at: string | null }) =>
      call<OperatorItem>(`/api/operator/items/${encodeURIComponent(id)}/${at === null ? 'not-aired' : 'aired'}`, {
        method: 'POST',
        body: at === null ? {} : { at },
      }),
    onSettled: () => client.invalidateQueries({ queryKey: ['operator-items'] }),
  })
}

export function useStations(enabled = true) {
  return useQuery({
    queryKey: ['stations'],
    enabled,
    queryFn: ({ signal }) => call<Station[]>('/api/stations', { signal }),
  })
}

/** How messages are shared out among the vendors of each channel now. */
export function useVendors(enabled = true) {
  return useQuery({
    queryKey: ['vendors'],
    enabled,
    refetchInterval: 10_000,
    queryFn: ({ signal }) => call<ChannelVendors[]>('/api/vendors', { signal }),
  })
}
