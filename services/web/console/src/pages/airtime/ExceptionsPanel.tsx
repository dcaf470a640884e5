import { ActionIcon, Button, Group, Modal, NumberInput, Select, Stack, Text, Textarea } from '@mantine/core'
import { DatePickerInput } from '@mantine/dates'
import { IconCalendarPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { ProgrammeSession } from '../../../../../domain/programme.ts'
import { type NewException, useAddException, useExceptions, useRemoveException } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { longDay, weekday } from '../../lib/airtime.ts'
import { dayOf, formatDateTime } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { ClockInput } from '../../parts/ClockInput.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tell, tellProblem, tellUndo } from '../../parts/problem.tsx'
import css from './airtime.module.css'
import { exceptionLine } from './DayColumn.tsx'

interface ExceptionsPanelProps {
  area: string
  sessions: ProgrammeSession[]
  mayWrite: boolean
}

/** Single days on which the programme differs, each with its reason. */
export function ExceptionsPanel({ area, sessions, mayWrite }: ExceptionsPanelProps) {
  const { t, language } = useWords()
  const list = useExceptions(area)
  const remove = useRemoveException()
  const add = useAddException()
  const [asking, setAsking] = useState(false)
  const words = t.airtime.exceptions
  return (
    <Panel
      title={words.title}
      lead={words.lead}
      mt="md"
      aside={
        mayWrite && (
          <Button variant="light" leftSection={<IconCalendarPlus size={18} />} onClick={() => setAsking(true)}>
            {words.add}
          </Button>
        )
      }
    >
      {list.isError && <ProblemBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && <Text c="dimmed">{words.none}</Text>}
      <ul className={css.waiting}>
        {list.data?.map(one => (
          <li key={one.id}>
            <div className={css.itemBody}>
              <Text fw={600}>
                {t.airtime.weekdays[`d${weekday(one.date)}`]} {longDay(one.date)}: {exceptionLine(t, one)}
              </Text>
              <Text size="sm">{one.reason}</Text>
              <Text size="sm" c="dimmed">
                {words.by(one.madeBy, formatDateTime(one.madeAt))}
              </Text>
            </div>
            {mayWrite && (
              <ActionIcon
                variant="subtle"
                color="alarm"
                size={44}
                aria-label={words.removeLabel(longDay(one.date))}
                onClick={() =>
                  remove.mutate(one.id, {
                    onSuccess: () => tellUndo(words.removed, t, () => add.mutate(one)),
                    onError: error => tellProblem(error, t, language),
                  })
                }
              >
                <IconTrash size={20} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
      {asking && (
        <ExceptionDialog
          area={area}
          sessions={sessions}
          busy={add.isPending}
          error={add.error}
          onClose={() => setAsking(false)}
          onSave={body =>
            add.mutate(body, {
              onSuccess: () => {
                setAsking(false)
                tell(words.added)
              },
            })
          }
        />
      )}
    </Panel>
  )
}

const whole = 'day'

interface DialogProps {
  area: string
  sessions: ProgrammeSession[]
  busy: boolean
  error: unknown
  onClose: () => void
  onSave: (body: NewException) => void
}

function ExceptionDialog({ area, sessions, busy, error, onClose, onSave }: DialogProps) {
  const { t } = useWords()
  const words = t.airtime.exceptions
  const now = useNow()
  const [date, setDate] = useState<string | null>(dayOf(now))
  const [kind, setKind] = useState<NewException['kind']>('off')
  const [start, setStart] = useState<string>(sessions[0]?.start ?? whole)
  const [to, setTo] = useState('18:00')
  const [minutes, setMinutes] = useState(15)
  const [reason, setReason] = useState('')
  const [tried, setTried] = useState(false)
  const needsSession = kind === 'move' || kind === 'longer'
  const starts = [...new Set(sessions.map(s => s.start))].map(s => ({ value: s, label: s }))
  const session = needsSession && start === whole ? (sessions[0]?.start ?? null) : start === whole ? null : start
  const complete = date !== null && reason.trim() !== '' && (!needsSession || session !== null)
  const save = () => {
    setTried(true)
    if (!complete || date === null) return
    onSave({
      areaCode: area,
      date: date.slice(0, 10),
      kind,
      start: kind === 'extra' ? null : session,
      to: kind === 'move' || kind === 'extra' ? to : null,
      minutes: kind === 'extra' || kind === 'longer' ? minutes : null,
      reason: reason.trim(),
    })
  }
  return (
    <Modal opened onClose={onClose} title={words.add} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        <DatePickerInput
          label={words.date}
          value={date}
          onChange={setDate}
          valueFormat="DD/MM/YYYY"
          minDate={dayOf(now)}
        />
        <Select
          label={words.kind}
          value={kind}
          allowDeselect={false}
          onChange={value => setKind((value ?? 'off') as NewException['kind'])}
          data={(['off', 'move', 'extra', 'longer'] as const).map(value => ({ value, label: words[value] }))}
        />
        {kind !== 'extra' && (
          <Select
            label={words.session}
            value={needsSession && start === whole ? (sessions[0]?.start ?? null) : start}
            allowDeselect={false}
            onChange={value => setStart(value ?? whole)}
            data={needsSession ? starts : [{ value: whole, label: words.wholeDay }, ...starts]}
          />
        )}
        {(kind === 'move' || kind === 'extra') && <ClockInput label={words.to} value={to} onChange={setTo} />}
        {(kind === 'extra' || kind === 'longer') && (
          <NumberInput
            label={words.minutes}
            value={minutes}
            min={1}
            max={60}
            clampBehavior="strict"
            onChange={value => typeof value === 'number' && value >= 1 && setMinutes(Math.round(value))}
          />
        )}
        <Textarea
          label={t.airtime.reason}
          description={t.airtime.reasonHint}
          required
          autosize
          minRows={2}
          maxLength={300}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
          error={tried && reason.trim() === '' && t.announcement.reasonNeeded}
        />
        {error !== null && error !== undefined && <ProblemBox error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button loading={busy} onClick={save}>
            {t.common.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
