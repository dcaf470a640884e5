import { Button, Code, Group, Stack, Text } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import type { BoardDetail } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatDateTime, formatNear } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import css from './boards.module.css'
import { boardAddress } from './EmptyBoards.tsx'
import { QrCode } from './QrCode.tsx'
import { UnpairDialog } from './UnpairDialog.tsx'

/** Which screen is paired with the board and which were; where to open it; pairing again and unpairing. */
export function PairingPanel({ board, now, mayManage }: { board: BoardDetail; now: Date; mayManage: boolean }) {
  const w = useOwn(boardsWords)
  const [unpairing, setUnpairing] = useState(false)
  const present = board.sessions.find(session => session.revokedAt === null && new Date(session.expiresAt) > now)
  const past = board.sessions.filter(session => session.revokedAt !== null)
  const why = (code: string | null) => (w.revokedWhy as Record<string, string>)[code ?? ''] ?? code ?? ''
  const address = boardAddress()
  return (
    <Panel title={w.pairing}>
      <div className={css.pairing}>
        <Stack gap="sm">
          <Text fw={600}>
            {present
              ? `${w.sessionNow(formatNear(present.refreshedAt, now))} (${w.sessionKind[present.kind]})`
              : w.sessionNone}
          </Text>
          {mayManage && (
            <Group gap="sm">
              <Button component={Link} to={`/boards/pair?board=${board.id}`} variant="default">
                {present ? w.pairAgain : w.pair}
              </Button>
              {present && (
                <Button
                  variant="subtle"
                  color="alarm"
                  leftSection={<IconPlugConnectedX size={18} />}
                  onClick={() => setUnpairing(true)}
                >
                  {w.unpair}
                </Button>
              )}
            </Group>
          )}
          {past.length > 0 && (
            <ul className={css.past}>
              {past.map(session => (
                <li key={session.createdAt}>
                  {w.sessionPast(
                    formatDateTime(session.createdAt),
                    formatDateTime(session.revokedAt),
                    why(session.revokedWhy),
                  )}
                </li>
              ))}
            </ul>
          )}
        </Stack>
        <div className={css.address}>
          <QrCode text={address} label={w.qrLabel(address)} />
          <div>
            <Text size="sm" fw={600}>
              {w.boardAddress}
            </Text>
            <Code>{address}</Code>
            <Text size="sm" c="dimmed" mt={4}>
              {w.addressHint}
            </Text>
          </div>
        </div>
      </div>
      {unpairing && <UnpairDialog ids={[board.id]} onClose={() => setUnpairing(false)} />}
    </Panel>
  )
}
