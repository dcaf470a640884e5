import { Badge, Button, Group, Table, Text } from '@mantine/core'
import { useState } from 'react'
import type { Account, AccountPassword } from '../../../../../http/schemas-registry.ts'
import { useResetPassword, useSwitchAccount } from '../../api/accounts.ts'
import { useAreas, useMe } from '../../api/queries.ts'
import { accountsWords } from '../../i18n/accounts.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { describeAreas } from '../../lib/areas.ts'
import { formatDateTime } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { tell, tellProblem } from '../../parts/problem.tsx'
import css from '../PlacesPage.module.css'

interface Props {
  accounts: Account[]
  onEdit: (account: Account) => void
  onPassword: (made: AccountPassword) => void
}

/** All accounts with what can be done to each. */
export function AccountTable({ accounts, ...actions }: Props) {
  const { t } = useWords()
  const w = useOwn(accountsWords)
  const me = useMe()
  const areas = useAreas()
  return (
    <Table className={css.table} verticalSpacing="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{w.name}</Table.Th>
          <Table.Th>{w.role}</Table.Th>
          <Table.Th>{w.areas}</Table.Th>
          <Table.Th>{w.lastSignIn}</Table.Th>
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {accounts.map(account => (
          <Table.Tr key={account.id}>
            <Table.Td>
              <div>
                <Text fw={500}>
                  {account.name}
                  {account.id === me.data?.id && (
                    <Text span size="sm" c="dimmed">
                      {` (${w.you})`}
                    </Text>
                  )}
                </Text>
                <Text size="sm" c="dimmed">
                  {account.email}
                </Text>
                {account.disabledAt && (
                  <Badge color="slate" variant="light" mt={4}>
                    {w.disabled}
                  </Badge>
                )}
              </div>
            </Table.Td>
            <Table.Td data-label={w.role}>{t.roles[account.role]}</Table.Td>
            <Table.Td data-label={w.areas}>
              {account.areas.length === 0 ? w.areasNone : describeAreas(account.areas, areas.data ?? [], 3)}
            </Table.Td>
            <Table.Td data-label={w.lastSignIn} className="numbers">
              {account.lastSignInAt ? formatDateTime(account.lastSignInAt) : w.never}
            </Table.Td>
            <Table.Td>
              <AccountActions account={account} oneself={account.id === me.data?.id} {...actions} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface ActionsProps extends Omit<Props, 'accounts'> {
  account: Account
  oneself: boolean
}

function AccountActions({ account, oneself, onEdit, onPassword }: ActionsProps) {
  const { t, language } = useWords()
  const w = useOwn(accountsWords)
  const reset = useResetPassword()
  const turn = useSwitchAccount()
  const [asking, setAsking] = useState<'reset' | 'disable'>()
  const close = () => {
    setAsking(undefined)
    reset.reset()
    turn.reset()
  }
  const label = (action: string) => `${action}: ${account.name}`
  const enable = () =>
    turn.mutate(
      { id: account.id, inUse: true },
      { onSuccess: () => tell(w.enabledNote(account.name)), onError: error => tellProblem(error, t, language) },
    )
  if (account.disabledAt) {
    return (
      <Button
        size="compact-sm"
        variant="default"
        loading={turn.isPending}
        aria-label={label(w.enable)}
        onClick={enable}
      >
        {w.enable}
      </Button>
    )
  }
  return (
    <Group gap={8}>
      <Button size="compact-sm" variant="default" aria-label={label(w.edit)} onClick={() => onEdit(account)}>
        {w.edit}
      </Button>
      {/* One's own password would end this very session before the new one was read. */}
      {!oneself && (
        <>
          <Button size="compact-sm" variant="default" aria-label={label(w.reset)} onClick={() => setAsking('reset')}>
            {w.reset}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={label(w.disable)}
            onClick={() => setAsking('disable')}
          >
            {w.disable}
          </Button>
        </>
      )}
      {asking === 'reset' && (
        <Ask
          title={w.reset}
          text={w.resetAsk(account.name)}
          confirm={w.resetDo}
          busy={reset.isPending}
          error={reset.error}
          onClose={close}
          onConfirm={() =>
            reset.mutate(account.id, {
              onSuccess: made => {
                close()
                onPassword(made)
              },
            })
          }
        />
      )}
      {asking === 'disable' && (
        <Ask
          title={w.disable}
          text={w.disableAsk(account.name)}
          confirm={w.disableDo}
          color="alarm"
          busy={turn.isPending}
          error={turn.error}
          onClose={close}
          onConfirm={() =>
            turn.mutate(
              { id: account.id, inUse: false },
              {
                onSuccess: () => {
                  close()
                  tell(w.disabledNote(account.name))
                },
              },
            )
          }
        />
      )}
    </Group>
  )
}
