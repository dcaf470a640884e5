import { Button, Group } from '@mantine/core'
import { IconArrowBackUp, IconBan, IconCopy, IconEdit } from '@tabler/icons-react'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import type { Announcement } from '../../../../../http/schemas.ts'
import { newKey } from '../../api/client.ts'
import { useAction, useCopy } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { Ask } from '../../parts/Ask.tsx'
import { tell, tellProblem } from '../../parts/problem.tsx'

/** What the reader may do with it now; the server says what that is. */
export function Actions({ announcement }: { announcement: Announcement }) {
  const { t, language } = useWords()
  const navigate = useNavigate()
  const action = useAction(announcement.id)
  const copy = useCopy()
  const [asking, setAsking] = useState<{ what: 'withdraw' | 'cancel'; key: string } | null>(null)
  const may = (name: string) => announcement.allowedActions.includes(name)
  const ask = (what: 'withdraw' | 'cancel') => {
    action.reset()
    setAsking({ what, key: newKey() })
  }
  const close = () => setAsking(null)

  return (
    <Group gap="sm" className="no-print">
      {may('edit') && (
        <Button component={Link} to={`/compose/${announcement.id}`} leftSection={<IconEdit size={18} />}>
          {t.announcement.edit}
        </Button>
      )}
      {may('withdraw') && (
        <Button variant="default" leftSection={<IconArrowBackUp size={18} />} onClick={() => ask('withdraw')}>
          {t.announcement.withdraw}
        </Button>
      )}
      {may('copy') && (
        <Button
          variant="default"
          leftSection={<IconCopy size={18} />}
          loading={copy.isPending}
          onClick={() =>
            copy.mutate(announcement.id, {
              onSuccess: made => {
                tell(t.announcement.copied)
                void navigate(`/compose/${made.id}`)
              },
              onError: error => tellProblem(error, t, language),
            })
          }
        >
          {t.announcement.copy}
        </Button>
      )}
      {may('cancel') && (
        <Button variant="outline" color="alarm" leftSection={<IconBan size={18} />} onClick={() => ask('cancel')}>
          {t.announcement.cancel}
        </Button>
      )}
      {asking?.what === 'withdraw' && (
        <Ask
          title={t.announcement.withdrawTitle}
          text={t.announcement.withdrawText}
          confirm={t.announcement.withdraw}
          busy={action.isPending}
          error={action.error}
          onClose={close}
          onConfirm={() =>
            action.mutate(
              { action: { name: 'withdraw', body: {} }, key: asking.key },
              {
                onSuccess: () => {
                  close()
                  tell(t.announcement.withdrawn)
                },
              },
            )
          }
        />
      )}
      {asking?.what === 'cancel' && (
        <Ask
          title={t.announcement.cancelTitle}
          text={t.announcement.cancelText}
          reason={{ label: t.announcement.cancelReason }}
          confirm={t.announcement.cancelDo}
          color="alarm"
          busy={action.isPending}
          error={action.error}
          onClose={close}
          onConfirm={reason =>
            action.mutate(
              { action: { name: 'cancel', body: { reason } }, key: asking.key },
              {
                onSuccess: () => {
                  close()
                  tell(t.announcement.cancelled)
                },
              },
            )
          }
        />
      )}
    </Group>
  )
}
