import { ActionIcon, Button, Group, Menu, Modal, Select, Stack, Textarea } from '@mantine/core'
import { IconArrowBarToUp, IconCalendarShare, IconDots, IconHandStop, IconRobot } from '@tabler/icons-react'
import { useState } from 'react'
import { may } from '../../../../../domain/accounts.ts'
import type { AirWeek, Slot } from '../../../../../http/schemas-airtime.ts'
import { type SlotChoice, useChoice } from '../../api/airtime.ts'
import { useMe } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatDateTime } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { ProblemBox, tellProblem, tellUndo } from '../../parts/problem.tsx'

interface ItemMenuProps {
  item: { dispatchId: string; title: string; pinned: boolean }
  /** Where it is now; absent for an item that waits. */
  slot?: Slot
  /** Held back at the moment. */
  held?: boolean
  week: AirWeek
  now: Date
}

/** The commune orders what the law leaves to it: hold back, move, put first, or leave it to the system again. */
export function ItemMenu({ item, slot, held = false, week, now }: ItemMenuProps) {
  const { t, language } = useWords()
  const me = useMe()
  const choice = useChoice()
  const [asking, setAsking] = useState<'hold' | 'move' | null>(null)
  if (!me.data || !may(me.data.role, 'airtime.write')) return null

  const choose = (body: Omit<SlotChoice, 'dispatchId' | 'reason'> & { reason?: string }) =>
    choice.mutate(
      { reason: '', ...body, dispatchId: item.dispatchId, areaCode: week.areaCode },
      {
        onSuccess: () => {
          setAsking(null)
          const back = () =>
            choice.mutate({ dispatchId: item.dispatchId, areaCode: week.areaCode, kind: 'auto', reason: '' })
          tellUndo(t.airtime.choiceDone, t, back)
        },
        onError: error => asking === null && tellProblem(error, t, language),
      },
    )

  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="subtle" color="slate" size={44} aria-label={t.airtime.menu(item.title)}>
            <IconDots size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {slot && (
            <Menu.Item
              leftSection={<IconArrowBarToUp size={18} />}
              onClick={() => choose({ kind: 'first', slotId: slot.id })}
            >
              {t.airtime.first}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconCalendarShare size={18} />} onClick={() => setAsking('move')}>
            {t.airtime.move}
          </Menu.Item>
          {!held && (
            <Menu.Item leftSection={<IconHandStop size={18} />} onClick={() => setAsking('hold')}>
              {t.airtime.hold}
            </Menu.Item>
          )}
          {(item.pinned || held) && (
            <Menu.Item leftSection={<IconRobot size={18} />} onClick={() => choose({ kind: 'auto' })}>
              {t.airtime.auto}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {asking === 'hold' && (
        <Ask
          title={t.airtime.holdTitle}
          text={item.title}
          reason={{ label: t.airtime.reason, hint: t.airtime.reasonHint }}
          confirm={t.airtime.hold}
          busy={choice.isPending}
          error={choice.error}
          onClose={() => setAsking(null)}
          onConfirm={reason => choose({ kind: 'hold', reason })}
        />
      )}
      {asking === 'move' && (
        <Move
          slots={otherSlots(week, slot, now)}
          busy={choice.isPending}
          error={choice.error}
          onClose={() => setAsking(null)}
          onMove={(slotId, reason) => choose({ kind: 'slot', slotId, reason })}
        />
      )}
    </>
  )
}

function otherSlots(week: AirWeek, from: Slot | undefined, now: Date): Slot[] {
  return week.days
    .flatMap(day => day.slots)
    .filter(s => s.state === 'planned' && !s.relay && s.id !== from?.id && new Date(s.startsAt) > now)
}

interface MoveProps {
  slots: Slot[]
  busy: boolean
  error: unknown
  onClose: () => void
  onMove: (slotId: string, reason: string) => void
}

function Move({ slots, busy, error, onClose, onMove }: MoveProps) {
  const { t } = useWords()
  const [slotId, setSlotId] = useState<string | null>(slots[0]?.id ?? null)
  const [reason, setReason] = useState('')
  return (
    <Modal opened onClose={onClose} title={t.airtime.moveTitle} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        {slots.length === 0 ? (
          t.airtime.moveNone
        ) : (
          <>
            <Select
              label={t.airtime.moveTo}
              data={slots.map(s => ({ value: s.id, label: formatDateTime(s.startsAt) }))}
              value={slotId}
              onChange={setSlotId}
              allowDeselect={false}
            />
            <Textarea
              label={t.airtime.reason}
              description={t.airtime.reasonHint}
              autosize
              minRows={2}
              maxLength={300}
              value={reason}
              onChange={event => setReason(event.currentTarget.value)}
            />
          </>
        )}
        {error !== null && <ProblemBox error={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button loading={busy} disabled={slotId === null} onClick={() => slotId && onMove(slotId, reason.trim())}>
            {t.airtime.move}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
