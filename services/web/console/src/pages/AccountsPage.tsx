import { Button, Skeleton, Stack } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import type { Account, AccountPassword } from '../../../../http/schemas-registry.ts'
import { useAccounts } from '../api/accounts.ts'
import { accountsWords } from '../i18n/accounts.ts'
import { useOwn } from '../i18n/useOwn.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { AccountDialog } from './accounts/AccountDialog.tsx'
import { AccountTable } from './accounts/AccountTable.tsx'
import { Journal } from './accounts/Journal.tsx'
import { PasswordDialog } from './accounts/PasswordDialog.tsx'

/** Who may sign in; for administrators. */
export function AccountsPage() {
  const w = useOwn(accountsWords)
  const accounts = useAccounts()
  const [editing, setEditing] = useState<Account | 'new'>()
  const [made, setMade] = useState<AccountPassword>()
  return (
    <>
      <PageHead
        title={w.title}
        lead={w.lead}
        actions={
          <Button leftSection={<IconPlus size={18} />} onClick={() => setEditing('new')}>
            {w.add}
          </Button>
        }
      />
      <Stack gap="lg">
        {accounts.isPending && <Skeleton height={240} radius={8} />}
        {accounts.isError && <ProblemBox error={accounts.error} onRetry={() => void accounts.refetch()} />}
        {accounts.data && (
          <Panel>
            <AccountTable accounts={accounts.data} onEdit={setEditing} onPassword={setMade} />
          </Panel>
        )}
        <Journal />
      </Stack>
      {editing && (
        <AccountDialog
          {...(editing === 'new' ? {} : { account: editing })}
          onClose={() => setEditing(undefined)}
          onPassword={setMade}
        />
      )}
      {made && <PasswordDialog made={made} onClose={() => setMade(undefined)} />}
    </>
  )
}
