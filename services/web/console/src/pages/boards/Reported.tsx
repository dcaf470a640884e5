import { Text } from '@mantine/core'
import { IconAlertTriangle, IconCheck, IconClockHour4 } from '@tabler/icons-react'
import type { Board } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { concerns, showingWords, standingWords } from '../../lib/boards.ts'
import { formatNear } from '../../lib/format.ts'
import css from './boards.module.css'

/** What the board says of itself, dated by when it said so; never more than that. */
export function Reported({ board, now }: { board: Board; now: Date }) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  if (board.state === 'paper' || board.state === 'retired') return null
  const { report } = board
  const showing = showingWords(report, w, now)
  const standing = standingWords(board, w, now)
  return (
    <div>
      {report?.at && showing ? (
        <Text size="sm">
          {`${(report.handedOnly ? w.handedAt : w.reportedAt)(formatNear(report.at, now))}: `}
          <span lang="vi">{showing}</span>
        </Text>
      ) : (
        <Text size="sm" c="dimmed">
          {board.lastSeenAt === null ? w.noReport : w.noShowing}
        </Text>
      )}
      {standing && report && (
        <Text size="sm" className={css.standing ?? ''} data-good={standing.good || undefined}>
          {standing.good ? <IconCheck size={16} aria-hidden="true" /> : <IconClockHour4 size={16} aria-hidden="true" />}
          {standing.text}
        </Text>
      )}
      {concerns(board, w, language).map(concern => (
        <Text key={concern} size="sm" className={css.concern ?? ''}>
          <IconAlertTriangle size={16} aria-hidden="true" />
          <span>{concern}</span>
        </Text>
      ))}
    </div>
  )
}
