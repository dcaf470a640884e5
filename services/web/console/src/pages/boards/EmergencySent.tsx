import { Button, Code, CopyButton, Group, Stack, Text, Title } from '@mantine/core'
import { IconCircleCheck, IconCopy, IconHourglass } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { newKey } from '../../api/client.ts'
import { useAction, useAnnouncement } from '../../api/queries.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import css from './boards.module.css'

/** Submitted: who has to do something now, the way back, and the moment it is approved. */
export function EmergencySent({ id }: { id: string }) {
  const w = useOwn(boardsWords)
  const announcement = useAnnouncement(id)
  const withdraw = useAction(id)
  const [key] = useState(newKey)
  const state = announcement.data?.state
  const waiting = state === 'submitted' || state === undefined
  const draft = state === 'draft'
  const link = `${window.location.origin}/announcements/${id}`
  return (
    <div className={css.narrow}>
      <PageHead title={w.emTitle} />
      <Panel>
        <div className={css.outcome} role="status" data-good={(!waiting && !draft) || undefined}>
          {waiting ? (
            <IconHourglass size={48} stroke={1.5} aria-hidden="true" />
          ) : (
            <IconCircleCheck size={48} stroke={1.5} aria-hidden="true" />
          )}
          <Title order={2}>{waiting ? w.emSent : draft ? w.emReturned : w.emApproved}</Title>
          <Text fw={600} lang="vi" ta="center">
            {announcement.data?.title}
          </Text>
          {waiting && (
            <Stack gap="xs" align="center">
              <Text>{w.emSentText}</Text>
              <Code className={css.link ?? ''}>{link}</Code>
              <CopyButton value={link}>
                {({ copied, copy }) => (
                  <Button variant="default" leftSection={<IconCopy size={18} />} onClick={copy}>
                    {copied ? w.emCopied : w.emCopy}
                  </Button>
                )}
              </CopyButton>
            </Stack>
          )}
          {withdraw.isError && <ProblemBox error={withdraw.error} />}
          <Group justify="center">
            <Button component={Link} to={draft ? `/compose/${id}` : `/announcements/${id}`}>
              {draft ? w.emEdit : w.emOpen}
            </Button>
            {state === 'submitted' && (
              <Button
                variant="default"
                loading={withdraw.isPending}
                onClick={() =>
                  withdraw.mutate(
                    { action: { name: 'withdraw', body: {} }, key },
                    { onSuccess: () => tell(w.emWithdrawn) },
                  )
                }
              >
                {w.emWithdraw}
              </Button>
            )}
          </Group>
        </div>
      </Panel>
    </div>
  )
}
