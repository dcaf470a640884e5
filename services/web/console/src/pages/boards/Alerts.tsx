import { Alert, Anchor, Button, Group, List } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useOpenAlerts } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNear, formatNumber } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'

const most = 3

/** What somebody should see to, the newest by name; nothing when all is well. */
export function AlertsBanner({
  count,
  only,
  onOnly,
}: {
  count: number
  only: boolean
  onOnly: (only: boolean) => void
}) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const now = useNow()
  const alerts = useOpenAlerts(count > 0)
  if (count === 0) return null
  const shown = (alerts.data ?? []).slice(0, most)
  return (
    <Alert
      color="alarm"
      variant="light"
      icon={<IconAlertTriangle />}
      title={w.alertsTitle(formatNumber(count, language))}
      role="status"
    >
      <List size="sm" spacing={4} listStyleType="none" withPadding={false}>
        {shown.map(alert => (
          <List.Item key={alert.id}>
            <Anchor component={Link} to={`/boards/${alert.boardId}`} inherit underline="always">
              {alert.boardName}
            </Anchor>{' '}
            ({alert.areaName}): {w.alertKinds[alert.kind]}, {w.alertSince(formatNear(alert.beganAt, now))}
          </List.Item>
        ))}
        {count > shown.length && shown.length > 0 && (
          <List.Item>{w.alertsMore(formatNumber(count - shown.length, language))}</List.Item>
        )}
      </List>
      <Group mt="sm">
        <Button
          size="xs"
          variant={only ? 'filled' : 'outline'}
          color="alarm"
          aria-pressed={only}
          onClick={() => onOnly(!only)}
        >
          {w.alertsShow}
        </Button>
      </Group>
    </Alert>
  )
}
