import { Anchor, Badge, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconArrowLeft, IconPlugConnected } from '@tabler/icons-react'
import { Link, useParams } from 'react-router'
import { may } from '../../../../../domain/accounts.ts'
import type { BoardDetail } from '../../../../../http/schemas-boards.ts'
import { useBoard } from '../../api/boards.ts'
import { useMe } from '../../api/queries.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNear } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './boards.module.css'
import { DisplaysPanel } from './DisplaysPanel.tsx'
import { PairingPanel } from './PairingPanel.tsx'
import { PaperPanel } from './PaperPanel.tsx'
import { SettingsPanel } from './SettingsPanel.tsx'
import { StateMark } from './StateMark.tsx'
import { WatchPanel } from './WatchPanel.tsx'

/** One board: what it should show beside what it says it shows, the proof of display, alerts, settings, pairing. */
export function BoardPage() {
  const { id } = useParams()
  const w = useOwn(boardsWords)
  const board = useBoard(id)
  return (
    <DateWords>
      <Anchor component={Link} to="/boards" size="sm" className={css.back ?? ''}>
        <IconArrowLeft size={16} aria-hidden="true" /> {w.backToList}
      </Anchor>
      {board.isPending && <Skeleton height={400} radius={8} />}
      {board.isError && !board.data && <ProblemBox error={board.error} onRetry={() => void board.refetch()} />}
      {board.data && <Shown board={board.data} />}
    </DateWords>
  )
}

function Shown({ board }: { board: BoardDetail }) {
  const w = useOwn(boardsWords)
  const me = useMe()
  const now = useNow()
  const mayManage = me.data ? may(me.data.role, 'board.manage') && board.state !== 'retired' : false
  const mayRead = me.data ? may(me.data.role, 'announcement.read') : false
  const paper = board.kind === 'paper'
  return (
    <>
      <PageHead
        title={board.name}
        lead={[board.areaName, board.provinceName].filter(Boolean).join(', ')}
        actions={
          mayManage &&
          !paper && (
            <Button
              component={Link}
              to={`/boards/pair?board=${board.id}`}
              variant={board.pairedAt === null ? 'filled' : 'default'}
              leftSection={<IconPlugConnected size={18} />}
            >
              {board.pairedAt === null ? w.pair : w.pairAgain}
            </Button>
          )
        }
      />
      <Stack gap="md">
        <Group gap="sm" className={css.headline ?? ''}>
          <StateMark state={board.state} />
          {board.lastSeenAt && board.state !== 'online' && !paper && (
            <Text size="sm" c="dimmed">
              {w.lastSeen(formatNear(board.lastSeenAt, now))}
            </Text>
          )}
          {board.state !== 'paper' && (
            <Badge color="slate" variant="outline">
              {w.kind[board.kind]}
            </Badge>
          )}
          {board.group && (
            <Badge color="slate" variant="outline">
              {board.group}
            </Badge>
          )}
          {board.onlineOnly && (
            <Badge color="gold" title={w.onlineOnlyWhy}>
              {w.onlineOnly}
            </Badge>
          )}
        </Group>
        {paper ? (
          <PaperPanel boardId={board.id} mayRead={mayRead} />
        ) : (
          board.state !== 'retired' && <WatchPanel board={board} now={now} />
        )}
        {/* A board that was a screen before keeps what it reported then. */}
        {(!paper || board.alertHistory.length > 0) && <AlertsPanel board={board} now={now} />}
        {(!paper || board.displays.length > 0) && <DisplaysPanel displays={board.displays} />}
        {mayManage && <SettingsPanel key={board.id} board={board} />}
        {!paper && <PairingPanel board={board} now={now} mayManage={mayManage} />}
      </Stack>
    </>
  )
}

function AlertsPanel({ board, now }: { board: BoardDetail; now: Date }) {
  const w = useOwn(boardsWords)
  const at = (iso: string) => formatNear(iso, now)
  return (
    <Panel title={w.alerts}>
      {board.alertHistory.length === 0 && <Text c="dimmed">{w.noAlerts}</Text>}
      <ul className={css.plain}>
        {board.alertHistory.map(alert => (
          <li key={alert.id}>
            <Text fw={alert.endedAt === null ? 600 : 400}>
              {w.alertKinds[alert.kind]}
              {alert.endedAt === null && (
                <Badge color="alarm" ml={8}>
                  {w.alertOpen}
                </Badge>
              )}
            </Text>
            <Text size="sm" c="dimmed">
              {alert.endedAt === null
                ? w.alertSince(at(alert.beganAt))
                : w.alertRange(at(alert.beganAt), at(alert.endedAt))}
              {alert.toldAt && ` · ${w.alertTold(at(alert.toldAt))}`}
            </Text>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
