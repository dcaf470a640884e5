import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PushKind } from '../../../../domain/station-push.ts'
import type { LoggedStation, StationPlaybackShape, StationPush } from '../../../../http/schemas-devices.ts'
import { call } from './client.ts'

const part = encodeURIComponent

/** Stations of the person's areas, those no longer in use with them: their logs remain. */
export function useLoggedStations() {
  return useQuery({
    queryKey: ['as-run-stations'],
    queryFn: ({ signal }) => call<LoggedStation[]>('/api/as-run/stations', { signal }),
  })
}

/** Ways in which a station is served beside pull, with how the last try went. */
export function usePushes(stationId: string | null) {
  return useQuery({
    queryKey: ['pushes', stationId],
    enabled: stationId !== null,
    refetchInterval: 15_000,
    queryFn: ({ signal }) => call<StationPush[]>(`/api/stations/${part(stationId ?? '')}/pushes`, { signal }),
  })
}

/** Sets one way; a password that is absent stays. */
export function useSetPush(stationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ kind, settings }: { kind: PushKind; settings: Record<string, unknown> }) =>
      call<StationPush[]>(`/api/stations/${part(stationId)}/pushes/${kind}`, { method: 'PUT', body: settings }),
    onSuccess: pushes => client.setQueryData(['pushes', stationId], pushes),
  })
}

/** Ends one way. */
export function useRemovePush(stationId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (kind: PushKind) =>
      call<StationPush[]>(`/api/stations/${part(stationId)}/pushes/${kind}`, { method: 'DELETE' }),
    onSuccess: pushes => client.setQueryData(['pushes', stationId], pushes),
  })
}

/** Publishes every schedule to the broker again. */
export function useRepublish() {
  return useMutation({
    mutationFn: () => call<{ stations: number }>('/api/pushes/republish', { method: 'POST', body: {} }),
  })
}

/** What the stations are known to have played of an announcement. */
export function usePlayback(announcementId: string) {
  return useQuery({
    queryKey: ['playback', announcementId],
    refetchInterval: 15_000,
    queryFn: ({ signal }) =>
      call<StationPlaybackShape[]>(`/api/announcements/${part(announcementId)}/playback`, { signal }),
  })
}
