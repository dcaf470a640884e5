import { SegmentedControl, Text } from '@mantine/core'
import { useState } from 'react'
import { useWords } from '../i18n/context.tsx'
import type { EmailView } from '../lib/rendition.ts'
import css from './preview.module.css'

/** The letter as a mail program shows it. The frame is sandboxed: nothing in it can run or load. */
export function EmailPreview({ email }: { email: EmailView }) {
  const { t } = useWords()
  const [view, setView] = useState<'html' | 'text'>('html')
  return (
    <div>
      <Text size="sm" c="dimmed">
        {t.preview.subject}
      </Text>
      <Text fw={600} mb="sm" lang="vi">
        {email.subject}
      </Text>
      <SegmentedControl
        size="xs"
        mb="sm"
        value={view}
        onChange={value => setView(value === 'text' ? 'text' : 'html')}
        data={[
          { value: 'html', label: t.preview.emailHtml },
          { value: 'text', label: t.preview.emailText },
        ]}
      />
      {view === 'html' ? (
        <iframe className={css.mail} sandbox="" srcDoc={email.html} title={t.preview.emailFrame} />
      ) : (
        <pre className={css.plain} lang="vi">
          {email.text}
        </pre>
      )}
    </div>
  )
}
