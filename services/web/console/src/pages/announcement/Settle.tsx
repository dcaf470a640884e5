import { Button, Group } from '@mantine/core'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { TargetResult } from '../../../../../http/schemas.ts'
import { useSettle } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { Ask } from '../../parts/Ask.tsx'
import { tell } from '../../parts/problem.tsx'

interface SettleProps {
  announcementId: string
  dispatchId: string
  target: TargetResult
}

/** Two answers that an officer can bring back from somebody whose message is unknown, each after a question. */
export function Settle({ announcementId, dispatchId, target }: SettleProps) {
  const { t } = useWords()
  const settle = useSettle(announcementId)
  const [asking, setAsking] = useState<'reached' | 'not-reached' | null>(null)
  const { label, targetId } = target
  const ask = (what: 'reached' | 'not-reached') => {
    settle.reset()
    setAsking(what)
  }
  return (
    <>
      <Group gap={8} mt={6}>
        <Button
          size="compact-sm"
          variant="light"
          color="leaf"
          leftSection={<IconCheck size={15} />}
          aria-label={t.results.reachedLabel(label)}
          onClick={() => ask('reached')}
        >
          {t.results.reachedButton}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconX size={15} />}
          aria-label={t.results.notReachedLabel(label)}
          onClick={() => ask('not-reached')}
        >
          {t.results.notReachedButton}
        </Button>
      </Group>
      {asking && (
        <Ask
          title={asking === 'reached' ? t.results.reachedTitle : t.results.notReachedTitle}
          text={`${asking === 'reached' ? t.results.reachedText(label) : t.results.notReachedText(label)} ${t.results.settleNote}`}
          confirm={t.results.settle}
          busy={settle.isPending}
          error={settle.error}
          onClose={() => setAsking(null)}
          onConfirm={() =>
            settle.mutate(
              { dispatchId, targetId, reached: asking === 'reached' },
              {
                onSuccess: () => {
                  setAsking(null)
                  tell(t.results.settled)
                },
              },
            )
          }
        />
      )}
    </>
  )
}
