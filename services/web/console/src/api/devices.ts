import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type { asRunPageSchema, newDeviceSchema, StationDevice } from '../../../../http/schemas-airtime.ts'
import { call, query } from './client.ts'

export type NewDevice = z.infer<typeof newDeviceSchema>
export type AsRunPage = z.infer<typeof asRunPageSchema>

const part = encodeURIComponent

/** Players at the stations, with what they last said of themselves. */
export function useDevices() {
  return useQuery({
    queryKey: ['devices'],
    refetchInterval: 15_000,
    queryFn: ({ signal }) => call<StationDevice[]>('/api/devices', { signal }),
  })
}

function useDeviceChange<In, Out>(change: (input: In) => Promise<Out>) {
  const client = useQueryClient()
  return useMutation({ mutationFn: change, onSettled: () => client.invalidateQueries({ queryKey: ['devices'] }) })
}

/** The answer holds the device's link, which is shown once. */
export const useAddDevice = () =>
  useDeviceChange(({ stationId, name }: { stationId: string; name: string }) =>
    call<NewDevice>(`/api/stations/${part(stationId)}/devices`, { method: 'POST', body: { name } }),
  )

export const useRotateDevice = () =>
  useDeviceChange((id: string) => call<NewDevice>(`/api/devices/${part(id)}/rotate`, { method: 'POST', body: {} }))

export const useRenameDevice = () =>
  useDeviceChange(({ id, name }: { id: string; name: string }) =>
    call<StationDevice>(`/api/devices/${part(id)}`, { method: 'PUT', body: { name } }),
  )

export const useRevokeDevice = () =>
  useDeviceChange((id: string) => call<StationDevice>(`/api/devices/${part(id)}/revoke`, { method: 'POST', body: {} }))

/** A month of a station's as-run log, and whether its chain holds. */
export function useAsRun(stationId: string | null, month: string) {
  return useQuery({
    queryKey: ['as-run', stationId, month],
    enabled: stationId !== null,
    refetchInterval: 30_000,
    queryFn: ({ signal }) =>
      call<AsRunPage>(`/api/stations/${part(stationId ?? '')}/as-run${query({ month })}`, { signal }),
  })
}

/** Address of an export, for a download link. */
export function asRunExport(stationId: string | null, month: string, format: 'csv' | 'jsonl'): string {
  return `/api/as-run/export${query({ station: stationId, month, format })}`
}
