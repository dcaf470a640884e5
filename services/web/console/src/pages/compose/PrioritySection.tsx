import { Radio, SimpleGrid, Stack, Text, Textarea } from '@mantine/core'
import { DateTimePicker } from '@mantine/dates'
import type { Priority } from '../../../../../domain/announcement.ts'
import { useWords } from '../../i18n/context.tsx'
import { fromPicker, toPicker } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { QuietNote } from '../../parts/QuietNote.tsx'
import css from './Compose.module.css'
import type { SectionProps } from './section.ts'

const levels: Priority[] = ['routine', 'priority', 'emergency']

/** How urgent, from when, until when. */
export function PrioritySection({ content, change, gaps }: SectionProps) {
  const { t } = useWords()
  const scheduleGap = gaps.find(gap => gap === 'schedulePast')
  const expiryGap = gaps.find(gap => gap === 'expiryPast' || gap === 'expiryBeforeStart')
  const today = toPicker(new Date().toISOString()) ?? ''
  return (
    <Panel title={`${t.compose.priority} · ${t.compose.schedule}`}>
      <Stack gap="lg">
        <Radio.Group
          value={content.priority}
          onChange={value => change({ priority: levels.find(level => level === value) ?? 'routine' })}
          aria-label={t.compose.priority}
        >
          <div className={css.cards} data-three>
            {levels.map(level => (
              <Radio.Card key={level} value={level} className={css.card ?? ''} data-level={level}>
                <div className={css.cardHead}>
                  <b>{t.priority[level]}</b>
                  <Radio.Indicator />
                </div>
                <Text size="sm" c="dimmed">
                  {t.priorityHelp[level]}
                </Text>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
        {content.priority === 'emergency' && (
          <Textarea
            label={t.compose.urgencyReason}
            description={t.compose.urgencyHint}
            required
            autosize
            minRows={2}
            maxLength={500}
            value={content.urgencyReason}
            onChange={event => change({ urgencyReason: event.currentTarget.value })}
            error={gaps.includes('urgencyReason') && t.gaps.urgencyReason}
          />
        )}
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <DateTimePicker
            label={t.compose.scheduleAt}
            description={t.compose.scheduleHint}
            placeholder={t.compose.startNow}
            value={toPicker(content.scheduleAt)}
            onChange={value => change({ scheduleAt: fromPicker(value) })}
            valueFormat="HH:mm DD/MM/YYYY"
            minDate={today}
            clearable
            clearButtonProps={{ 'aria-label': t.common.clear }}
            error={scheduleGap && t.gaps[scheduleGap]}
          />
          <DateTimePicker
            label={t.compose.expiresAt}
            description={t.compose.expiresHint}
            placeholder={t.compose.noExpiry}
            value={toPicker(content.expiresAt)}
            onChange={value => change({ expiresAt: fromPicker(value) })}
            valueFormat="HH:mm DD/MM/YYYY"
            minDate={today}
            defaultTimeValue="23:59"
            clearable
            clearButtonProps={{ 'aria-label': t.common.clear }}
            error={expiryGap && t.gaps[expiryGap]}
          />
        </SimpleGrid>
        <Text size="xs" c="dimmed" mt={-8}>
          {t.common.zone}
        </Text>
        <QuietNote content={content} />
      </Stack>
    </Panel>
  )
}
