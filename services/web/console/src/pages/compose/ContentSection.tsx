import { Group, MultiSelect, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { type PlanTopic, planTopics } from '../../../../../domain/plan.ts'
import { useWords } from '../../i18n/context.tsx'
import { bodyMax, hasControl, titleMax } from '../../lib/content.ts'
import { formatNumber } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import type { SectionProps } from './section.ts'

/** What is said, and in whose name. */
export function ContentSection({ content, change, gaps }: SectionProps) {
  const { t, say } = useWords()
  const titleGap = gaps.find(gap => gap === 'title' || gap === 'titleLong')
  const bodyGap = gaps.find(gap => gap === 'body' || gap === 'bodyLong')
  const topics = Object.entries(planTopics).map(([value, words]) => ({ value, label: say(words) }))
  return (
    <Panel title={t.compose.content}>
      <Stack gap="md">
        <div>
          <Textarea
            label={t.compose.title}
            description={t.compose.titleHint}
            required
            autosize
            minRows={1}
            maxRows={4}
            value={content.title}
            // A title is one line: a pasted line break becomes a space.
            onChange={event => change({ title: event.currentTarget.value.replace(/\s*[\r\n]+\s*/g, ' ') })}
            error={hasControl(content.title) ? t.gaps.control : titleGap && t.gaps[titleGap]}
            styles={{ input: { fontWeight: 600 } }}
          />
          <Count text={content.title} max={titleMax} />
        </div>
        <div>
          <Textarea
            label={t.compose.body}
            description={t.compose.bodyHint}
            required
            autosize
            minRows={9}
            maxRows={28}
            value={content.body}
            onChange={event => change({ body: event.currentTarget.value })}
            error={hasControl(content.body) ? t.gaps.control : bodyGap && t.gaps[bodyGap]}
          />
          <Count text={content.body} max={bodyMax} />
        </div>
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput
            label={t.compose.issuer}
            placeholder={t.compose.issuerHint}
            maxLength={200}
            value={content.issuer}
            onChange={event => change({ issuer: event.currentTarget.value })}
          />
          <TextInput
            label={t.compose.number}
            placeholder="123/TB-UBND"
            maxLength={100}
            value={content.documentNumber}
            onChange={event => change({ documentNumber: event.currentTarget.value })}
          />
        </SimpleGrid>
        <MultiSelect
          label={t.compose.topics}
          description={t.compose.topicsHint}
          data={topics}
          value={content.topics}
          onChange={values => change({ topics: values.filter((value): value is PlanTopic => value in planTopics) })}
          clearable
          searchable
          clearButtonProps={{ 'aria-label': t.common.clear }}
        />
      </Stack>
    </Panel>
  )
}

function Count({ text, max }: { text: string; max: number }) {
  const { t, language } = useWords()
  const used = [...text].length
  return (
    <Group justify="flex-end">
      <Text size="xs" c={used > max ? 'alarm' : 'dimmed'} className="numbers">
        {t.compose.characters(formatNumber(used, language), formatNumber(max, language))}
      </Text>
    </Group>
  )
}
