import { Badge, Checkbox, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { Board } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNear } from '../../lib/format.ts'
import css from './boards.module.css'
import { Reported } from './Reported.tsx'
import { StateMark } from './StateMark.tsx'

interface BoardRowProps {
  board: Board
  now: Date
  /** Undefined for those who may only look. */
  chosen: boolean | undefined
  onChoose: (chosen: boolean) => void
}

/** One board of the list: where, in which state, what it says it shows. */
export function BoardRow({ board, now, chosen, onChoose }: BoardRowProps) {
  const w = useOwn(boardsWords)
  const silent = board.state === 'late' || board.state === 'offline'
  return (
    <li className={css.board} data-state={board.state}>
      {chosen !== undefined && (
        <Checkbox
          className={css.tick ?? ''}
          checked={chosen}
          aria-label={w.choose(board.name)}
          onChange={event => onChoose(event.currentTarget.checked)}
        />
      )}
      <div className={css.where}>
        <Link to={`/boards/${board.id}`} className={css.name ?? ''}>
          {board.name}
        </Link>
        <Text size="sm" c="dimmed">
          {[board.areaName, board.provinceName].filter(Boolean).join(', ')}
        </Text>
        <div className={css.tags}>
          {board.group && (
            <Badge color="slate" variant="outline">
              {board.group}
            </Badge>
          )}
          {board.kind === 'led' && <Badge color="ink">{w.kind.led}</Badge>}
          {board.onlineOnly && (
            <Badge color="gold" title={w.onlineOnlyWhy}>
              {w.onlineOnly}
            </Badge>
          )}
        </div>
      </div>
      <div className={css.stateCell}>
        <StateMark state={board.state} />
        {board.lastSeenAt && board.state !== 'online' && board.state !== 'paper' && (
          <Text size="sm" c="dimmed">
            {w.lastSeen(formatNear(board.lastSeenAt, now))}
          </Text>
        )}
        {silent && !board.withinHours && (
          <Text size="sm" c="dimmed">
            {w.resting}
          </Text>
        )}
        {board.pairedAt === null && board.kind !== 'paper' && board.state !== 'retired' && (
          <Text size="sm" c="dimmed">
            {w.unpaired}
          </Text>
        )}
      </div>
      <div className={css.report}>
        {board.alerts.map(alert => (
          <Text key={alert.kind} size="sm" className={css.concern ?? ''}>
            <IconAlertTriangle size={16} aria-hidden="true" />
            <span>
              {w.alertKinds[alert.kind]}, {w.alertSince(formatNear(alert.beganAt, now))}
            </span>
          </Text>
        ))}
        <Reported board={board} now={now} />
        {board.state === 'paper' && (
          <Text size="sm" c="dimmed">
            {w.paperNote}
          </Text>
        )}
      </div>
    </li>
  )
}
