import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Programme } from '../../../../domain/programme.ts'
import type {
  AirWeek,
  airAreaSchema,
  EffectiveProgramme,
  faultKinds,
  faultSchema,
  OperatorSlot,
  programmeExceptionSchema,
  Slot,
  slotChoiceSchema,
} from '../../../../http/schemas-airtime.ts'
import { call, query } from './client.ts'

export type AirArea = z.infer<typeof airAreaSchema>
export type ProgrammeException = z.infer<typeof programmeExceptionSchema>
export type SlotChoice = z.infer<typeof slotChoiceSchema>
export type Fault = z.infer<typeof faultSchema>
export type FaultKind = (typeof faultKinds)[number]
export type NewException = Pick<
  ProgrammeException,
  'areaCode' | 'date' | 'start' | 'kind' | 'to' | 'minutes' | 'reason'
>

const part = encodeURIComponent

/** Areas whose air schedule the person may see, with how they stand. */
export function useAirAreas() {
  return useQuery({
    queryKey: ['air-areas'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => call<AirArea[]>('/api/airtime/areas', { signal }),
  })
}

/** What an area airs in the seven days from `from` (a day in Viet Nam). Planning goes on behind it. */
export function useAirWeek(area: string | null, from: string) {
  return useQuery({
    queryKey: ['air-week', area, from],
    enabled: area !== null,
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<AirWeek>(`/api/airtime/week${query({ area, from })}`, { signal }),
  })
}

export function useProgramme(area: string | null) {
  return useQuery({
    queryKey: ['programme', area],
    enabled: area !== null,
    queryFn: ({ signal }) => call<EffectiveProgramme>(`/api/airtime/programmes/${part(area ?? '')}`, { signal }),
  })
}

export function useExceptions(area: string | null) {
  return useQuery({
    queryKey: ['exceptions', area],
    enabled: area !== null,
    queryFn: ({ signal }) => call<ProgrammeException[]>(`/api/airtime/exceptions${query({ area })}`, { signal }),
  })
}

/** Anything that changes what airs when: afterwards every view of it is read again. */
function useAirtimeChange<In, Out>(change: (input: In) => Promise<Out>) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () =>
      Promise.all(
        ['air-week', 'air-areas', 'programme', 'exceptions', 'operator-slots', 'faults'].map(key =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  })
}

export const useSaveProgramme = () =>
  useAirtimeChange(({ area, programme }: { area: string; programme: Programme }) =>
    call<EffectiveProgramme>(`/api/airtime/programmes/${part(area)}`, { method: 'PUT', body: programme }),
  )

export const useAddException = () =>
  useAirtimeChange((body: NewException) =>
    call<ProgrammeException>('/api/airtime/exceptions', { method: 'POST', body }),
  )

export const useRemoveException = () =>
  useAirtimeChange((id: string) => call<unknown>(`/api/airtime/exceptions/${part(id)}`, { method: 'DELETE' }))

export const useChoice = () =>
  useAirtimeChange((body: SlotChoice & { areaCode: string }) =>
    call<unknown>('/api/airtime/choices', { method: 'POST', body }),
  )

export const useSlotAgain = () =>
  useAirtimeChange(({ slotId, reason }: { slotId: string; reason: string }) =>
    call<unknown>(`/api/airtime/slots/${part(slotId)}/again`, { method: 'POST', body: { reason } }),
  )

/** Slots of the person's stations on a day in Viet Nam. */
export function useOperatorSlots(date: string) {
  return useQuery({
    queryKey: ['operator-slots', date],
    refetchInterval: 15_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => call<OperatorSlot[]>(`/api/operator/slots${query({ date })}`, { signal }),
  })
}

/** The operator's tick for a slot at one station, and its undoing (`at` null). */
export const useSlotAired = () =>
  useAirtimeChange(({ slotId, stationId, at }: { slotId: string; stationId: string; at: string | null }) =>
    call<Slot>(`/api/operator/slots/${part(slotId)}/${at === null ? 'not-aired' : 'aired'}`, {
      method: 'POST',
      body: at === null ? { stationId } : { stationId, at },
    }),
  )

export function useFaults() {
  return useQuery({
    queryKey: ['faults'],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => call<Fault[]>('/api/operator/faults', { signal }),
  })
}

export const useReportFault = () =>
  useAirtimeChange((body: { stationId: string; slotId: string | null; kind: FaultKind; text: string }) =>
    call<Fault>('/api/operator/faults', { method: 'POST', body }),
  )

export const useFaultResolved = () =>
  useAirtimeChange((id: string) =>
    call<Fault>(`/api/operator/faults/${part(id)}/resolved`, { method: 'POST', body: {} }),
  )
