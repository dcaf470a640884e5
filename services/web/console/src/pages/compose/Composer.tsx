import { Alert, Button, Group, List, Loader, Modal, Stack, Text } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCheck,
  IconCloudOff,
  IconDeviceFloppy,
  IconHistory,
  IconSend,
} from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useBlocker } from 'react-router'
import type { Announcement, Me } from '../../../../../http/schemas.ts'
import { useWords } from '../../i18n/context.tsx'
import { changedFields, emptyContent, findGaps, isBlank } from '../../lib/content.ts'
import { formatDateTime, formatTime } from '../../lib/format.ts'
import { useWarnBeforeLeaving } from '../../lib/useWarnBeforeLeaving.ts'
import { PageHead } from '../../parts/Panel.tsx'
import { ProblemBox, tellUndo } from '../../parts/problem.tsx'
import { WordDiff } from '../../parts/WordDiff.tsx'
import { AudienceSection } from './AudienceSection.tsx'
import { ChannelSection } from './ChannelSection.tsx'
import css from './Compose.module.css'
import type { ComposeState } from './ComposePage.tsx'
import { ContentSection } from './ContentSection.tsx'
import { PreviewSide } from './PreviewSide.tsx'
import { PrioritySection } from './PrioritySection.tsx'
import { SubmitDialog } from './SubmitDialog.tsx'
import { type Draft, useDraft } from './useDraft.ts'
import { VariantSection } from './VariantSection.tsx'

interface ComposerProps {
  me: Me
  start: Announcement | null
  composerKey: string
  onCreated: (announcement: Announcement) => void
  fetchCurrent: (id: string) => Promise<Announcement>
}

