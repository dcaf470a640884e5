import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import type { Announcement, DispatchProgress } from '../../../../../http/schemas.ts'
import { useDispatchControl } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { Ask } from '../../parts/Ask.tsx'
import { tell } from '../../parts/problem.tsx'

interface BrakesProps {
  announcement: Announcement
  dispatch: DispatchProgress
  name: string
}

/** Pause and resume of one channel, each after a question. */
export function Brakes({ announcement, dispatch, name }: BrakesProps) {
  const { t } = useWords()
  const control = useDispatchControl(announcement.id)
  const [asking, setAsking] = useState<'pause' | 'resume' | null>(null)
  // Whoever may cancel may also brake; both are the permission announcement.control.
  const mayControl = announcement.allowedActions.includes('cancel')
  const canPause = ['planned', 'rendering', 'delivering', 'quiet', 'problem'].includes(dispatch.phase)
  const canResume = dispatch.phase === 'paused'
  if (!mayControl || !(canPause || canResume)) return null
  const ask = (what: 'pause' | 'resume') => {
    control.reset()
    setAsking(what)
  }
  return (
    <>
      {canPause && (
        <Button
          size="xs"
          variant="default"
          aria-label={t.progress.pauseLabel(name)}
          leftSection={<IconPlayerPause size={16} />}
          onClick={() => ask('pause')}
        >
          {t.progress.pause}
        </Button>
      )}
      {canResume && (
        <Button
          size="xs"
          aria-label={t.progress.resumeLabel(name)}
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => ask('resume')}
        >
          {t.progress.resume}
        </Button>
      )}
      {asking && (
        <Ask
          title={asking === 'pause' ? t.progress.pauseTitle(name) : t.progress.resumeTitle(name)}
          text={asking === 'pause' ? t.progress.pauseText : t.progress.resumeText}
          confirm={asking === 'pause' ? t.progress.pause : t.progress.resume}
          busy={control.isPending}
          error={control.error}
          onClose={() => setAsking(null)}
          onConfirm={() =>
            control.mutate(
              { dispatchId: dispatch.id, what: asking },
              {
                onSuccess: () => {
                  setAsking(null)
                  tell(asking === 'pause' ? t.progress.paused : t.progress.resumed)
                },
              },
            )
          }
        />
      )}
    </>
  )
}
