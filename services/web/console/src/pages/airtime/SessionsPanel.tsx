import { ActionIcon, Button, Chip, Group, NumberInput, SegmentedControl, Text } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import type { ProgrammeSession } from '../../../../../domain/programme.ts'
import { useWords } from '../../i18n/context.tsx'
import { freshSession } from '../../lib/airtime.ts'
import { ClockInput } from '../../parts/ClockInput.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { tellUndo } from '../../parts/problem.tsx'
import css from './programme.module.css'

const days = [1, 2, 3, 4, 5, 6, 7] as const

interface SessionsPanelProps {
  sessions: ProgrammeSession[]
  readOnly: boolean
  onChange: (sessions: ProgrammeSession[]) => void
}

/** The sessions of the week, one row each. */
export function SessionsPanel({ sessions, readOnly, onChange }: SessionsPanelProps) {
  const { t } = useWords()
  const set = (index: number, part: Partial<ProgrammeSession>) =>
    onChange(sessions.map((one, i) => (i === index ? { ...one, ...part } : one)))
  const remove = (index: number) => {
    onChange(sessions.filter((_, i) => i !== index))
    tellUndo(t.airtime.programme.removed, t, () => onChange(sessions))
  }
  return (
    <Panel title={t.airtime.programme.sessions} lead={t.airtime.programme.sessionsLead} mt="md">
      {sessions.length === 0 && <Text c="dimmed">{t.airtime.programme.noSessions}</Text>}
      {sessions.map((session, index) => (
        <Session
          // biome-ignore lint/suspicious/noArrayIndexKey: a session has no identity of its own; rows only grow at the end
          key={index}
          session={session}
          onSet={part => set(index, part)}
          onRemove={() => remove(index)}
        />
      ))}
      {!readOnly && sessions.length < 8 && (
        <Button
          variant="light"
          mt="md"
          leftSection={<IconPlus size={18} />}
          onClick={() => onChange([...sessions, freshSession(sessions)])}
        >
          {t.airtime.programme.add}
        </Button>
      )}
    </Panel>
  )
}

interface SessionProps {
  session: ProgrammeSession
  onSet: (part: Partial<ProgrammeSession>) => void
  onRemove: () => void
}

function Session({ session, onSet, onRemove }: SessionProps) {
  const { t } = useWords()
  const words = t.airtime.programme
  return (
    <div className={css.session}>
      <ClockInput label={words.start} value={session.start} onChange={start => onSet({ start })} />
      <NumberInput
        label={words.minutes}
        value={session.minutes}
        min={1}
        max={60}
        clampBehavior="strict"
        onChange={value => typeof value === 'number' && value >= 1 && onSet({ minutes: Math.round(value) })}
        w={100}
      />
      <Days label={words.days} value={session.weekdays} onChange={weekdays => onSet({ weekdays })} />
      <div>
        <Text size="sm" fw={500} mb={2}>
          {words.source}
        </Text>
        <SegmentedControl
          aria-label={words.source}
          value={session.source}
          onChange={value => onSet({ source: value === 'relay' ? 'relay' : 'own' })}
          data={[
            { value: 'own', label: words.own },
            { value: 'relay', label: words.relay },
          ]}
        />
      </div>
      <ActionIcon variant="subtle" color="alarm" size={44} aria-label={words.remove} onClick={onRemove}>
        <IconTrash size={20} />
      </ActionIcon>
    </div>
  )
}

/** Weekdays as chips; at least one stays. */
export function Days({
  label,
  value,
  onChange,
}: {
  label: string
  value: number[]
  onChange: (days: number[]) => void
}) {
  const { t } = useWords()
  return (
    <div>
      <Text size="sm" fw={500} mb={4}>
        {label}
      </Text>
      <Chip.Group
        multiple
        value={value.map(String)}
        onChange={picked => picked.length > 0 && onChange(picked.map(Number).sort((a, b) => a - b))}
      >
        <Group gap={4}>
          {days.map(day => (
            <Chip key={day} value={String(day)} size="sm" icon={null} classNames={{ iconWrapper: css.noIcon ?? '' }}>
              {t.airtime.weekdaysShort[`d${day}`]}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
    </div>
  )
}
