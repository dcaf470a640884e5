import { Button, Group, Modal, MultiSelect, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { type Role, roles } from '../../../../../domain/accounts.ts'
import type { Account, AccountPassword } from '../../../../../http/schemas-registry.ts'
import { useSaveAccount } from '../../api/accounts.ts'
import { useAreas, useMe } from '../../api/queries.ts'
import { accountsWords } from '../../i18n/accounts.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { areaOptions, foldedFilter, shownOptions } from '../../lib/areaOptions.ts'
import { ProblemBox, tell } from '../../parts/problem.tsx'

interface Props {
  /** Absent: a new one. */
  account?: Account
  onClose: () => void
  /** A new account's password, to be shown once. */
  onPassword: (made: AccountPassword) => void
}

/** A new account, or a changed one. */
export function AccountDialog({ account, onClose, onPassword }: Props) {
  const { t } = useWords()
  const w = useOwn(accountsWords)
  const me = useMe()
  const areas = useAreas()
  const save = useSaveAccount()
  const options = useMemo(() => areaOptions(areas.data ?? []), [areas.data])
  const [email, setEmail] = useState(account?.email ?? '')
  const [name, setName] = useState(account?.name ?? '')
  const [role, setRole] = useState<Role>(account?.role ?? 'officer')
  const [chosen, setChosen] = useState<string[]>(account?.areas ?? [])
  const oneself = account?.id !== undefined && account.id === me.data?.id
  const ready = name.trim() !== '' && email.trim() !== '' && (role !== 'operator' || chosen.length > 0)
  const go = () =>
    save.mutate(
      { id: account?.id, input: { email, name, role, areas: chosen } },
      {
        onSuccess: saved => {
          onClose()
          if ('password' in saved) onPassword(saved)
          else tell(w.saved)
        },
      },
    )
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={account ? w.editTitle(account.name) : w.add}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <form
        onSubmit={event => {
          event.preventDefault()
          if (ready) go()
        }}
      >
        <Stack>
          <TextInput
            label={w.name}
            required
            maxLength={200}
            data-autofocus
            value={name}
            onChange={event => setName(event.currentTarget.value)}
          />
          <TextInput
            label={w.email}
            description={account ? undefined : w.emailHint}
            type="email"
            required
            maxLength={254}
            disabled={account !== undefined}
            value={email}
            onChange={event => setEmail(event.currentTarget.value)}
          />
          <Radio.Group label={w.role} required value={role} onChange={value => setRole(value as Role)}>
            <Stack gap="xs" mt={6}>
              {roles.map(one => (
                <Radio
                  key={one}
                  value={one}
                  label={t.roles[one]}
                  description={w.roleHelp[one]}
                  disabled={oneself && one !== account?.role}
                />
              ))}
            </Stack>
          </Radio.Group>
          {options.length === 0 && areas.isSuccess ? (
            <Text size="sm" c="dimmed">
              {w.needAreas}
            </Text>
          ) : (
            <MultiSelect
              label={w.areas}
              description={role === 'operator' ? w.areasHintOperator : w.areasHint}
              placeholder={chosen.length === 0 ? w.areasSearch : ''}
              required={role === 'operator'}
              searchable
              clearable
              data={options}
              filter={foldedFilter}
              limit={shownOptions}
              maxValues={500}
              nothingFoundMessage={w.noMatch}
              value={chosen}
              onChange={setChosen}
            />
          )}
          {save.isError && <ProblemBox error={save.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t.common.cancel}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!ready}>
              {account ? w.save : w.create}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
