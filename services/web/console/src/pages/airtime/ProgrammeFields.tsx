import { Checkbox, Group, NumberInput, SegmentedControl, Stack, Switch, Text, Textarea } from '@mantine/core'
import type { Programme } from '../../../../../domain/programme.ts'
import { useWords } from '../../i18n/context.tsx'
import { ClockInput } from '../../parts/ClockInput.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { Days } from './SessionsPanel.tsx'

interface FieldsProps {
  draft: Programme
  onChange: (part: Partial<Programme>) => void
}

/** A whole number within bounds; what cannot be one is left as it was. */
function Whole(props: { label: string; value: number; min: number; max: number; onSet: (n: number) => void }) {
  const { label, value, min, max, onSet } = props
  return (
    <NumberInput
      label={label}
      value={value}
      min={min}
      max={max}
      clampBehavior="strict"
      onChange={next => typeof next === 'number' && next >= min && onSet(Math.round(next))}
      w={{ base: '100%', xs: 260 }}
    />
  )
}

/** Quota and quiet hours: what the local rule allows. */
export function LimitsPanel(props: FieldsProps & { province: boolean; boundBy: Programme['quota'] }) {
  const { draft, onChange, province, boundBy } = props
  const { t } = useWords()
  const words = t.airtime.programme
  const { quota, quiet } = draft
  const names = (days: number[]) => days.map(d => t.airtime.weekdaysShort[`d${d}` as 'd1']).join(', ')
  return (
    <Panel title={words.limits} mt="md">
      <Stack gap="lg">
        {boundBy && !province && (
          <Text>
            {words.bound(String(boundBy.sessionsPerDay), String(boundBy.minutesPerSession), names(boundBy.weekdays))}
          </Text>
        )}
        <div>
          <Switch
            label={words.quota}
            description={province ? words.quotaProvince : words.quotaText}
            checked={quota !== null}
            onChange={event =>
              onChange({
                quota: event.currentTarget.checked
                  ? { sessionsPerDay: 2, minutesPerSession: 15, weekdays: [1, 2, 3, 4, 5] }
                  : null,
              })
            }
          />
          {quota && (
            <Group align="flex-end" mt="sm">
              <Whole
                label={words.sessionsPerDay}
                value={quota.sessionsPerDay}
                min={0}
                max={8}
                onSet={sessionsPerDay => onChange({ quota: { ...quota, sessionsPerDay } })}
              />
              <Whole
                label={words.minutesPerSession}
                value={quota.minutesPerSession}
                min={1}
                max={60}
                onSet={minutesPerSession => onChange({ quota: { ...quota, minutesPerSession } })}
              />
              <Days
                label={words.quotaDays}
                value={quota.weekdays}
                onChange={weekdays => onChange({ quota: { ...quota, weekdays } })}
              />
            </Group>
          )}
        </div>
        <div>
          <Switch
            label={words.quiet}
            description={words.quietText}
            checked={quiet !== null}
            onChange={event => onChange({ quiet: event.currentTarget.checked ? { from: '21:00', to: '05:00' } : null })}
          />
          {quiet && (
            <Group mt="sm">
              <ClockInput
                label={words.quietFrom}
                value={quiet.from}
                onChange={from => onChange({ quiet: { ...quiet, from } })}
              />
              <ClockInput
                label={words.quietTo}
                value={quiet.to}
                onChange={to => onChange({ quiet: { ...quiet, to } })}
              />
            </Group>
          )}
        </div>
      </Stack>
    </Panel>
  )
}

/** In how many slots an item is aired, and how often in a row. */
export function ContentPanel({ draft, onChange }: FieldsProps) {
  const { t } = useWords()
  const words = t.airtime.programme
  const { airings, plays } = draft
  return (
    <Panel title={words.content} mt="md">
      <Group align="flex-end">
        <Whole
          label={words.airingsRoutine}
          value={airings.routine}
          min={1}
          max={10}
          onSet={routine => onChange({ airings: { ...airings, routine } })}
        />
        <Whole
          label={words.playsRoutine}
          value={plays.routine}
          min={1}
          max={5}
          onSet={routine => onChange({ plays: { ...plays, routine } })}
        />
        <Whole
          label={words.airingsPriority}
          value={airings.priority}
          min={1}
          max={10}
          onSet={priority => onChange({ airings: { ...airings, priority } })}
        />
        <Whole
          label={words.playsPriority}
          value={plays.priority}
          min={1}
          max={5}
          onSet={priority => onChange({ plays: { ...plays, priority } })}
        />
      </Group>
    </Panel>
  )
}

/** What stands around the items of a slot. */
export function SoundPanel({ draft, onChange }: FieldsProps) {
  const { t } = useWords()
  const words = t.airtime.programme
  return (
    <Panel title={words.sound} mt="md">
      <Stack>
        <Checkbox
          label={words.chime}
          checked={draft.chime}
          onChange={event => onChange({ chime: event.currentTarget.checked })}
        />
        <Whole
          label={words.lead30}
          value={draft.powerOnLeadSeconds}
          min={0}
          max={60}
          onSet={powerOnLeadSeconds => onChange({ powerOnLeadSeconds })}
        />
        <Textarea
          label={words.greeting}
          description={words.greetingHint}
          value={draft.greeting}
          maxLength={500}
          autosize
          minRows={2}
          onChange={event => onChange({ greeting: event.currentTarget.value })}
        />
        <Textarea
          label={words.signOff}
          value={draft.signOff}
          maxLength={500}
          autosize
          minRows={2}
          onChange={event => onChange({ signOff: event.currentTarget.value })}
        />
      </Stack>
    </Panel>
  )
}

/** How an emergency is repeated, and what becomes of the slot that it interrupts. */
export function EmergencyPanel({ draft, onChange }: FieldsProps) {
  const { t } = useWords()
  const words = t.airtime.programme
  const { emergency } = draft
  const set = (part: Partial<Programme['emergency']>) => onChange({ emergency: { ...emergency, ...part } })
  return (
    <Panel title={words.emergency} lead={words.emergencyText} mt="md">
      <Stack>
        <Group align="flex-end">
          <Whole label={words.times} value={emergency.times} min={1} max={5} onSet={times => set({ times })} />
          <Whole
            label={words.gap}
            value={emergency.gapSeconds}
            min={0}
            max={30}
            onSet={gapSeconds => set({ gapSeconds })}
          />
        </Group>
        <Group align="flex-end">
          <Checkbox
            label={words.everyNone}
            checked={emergency.everyMinutes === null}
            onChange={event => set({ everyMinutes: event.currentTarget.checked ? null : 15 })}
          />
          {emergency.everyMinutes !== null && (
            <Whole
              label={words.every}
              value={emergency.everyMinutes}
              min={5}
              max={120}
              onSet={everyMinutes => set({ everyMinutes })}
            />
          )}
        </Group>
        <div>
          <Text size="sm" fw={500} mb={4}>
            {words.afterwards}
          </Text>
          <SegmentedControl
            aria-label={words.afterwards}
            value={emergency.afterwards}
            onChange={value => set({ afterwards: value === 'skip' ? 'skip' : 'resume' })}
            data={[
              { value: 'resume', label: words.resume },
              { value: 'skip', label: words.skip },
            ]}
          />
        </div>
      </Stack>
    </Panel>
  )
}
