import { IconCheck, IconX } from '@tabler/icons-react'
import type { AnnouncementState } from '../../../../../domain/announcement.ts'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useWords } from '../../i18n/context.tsx'
import css from './Announcement.module.css'

const steps = ['draft', 'submitted', 'approved', 'dispatching', 'completed'] as const
const ends: readonly AnnouncementState[] = ['cancelled', 'expired', 'superseded']

/** The way of an announcement as steps. An early end replaces the step that it did not reach. */
export function StateSteps({ announcement }: { announcement: Announcement }) {
  const { t } = useWords()
  const { state } = announcement
  const ended = ends.includes(state)
  const reached = ended ? lastReached(announcement) : steps.findIndex(step => step === state)
  const shown: { key: string; label: string; kind: 'done' | 'now' | 'later' | 'ended' }[] = steps.map((step, i) => ({
    key: step,
    label: t.announcement.steps[step],
    kind: i < reached || (i === reached && (ended || state === 'completed')) ? 'done' : i === reached ? 'now' : 'later',
  }))
  const list = ended
    ? [...shown.slice(0, reached + 1), { key: state, label: t.state[state], kind: 'ended' as const }]
    : shown
  return (
    <ol className={css.steps}>
      {list.map((step, i) => (
        <li key={step.key} data-kind={step.kind} aria-current={step.kind === 'now' ? 'step' : undefined}>
          <span className={css.stepMark}>
            {step.kind === 'done' ? <IconCheck size={16} /> : step.kind === 'ended' ? <IconX size={16} /> : i + 1}
          </span>
          <span className={css.stepLabel}>{step.label}</span>
        </li>
      ))}
    </ol>
  )
}

function lastReached(announcement: Announcement): number {
  if (announcement.counts) return 3
  if (announcement.approvedAt) return 2
  return announcement.submittedAt ? 1 : 0
}
