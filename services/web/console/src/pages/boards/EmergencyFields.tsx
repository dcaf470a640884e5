import { Chip, Group, Input, Radio, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import type { Takeover } from '../../../../../domain/board-content.ts'
import { useAreas } from '../../api/queries.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { emergencyWords } from '../../i18n/emergencies.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import {
  type EmergencyForm,
  type EmergencyGap,
  emergencyGapWords,
  endHours,
  endOf,
  headlineAim,
} from '../../lib/emergency.ts'
import { formatNear, fromPicker, toPicker } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { AreaPicker } from '../compose/AreaPicker.tsx'
import css from './boards.module.css'

interface EmergencyFieldsProps {
  form: EmergencyForm
  change: (patch: Partial<EmergencyForm>) => void
  gaps: EmergencyGap[]
  now: Date
  /** True when this instance speaks through loudspeakers. */
  speakers: boolean
}

/** What to say, how, until when, why and where: as few fields as an emergency allows. */
export function EmergencyFields({ form, change, gaps, now, speakers }: EmergencyFieldsProps) {
  const { t } = useWords()
  const w = useOwn(boardsWords)
  const own = useOwn(emergencyWords)
  const areas = useAreas()
  const words = (gap: EmergencyGap) => emergencyGapWords(gap, own, t.gaps)
  const length = [...form.headline.trim()].length
  return (
    <>
      <Panel>
        <Stack gap="md">
          <Textarea
            label={w.emHeadline}
            description={
              <span className={css.aim} data-over={length > headlineAim || undefined}>
                {w.emHeadlineHint(String(length))}
              </span>
            }
            placeholder={w.emHeadlinePlaceholder}
            required
            autosize
            minRows={2}
            maxLength={300}
            value={form.headline}
            // One line on the board: a line break in a title is no more than a slip of the hand.
            onChange={event => change({ headline: event.currentTarget.value.replace(/\n+/g, ' ') })}
            error={gaps.includes('title') && words('title')}
          />
          <Textarea
            label={w.emBody}
            description={w.emBodyHint}
            required
            autosize
            minRows={3}
            maxLength={2_000}
            value={form.body}
            onChange={event => change({ body: event.currentTarget.value })}
            error={gaps.includes('body') && words('body')}
          />
          <TextInput
            label={w.emIssuer}
            maxLength={200}
            value={form.issuer}
            onChange={event => change({ issuer: event.currentTarget.value })}
          />
          <Textarea
            label={w.emReason}
            description={w.emReasonHint}
            required
            autosize
            minRows={1}
            maxLength={500}
            value={form.reason}
            onChange={event => change({ reason: event.currentTarget.value })}
            error={gaps.includes('urgencyReason') && words('urgencyReason')}
          />
        </Stack>
      </Panel>
      <Panel>
        <Stack gap="lg">
          <Radio.Group
            label={w.emTakeover}
            value={form.takeover}
            onChange={takeover => change({ takeover: takeover as Takeover })}
          >
            <Stack gap="xs" mt={6}>
              <Radio value="full" label={w.emFull} description={w.emFullHint} />
              <Radio value="banner" label={w.emBanner} description={w.emBannerHint} />
            </Stack>
          </Radio.Group>
          <Until form={form} change={change} gaps={gaps} now={now} />
          {speakers && (
            <Switch
              label={w.emSpeaker}
              description={w.emSpeakerHint}
              checked={form.speaker}
              onChange={event => change({ speaker: event.currentTarget.checked })}
            />
          )}
        </Stack>
      </Panel>
      <Panel>
        <AreaPicker
          areas={areas.data ?? []}
          selected={form.areas}
          onChange={next => change({ areas: next })}
          error={gaps.includes('areas') ? words('areas') : undefined}
        />
      </Panel>
    </>
  )
}

const other = 'other'

/** When it is taken off: some hours from the submission, or at a given time. There is always an end. */
function Until({ form, change, gaps, now }: Omit<EmergencyFieldsProps, 'speakers'>) {
  const w = useOwn(boardsWords)
  const bad = gaps.some(gap => gap === 'end' || gap === 'expiryPast' || gap === 'expiryBeforeStart')
  return (
    <Input.Wrapper label={w.emUntil} labelElement="div" required>
      <Chip.Group
        value={form.hours === null ? other : String(form.hours)}
        onChange={value =>
          change(
            value === other
              ? { hours: null, until: endOf(form, now) }
              : { hours: Number(Array.isArray(value) ? value[0] : value), until: null },
          )
        }
      >
        <Group gap={6} mt={6}>
          {endHours.map(hours => (
            <Chip key={hours} value={String(hours)} variant="outline">
              {w.emUntilHours(String(hours))}
            </Chip>
          ))}
          <Chip value={other} variant="outline">
            {w.emUntilOther}
          </Chip>
        </Group>
      </Chip.Group>
      {form.hours === null ? (
        <DateTimePicker
          mt="sm"
          label={w.emUntilAt}
          valueFormat="HH:mm DD/MM/YYYY"
          minDate={toPicker(now.toISOString()) ?? ''}
          value={toPicker(form.until)}
          onChange={value => change({ until: fromPicker(value) })}
          error={bad && w.emUntilNeeded}
        />
      ) : (
        <Text size="sm" c="dimmed" mt={6}>
          {w.emUntilHint(formatNear(endOf(form, now), now))}
        </Text>
      )}
    </Input.Wrapper>
  )
}
