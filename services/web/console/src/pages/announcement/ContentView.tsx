import { Stack, Text } from '@mantine/core'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useWords } from '../../i18n/context.tsx'
import { readingWords } from '../../i18n/reading.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ReadingDiff } from '../../parts/ReadingDiff.tsx'
import css from './Announcement.module.css'

/** The words as they were written and signed, with the versions written for single channels. */
export function ContentView({ announcement }: { announcement: Announcement }) {
  const { t, language } = useWords()
  const { content } = announcement
  const own: [string, string | undefined][] = [
    [t.compose.variantSms, content.variants.sms?.text],
    [t.compose.variantSpeech, content.variants.speech?.text],
    [t.compose.variantBoard, content.variants.board?.text],
  ]
  return (
    <Stack gap="md">
      <Panel>
        <div className={css.text} lang="vi">
          {content.body || '–'}
        </div>
      </Panel>
      {own.map(
        ([name, text]) =>
          text && (
            <Panel key={name} title={name} lead={t.announcement.ownText}>
              <Text className={css.text ?? ''} lang="vi">
                {text}
              </Text>
            </Panel>
          ),
      )}
      {/* The approver has it on the desk above. */}
      {announcement.reading && !announcement.allowedActions.includes('approve') && (
        <Panel title={readingWords[language].title} lead={readingWords[language].lead}>
          <ReadingDiff reading={announcement.reading} maxHeight={600} />
        </Panel>
      )}
    </Stack>
  )
}