/** The page on which an announcement is written, with the live preview beside it. */
export function Composer({ me, start, composerKey, onCreated, fetchCurrent }: ComposerProps) {
  const { t } = useWords()
  const draft = useDraft({ personId: me.id, start, onCreated, fetchCurrent })
  const [strict, setStrict] = useState(false)
  const [submitting, setSubmitting] = useState<{ id: string; revision: number } | null>(null)
  const form = useRef<HTMLDivElement>(null)
  const { content } = draft
  const gaps = strict ? findGaps(content, new Date()) : []

  const submit = async () => {
    setStrict(true)
    if (findGaps(content, new Date()).length > 0) {
      // After the errors are on the screen: to the first of them.
      requestAnimationFrame(() => {
        const first = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-gap]')
        first?.scrollIntoView({ block: 'center', behavior: 'smooth' })
        first?.focus({ preventScroll: true })
      })
      return
    }
    try {
      setSubmitting(await draft.flush())
    } catch {
      // The save status says why.
    }
  }

  const clear = () => {
    const before = content
    draft.replace(emptyContent())
    setStrict(false)
    tellUndo(t.compose.cleared, t, () => draft.replace(before))
  }

  return (
    <>
      <PageHead
        title={start ? t.compose.editTitle : t.compose.newTitle}
        lead={t.compose.lead}
        actions={
          !isBlank(content) && (
            <Button variant="subtle" color="slate" onClick={clear}>
              {t.compose.clearAll}
            </Button>
          )
        }
      />
      <Notes draft={draft} />
      <div className={css.columns}>
        <div className={css.form} ref={form}>
          {gaps.length > 0 && (
            <Alert color="alarm" icon={<IconAlertTriangle />} title={t.compose.notReady} role="alert">
              <List size="sm">
                {gaps.map(gap => (
                  <List.Item key={gap}>{t.gaps[gap]}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          <ContentSection content={content} change={draft.change} gaps={gaps} />
          <AudienceSection content={content} change={draft.change} gaps={gaps} />
          <ChannelSection content={content} change={draft.change} gaps={gaps} />
          <PrioritySection content={content} change={draft.change} gaps={gaps} />
          <VariantSection content={content} change={draft.change} />
        </div>
        <PreviewSide content={content} change={draft.change} />
      </div>
      <div className={css.actions}>
        <SaveState draft={draft} />
        <Group gap="sm" wrap="nowrap">
          <Button
            variant="default"
            className={css.jump ?? ''}
            onClick={() => document.getElementById('preview')?.scrollIntoView({ behavior: 'smooth' })}
          >
            {t.compose.toPreview}
          </Button>
          <Button
            variant="default"
            leftSection={<IconDeviceFloppy size={18} />}
            disabled={!draft.dirty || content.title.trim() === ''}
            onClick={() => void draft.flush().catch(() => undefined)}
            className={css.saveButton ?? ''}
          >
            {t.compose.saveNow}
          </Button>
          <Button leftSection={<IconSend size={18} />} onClick={() => void submit()}>
            {t.compose.submit}
          </Button>
        </Group>
      </div>
      {submitting && (
        <SubmitDialog
          id={submitting.id}
          revision={submitting.revision}
          content={content}
          onClose={() => setSubmitting(null)}
        />
      )}
      <LeaveGuard draft={draft} composerKey={composerKey} done={submitting !== null} />
    </>
  )
}

/** Unsaved work from before, a refused save, a conflict: what the writer has to decide. */
function Notes({ draft }: { draft: Draft }) {
  const { t } = useWords()
  const { found, conflict } = draft
  const changed = conflict ? changedFields(draft.content, conflict.content) : []
  const discard = () => {
    if (!found) return
    draft.forgetFound()
    tellUndo(t.compose.discarded, t, () => draft.keepFound(found))
  }
  const restore = () => {
    if (!found) return
    const before = draft.content
    draft.replace(found.content)
    draft.forgetFound()
    if (!isBlank(before)) tellUndo(t.compose.restored, t, () => draft.replace(before))
  }
  const takeTheirs = () => {
    const mine = draft.content
    draft.takeTheirs()
    tellUndo(t.compose.conflictTook, t, () => draft.replace(mine))
  }
  return (
    <Stack gap="sm" mb={found || conflict || draft.error ? 'md' : 0}>
      {found && (
        <Alert color="gold" icon={<IconHistory />} title={t.compose.localTitle}>
          <Text size="sm" mb="xs">
            {t.compose.localText(formatDateTime(found.at))}
          </Text>
          <Text size="sm" mb="sm" fw={500}>
            “{found.content.title || found.content.body.slice(0, 120)}”
          </Text>
          <Group gap="sm">
            <Button size="xs" onClick={restore}>
              {t.compose.restore}
            </Button>
            <Button size="xs" variant="default" onClick={discard}>
              {t.compose.discard}
            </Button>
          </Group>
        </Alert>
      )}
      {conflict && (
        <Alert color="alarm" icon={<IconAlertTriangle />} title={t.compose.conflictTitle} role="alert">
          <Text size="sm">{t.compose.conflictText}</Text>
          <List size="sm" my="xs">
            {changed.map(field => (
              <List.Item key={field}>{t.fields[field]}</List.Item>
            ))}
          </List>
          {changed.includes('title') && <WordDiff before={conflict.content.title} after={draft.content.title} />}
          {changed.includes('body') && <WordDiff before={conflict.content.body} after={draft.content.body} />}
          {(changed.includes('title') || changed.includes('body')) && (
            <Text size="sm" c="dimmed" mb="sm">
              {t.compose.conflictLegend}
            </Text>
          )}
          <Group gap="sm">
            <Button size="xs" onClick={draft.keepMine}>
              {t.compose.conflictMine}
            </Button>
            <Button size="xs" variant="default" onClick={takeTheirs}>
              {t.compose.conflictTheirs}
            </Button>
          </Group>
        </Alert>
      )}
      {draft.error !== null && !conflict && (
        <ProblemBox error={draft.error} onRetry={() => void draft.flush().catch(() => undefined)} />
      )}
    </Stack>
  )
}

function SaveState({ draft }: { draft: Draft }) {
  const { t } = useWords()
  const untitled = draft.content.title.trim() === ''
  const [icon, words] =
    draft.status === 'saving'
      ? [<Loader key="saving" size={16} />, t.compose.saving]
      : draft.status === 'failed'
        ? [<IconCloudOff key="failed" size={18} />, t.compose.notSaved]
        : draft.dirty
          ? [<IconHistory key="dirty" size={18} />, untitled ? t.compose.needTitle : t.compose.unsaved]
          : draft.savedAt
            ? [<IconCheck key="saved" size={18} />, t.compose.saved(formatTime(draft.savedAt.toISOString()))]
            : [null, untitled ? t.compose.needTitle : '']
  return (
    <div className={css.saveState} role="status" data-failed={draft.status === 'failed' || undefined}>
      {icon}
      <span>{words}</span>
    </div>
  )
}

/** Leaving saves first when it can; otherwise it asks. Closing the window always asks while something is unsaved. */
function LeaveGuard({ draft, composerKey, done }: { draft: Draft; composerKey: string; done: boolean }) {
  const { t } = useWords()
  const { dirty, flush } = draft
  const [asking, setAsking] = useState(false)
  const titled = draft.content.title.trim() !== ''
  const blocker = useBlocker(({ currentLocation, nextLocation }) => {
    const own = (nextLocation.state as ComposeState | null)?.composer === composerKey
    return dirty && !own && !done && currentLocation.pathname !== nextLocation.pathname
  })

  useEffect(() => {
    if (blocker.state !== 'blocked') return
    if (!titled) {
      setAsking(true)
      return
    }
    flush().then(
      () => blocker.proceed(),
      () => setAsking(true),
    )
  }, [blocker, titled, flush])

  useWarnBeforeLeaving(dirty)

  const stay = () => {
    setAsking(false)
    blocker.reset?.()
  }
  const go = () => {
    setAsking(false)
    blocker.proceed?.()
  }
  return (
    <Modal
      opened={asking && blocker.state === 'blocked'}
      onClose={stay}
      title={t.compose.leaveTitle}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <Text mb="lg">{t.compose.leaveText}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={go}>
          {t.compose.leaveGo}
        </Button>
        <Button onClick={stay} data-autofocus>
          {t.compose.leaveStay}
        </Button>
      </Group>
    </Modal>
  )
}
