import { Button, Code, Paper, Text, Title } from '@mantine/core'
import { IconDeviceTv } from '@tabler/icons-react'
import { Link } from 'react-router'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import css from './boards.module.css'

/** Where a board finds Loa: the same address for all of them. */
export function boardAddress(): string {
  return `${window.location.origin}/b`
}

/** No boards yet: how to add them, and how to pair a screen. */
export function EmptyBoards({ keeper }: { keeper: boolean }) {
  const w = useOwn(boardsWords)
  return (
    <Paper className={css.empty ?? ''}>
      <IconDeviceTv size={48} stroke={1.4} aria-hidden="true" />
      <Title order={2}>{w.emptyTitle}</Title>
      <Text c="dimmed" maw={560} ta="center">
        {keeper ? w.emptyText : w.emptyOperator}
      </Text>
      {keeper && (
        <>
          <Text size="sm">
            {w.boardAddress}: <Code>{boardAddress()}</Code>
          </Text>
          <Button component={Link} to="/registry?tab=boards">
            {w.emptyAdd}
          </Button>
        </>
      )}
    </Paper>
  )
}
