import { Button, Group, Text } from '@mantine/core'
import { IconArrowLeft, IconPrinter } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useWords } from '../i18n/context.tsx'
import { Panel } from './Panel.tsx'
import css from './ScriptSheet.module.css'

interface ScriptSheetProps {
  /** False for what must not be aired any more. */
  mayPrint: boolean
  /** Title and facts above the script. */
  head: ReactNode
  script: string
}

/** A page to read aloud at the microphone or to print: way back, print, and the script in large type. */
export function ScriptSheet({ mayPrint, head, script }: ScriptSheetProps) {
  const { t } = useWords()
  return (
    <div className={css.page}>
      <Group justify="space-between" mb="md" className="no-print">
        <Back />
        {mayPrint && (
          <Button leftSection={<IconPrinter size={18} />} onClick={() => window.print()}>
            {t.operator.print}
          </Button>
        )}
      </Group>
      <Panel>
        {head}
        <Text fs="italic" mt="lg" className={css.note}>
          {t.operator.scriptNote}
        </Text>
        <div className={css.script} lang="vi">
          {script.split(/\n+/).map((paragraph, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no identity and never move
            <p key={index}>{paragraph}</p>
          ))}
        </div>
      </Panel>
    </div>
  )
}

/** In its place when there is no such script (any more). */
export function NoScript() {
  const { t } = useWords()
  return (
    <div className={css.page}>
      <Back />
      <Text mt="md">{t.operator.notFound}</Text>
    </div>
  )
}

function Back() {
  const { t } = useWords()
  return (
    <Button component={Link} to="/operator" variant="subtle" leftSection={<IconArrowLeft size={18} />}>
      {t.common.back}
    </Button>
  )
}
