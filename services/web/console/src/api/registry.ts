import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { PlaceList } from '../../../../domain/places.ts'
import type { ManagedPlace, PlaceInput, ProvinceSummary, Setup } from '../../../../http/schemas-registry.ts'
import { call } from './client.ts'

/** How far a new instance is; only asked for by those who may see it. */
export function useSetup(enabled = true) {
  return useQuery({
    queryKey: ['setup'],
    enabled,
    refetchInterval: 30_000,
    queryFn: ({ signal }) => call<Setup>('/api/setup', { signal }),
  })
}

export function useProvinces() {
  return useQuery({
    queryKey: ['registry', 'areas'],
    queryFn: ({ signal }) => call<ProvinceSummary[]>('/api/registry/areas', { signal }),
  })
}

/** All stations or boards, those out of use too. */
export function useManagedPlaces(list: PlaceList) {
  return useQuery({
    queryKey: ['registry', list],
    queryFn: ({ signal }) => call<ManagedPlace[]>(`/api/registry/${list}`, { signal }),
  })
}

/** Everything that shows places or areas has to be read again. */
export function usePlacesChanged(): () => void {
  const client = useQueryClient()
  return () => {
    for (const key of ['registry', 'setup', 'stations', 'boards', 'areas', 'audience']) {
      void client.invalidateQueries({ queryKey: [key] })
    }
  }
}

/** Adds a place, or changes the one with this id. */
export function useSavePlace(list: PlaceList) {
  const changed = usePlacesChanged()
  return useMutation<ManagedPlace, unknown, { id: string | undefined; place: PlaceInput }>({
    mutationFn: ({ id, place }) =>
      id === undefined
        ? call(`/api/registry/${list}`, { method: 'POST', body: place })
        : call(`/api/registry/${list}/${encodeURIComponent(id)}`, { method: 'PUT', body: place }),
    onSuccess: changed,
  })
}

/** Takes a place out of use or back into it. */
export function useRetirePlace(list: PlaceList) {
  const changed = usePlacesChanged()
  return useMutation<ManagedPlace, unknown, { id: string; inUse: boolean }>({
    mutationFn: ({ id, inUse }) =>
      call(`/api/registry/${list}/${encodeURIComponent(id)}/${inUse ? 'restore' : 'retire'}`, {
        method: 'POST',
        body: {},
      }),
    onSuccess: changed,
  })
}
