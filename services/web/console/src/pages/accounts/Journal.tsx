import { Button, Group, Skeleton, Text } from '@mantine/core'
import { useState } from 'react'
import { useAccountJournal } from '../../api/accounts.ts'
import { accountsWords } from '../../i18n/accounts.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatDateTime } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from '../VendorsPage.module.css'

const shownFirst = 10

/** Who did what to which account. */
export function Journal() {
  const { t } = useWords()
  const w = useOwn(accountsWords)
  const [all, setAll] = useState(false)
  const journal = useAccountJournal()
  return (
    <Panel title={w.journal}>
      {journal.isPending && <Skeleton height={80} />}
      {journal.isError && <ProblemBox error={journal.error} onRetry={() => void journal.refetch()} />}
      {journal.data?.length === 0 && <Text c="dimmed">{w.journalNone}</Text>}
      {journal.data && journal.data.length > 0 && (
        <ol className={css.moves}>
          {journal.data
            .slice(0, all ? undefined : shownFirst)
            .map(({ at, kind, actorName, accountName, accountEmail }) => (
              <li key={`${at} ${kind} ${accountEmail}`}>
                <time dateTime={at}>{formatDateTime(at)}</time>
                <span>
                  {`${w.kinds[kind]}: ${accountName ? `${accountName} (${accountEmail})` : w.gone}, ${actorName ? w.by(actorName) : w.setup}`}
                </span>
              </li>
            ))}
        </ol>
      )}
      {!all && (journal.data?.length ?? 0) > shownFirst && (
        <Group justify="center" mt="md">
          <Button variant="default" onClick={() => setAll(true)}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </Panel>
  )
}
