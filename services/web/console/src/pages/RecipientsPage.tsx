import { Alert, Anchor, Button, Group, Paper, Skeleton, Table, Text, TextInput, Title } from '@mantine/core'
import { IconInfoCircle, IconShieldLock, IconUserSearch } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { PersonHistory } from '../../../../http/schemas.ts'
import { ApiError } from '../api/client.ts'
import { useInstance, usePersonHistory } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { reasonWords } from '../i18n/dictionary.ts'
import { formatDateTime, formatNumber } from '../lib/format.ts'
import { StateSwatch } from '../parts/Equation.tsx'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { errorText, ProblemBox } from '../parts/problem.tsx'
import css from './RecipientsPage.module.css'

/**
 * What one person was sent and what became of it: the answer that a citizen may ask for. The address is kept in this page
 * only, never in its URL.
 */
export function RecipientsPage() {
  const { t } = useWords()
  const history = usePersonHistory()
  const [address, setAddress] = useState('')
  const [missing, setMissing] = useState(false)
  const go = (event: React.FormEvent) => {
    event.preventDefault()
    const typed = address.trim()
    setMissing(typed === '')
    if (typed !== '') history.mutate(typed)
  }
  return (
    <div className={css.page}>
      <PageHead title={t.recipients.title} lead={t.recipients.lead} />
      <Panel mb="md">
        <form onSubmit={go} autoComplete="off">
          <Group align="flex-end" gap="sm">
            <TextInput
              className={css.field ?? ''}
              label={t.recipients.address}
              placeholder={t.recipients.hint}
              autoComplete="off"
              maxLength={320}
              value={address}
              onChange={event => setAddress(event.currentTarget.value)}
              error={missing && address.trim() === '' && t.recipients.needed}
            />
            <Button type="submit" leftSection={<IconUserSearch size={18} />} loading={history.isPending}>
              {t.recipients.search}
            </Button>
          </Group>
        </form>
        <Group gap={8} mt="md" wrap="nowrap" align="flex-start">
          <IconShieldLock size={19} className={css.shield} aria-hidden="true" />
          <Text size="sm">{t.recipients.recorded}</Text>
        </Group>
      </Panel>
      {history.isPending && <Skeleton height={200} radius={8} />}
      {history.isError && <Failed error={history.error} />}
      {history.isSuccess && <Found items={history.data.items} address={history.variables} />}
    </div>
  )
}

/** That nobody has the number is an answer, not a fault. */
function Failed({ error }: { error: Error }) {
  const { t, language } = useWords()
  if (!(error instanceof ApiError) || error.problem?.code !== 'not-found') return <ProblemBox error={error} />
  return (
    <Alert color="slate" icon={<IconInfoCircle />} role="status">
      {errorText(error, t, language)}
    </Alert>
  )
}

function Found({ items, address }: { items: PersonHistory[]; address: string }) {
  const { t, language } = useWords()
  if (items.length === 0) {
    return (
      <Paper className={css.empty} role="status">
        <Title order={2}>{t.recipients.emptyTitle}</Title>
        <Text c="dimmed">{t.recipients.emptyText}</Text>
      </Paper>
    )
  }
  return (
    <Panel title={t.recipients.result(formatNumber(items.length, language), address)} lead={t.recipients.present}>
      <Table verticalSpacing={10} className={css.table ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t.recipients.announcement}</Table.Th>
            <Table.Th>{t.results.channel}</Table.Th>
            <Table.Th className={css.head ?? ''}>{t.results.round}</Table.Th>
            <Table.Th>{t.results.state}</Table.Th>
            <Table.Th>{t.results.reason}</Table.Th>
            <Table.Th>{t.recipients.when}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map(item => (
            <Row key={item.dispatchId} item={item} />
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  )
}

function Row({ item }: { item: PersonHistory }) {
  const { t, say } = useWords()
  const instance = useInstance()
  const channel = instance.data?.channels.find(one => one.id === item.channel)
  return (
    <Table.Tr>
      <Table.Td className={css.title ?? ''}>
        <Anchor component={Link} to={`/announcements/${item.announcementId}`} lang="vi">
          {item.title || t.list.untitled}
        </Anchor>
      </Table.Td>
      <Table.Td data-label={t.results.channel} data-short>
        {channel ? say(channel.name) : item.channel}
      </Table.Td>
      <Table.Td data-label={t.results.round} data-short>
        {t.results.roundName(String(item.round))}
      </Table.Td>
      <Table.Td data-label={t.results.state} data-short>
        <Group gap={8} wrap="nowrap">
          <StateSwatch state={item.state} />
          {t.delivery[item.state]}
        </Group>
      </Table.Td>
      <Table.Td data-label={t.results.reason} data-none={item.code === null || undefined}>
        {item.code ? reasonWords(t, item.code) : '–'}
      </Table.Td>
      <Table.Td data-label={t.recipients.when} data-short className="numbers">
        {formatDateTime(item.at ?? item.frozenAt)}
      </Table.Td>
    </Table.Tr>
  )
}
