import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Account, AccountEvent, AccountInput, AccountPassword } from '../../../../http/schemas-registry.ts'
import { call } from './client.ts'

export function useAccounts() {
  return useQuery({
    queryKey: ['accounts'],
    queryFn: ({ signal }) => call<Account[]>('/api/accounts', { signal }),
  })
}

/** What was done to accounts, newest first. */
export function useAccountJournal() {
  return useQuery({
    queryKey: ['accounts', 'journal'],
    queryFn: ({ signal }) => call<AccountEvent[]>('/api/accounts/journal', { signal }),
  })
}

function useChanged(): () => void {
  const client = useQueryClient()
  return () => {
    for (const key of ['accounts', 'setup', 'me']) void client.invalidateQueries({ queryKey: [key] })
  }
}

/** Makes an account, or changes the one with this id. Only a new one has a password. */
export function useSaveAccount() {
  const changed = useChanged()
  return useMutation<Account | AccountPassword, unknown, { id: string | undefined; input: AccountInput }>({
    mutationFn: ({ id, input: { email, ...rest } }) =>
      id === undefined
        ? call<AccountPassword>('/api/accounts', { method: 'POST', body: { email, ...rest } })
        : call<Account>(`/api/accounts/${encodeURIComponent(id)}`, { method: 'PUT', body: rest }),
    onSuccess: changed,
  })
}

/** Chooses one's own password; the session ends with it. */
export function useOwnPassword() {
  const client = useQueryClient()
  return useMutation<unknown, unknown, { current: string; next: string }>({
    mutationFn: body => call('/api/me/password', { method: 'POST', body }),
    onSuccess: () => {
      client.setQueryData(['me'], null)
      client.removeQueries({ predicate: q => q.queryKey[0] !== 'me' && q.queryKey[0] !== 'instance' })
    },
  })
}

export function useResetPassword() {
  const changed = useChanged()
  return useMutation<AccountPassword, unknown, string>({
    mutationFn: id => call(`/api/accounts/${encodeURIComponent(id)}/reset-password`, { method: 'POST', body: {} }),
    onSuccess: changed,
  })
}

/** Disables an account, or lets it sign in again. */
export function useSwitchAccount() {
  const changed = useChanged()
  return useMutation<Account, unknown, { id: string; inUse: boolean }>({
    mutationFn: ({ id, inUse }) =>
      call(`/api/accounts/${encodeURIComponent(id)}/${inUse ? 'enable' : 'disable'}`, { method: 'POST', body: {} }),
    onSuccess: changed,
  })
}
