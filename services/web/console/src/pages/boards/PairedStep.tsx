import { Button, Group, Loader, Text, Title } from '@mantine/core'
import { IconCircleCheck } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useBoard } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNear } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { Panel } from '../../parts/Panel.tsx'
import css from './boards.module.css'

/** So long a board may take to fetch its credential, load and report, before one should go and look. */
const usualMs = 60_000

interface PairedStepProps {
  boardId: string
  pairedAt: string
  onAgain: () => void
}

/** Waits until the board itself reports: "paired" is the server's word, "online" is the board's. */
export function PairedStep({ boardId, pairedAt, onAgain }: PairedStepProps) {
  const w = useOwn(boardsWords)
  const board = useBoard(boardId, 2_000)
  const now = useNow(5_000)
  const seen = board.data?.lastSeenAt ?? null
  const online = seen !== null && new Date(seen) >= new Date(pairedAt)
  const long = now.getTime() - new Date(pairedAt).getTime() > usualMs
  return (
    <Panel>
      <div className={css.outcome} role="status" data-good={online || undefined}>
        {online ? <IconCircleCheck size={48} stroke={1.5} aria-hidden="true" /> : <Loader />}
        <Title order={2}>{online ? w.onlineTitle(board.data?.name ?? '') : w.waitingTitle}</Title>
        <Text>{online ? w.onlineText(formatNear(seen, now)) : long ? w.waitingLong : w.waitingText}</Text>
        <Group justify="center">
          <Button component={Link} to={`/boards/${boardId}`} variant={online ? 'filled' : 'default'}>
            {w.toBoard}
          </Button>
          <Button variant="default" onClick={onAgain}>
            {w.pairAnother}
          </Button>
        </Group>
      </div>
    </Panel>
  )
}
