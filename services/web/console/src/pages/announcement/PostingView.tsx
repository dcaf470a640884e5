import { Alert, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { IconPrinter, IconScissors, IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { Announcement } from '../../../../../http/schemas.ts'
import { usePostings } from '../../api/postings.ts'
import { useWords } from '../../i18n/context.tsx'
import { postingWords } from '../../i18n/postings.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { matches } from '../../lib/fold.ts'
import { formatNumber } from '../../lib/format.ts'
import { standingCounts } from '../../lib/postings.ts'
import { Panel } from '../../parts/Panel.tsx'
import { PostingList } from '../../parts/PostingList.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './Announcement.module.css'

const forms = ['official', 'large'] as const
const sizes = ['A4', 'A3'] as const

/** Paper: what to print, and per paper board whether it hangs. */
export function PostingView({ announcement }: { announcement: Announcement }) {
  const w = useOwn(postingWords)
  const { id } = announcement
  const draft = announcement.state === 'draft' || announcement.state === 'submitted'
  return (
    <Stack gap="md">
      <Panel title={w.print} lead={w.printLead}>
        {draft && (
          <Alert color="gold" mb="md">
            {w.printDraft}
          </Alert>
        )}
        {forms.map(form => (
          <Group key={form} gap="xs" mb="sm">
            <Text style={{ flex: '1 1 220px' }}>{w.forms[form]}</Text>
            <Group gap="xs" wrap="nowrap">
              {sizes.map(size => (
                <Button
                  key={size}
                  component="a"
                  href={`/print/${id}?form=${form}&size=${size}`}
                  target="_blank"
                  rel="noreferrer"
                  variant="default"
                  leftSection={<IconPrinter size={18} />}
                  aria-label={`${w.forms[form]}, ${size}`}
                >
                  {size}
                </Button>
              ))}
            </Group>
          </Group>
        ))}
      </Panel>
      <Panel
        title={w.title}
        lead={w.lead}
        aside={
          !draft && (
            <Button
              component="a"
              href={`/print/${id}/slips`}
              target="_blank"
              rel="noreferrer"
              variant="default"
              leftSection={<IconScissors size={18} />}
              title={w.slipsLead}
            >
              {w.slips}
            </Button>
          )
        }
      >
        {draft ? <Text c="dimmed">{w.notYet}</Text> : <Boards id={id} />}
      </Panel>
    </Stack>
  )
}

function Boards({ id }: { id: string }) {
  const { language } = useWords()
  const w = useOwn(postingWords)
  const postings = usePostings(id, true)
  const [search, setSearch] = useState('')
  if (postings.isPending) return <Skeleton height={200} />
  if (postings.isError) return <ProblemBox error={postings.error} onRetry={() => void postings.refetch()} />
  const { items, counts } = postings.data
  if (items.length === 0) return <Text c="dimmed">{w.none}</Text>
  const shown = items.filter(item => matches(`${item.boardName} ${item.communeName}`, search))
  return (
    <>
      <ul className={css.playbackCounts}>
        {standingCounts(counts).map(([key, n]) => (
          <li key={key}>
            <b>{formatNumber(n, language)}</b> {w.counts[key]}
          </li>
        ))}
      </ul>
      {items.length > 5 && (
        <TextInput
          aria-label={w.search}
          placeholder={w.search}
          leftSection={<IconSearch size={18} />}
          maw={460}
          mb="sm"
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 ? <Text c="dimmed">{w.noMatch}</Text> : <PostingList items={shown} />}
    </>
  )
}
