import { Group, Paper, type PaperProps, Text, Title } from '@mantine/core'
import { useDocumentTitle } from '@mantine/hooks'
import type { ReactNode } from 'react'
import css from './Panel.module.css'

interface PanelProps extends PaperProps {
  title?: ReactNode
  lead?: ReactNode
  aside?: ReactNode
  id?: string
  children: ReactNode
}

/** One sheet of paper on the desk: a titled section of a page. */
export function Panel({ title, lead, aside, id, children, ...paper }: PanelProps) {
  return (
    <Paper component="section" className={css.panel} {...(id ? { id } : {})} {...paper}>
      {(title || aside) && (
        <Group justify="space-between" align="flex-start" mb="md" gap="xs">
          <div className={css.heading}>
            {title && <Title order={2}>{title}</Title>}
            {lead && (
              <Text size="sm" c="dimmed" mt={2}>
                {lead}
              </Text>
            )}
          </div>
          {aside}
        </Group>
      )}
      {children}
    </Paper>
  )
}

/** The head of a page: what it is, one line about it, what can be done here. */
export function PageHead({ title, lead, actions }: { title: string; lead?: ReactNode; actions?: ReactNode }) {
  useDocumentTitle(`${title} – Loa`)
  return (
    <Group justify="space-between" align="flex-end" mb="lg" gap="sm" className={css.head}>
      <div className={css.heading}>
        <Title order={1}>{title}</Title>
        {lead && (
          <Text c="dimmed" mt={4}>
            {lead}
          </Text>
        )}
      </div>
      {actions && <Group gap="sm">{actions}</Group>}
    </Group>
  )
}
