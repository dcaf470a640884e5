import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle, IconDots, IconPencil, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react'
import { useState } from 'react'
import type { StationDevice } from '../../../../../http/schemas-airtime.ts'
import { type NewDevice, useRenameDevice, useRevokeDevice, useRotateDevice } from '../../api/devices.ts'
import { useWords } from '../../i18n/context.tsx'
import { type Dictionary, roughWords } from '../../i18n/dictionary.ts'
import type { Language } from '../../i18n/language.ts'
import { formatBytes, formatNear } from '../../lib/format.ts'
import { Ask } from '../../parts/Ask.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import css from './devices.module.css'

interface DeviceCardProps {
  device: StationDevice
  mayWrite: boolean
  now: Date
  onFresh: (made: NewDevice) => void
}

/** One player: state in words, what it plays by its own report, what somebody should look at. */
export function DeviceCard({ device, mayWrite, now, onFresh }: DeviceCardProps) {
  const { t, language, say } = useWords()
  return (
    <li className={css.device} data-state={device.state}>
      <span className={css.dot} data-state={device.state} aria-hidden="true" />
      <div className={css.body}>
        <Text fw={600}>{device.name}</Text>
        <Text size="sm" c="dimmed">
          {device.stationName} · {device.areaName}
        </Text>
        <Text size="sm">
          <strong>{t.devices.state[device.state]}</strong>
          {device.lastSeenAt &&
            device.state !== 'online' &&
            ` · ${t.devices.lastSeen(formatNear(device.lastSeenAt, now))}`}
          {facts(device, t, language, now).map(fact => ` · ${fact}`)}
        </Text>
        {device.state !== 'revoked' &&
          device.attention.map(one => (
            <Text key={one.vi} size="sm" className={css.attention}>
              <IconAlertTriangle size={17} aria-hidden="true" />
              <span>{say(one)}</span>
            </Text>
          ))}
      </div>
      {mayWrite && device.state !== 'revoked' && <Actions device={device} onFresh={onFresh} />}
    </li>
  )
}

/** What the device said of itself, shortest words first. */
function facts({ reported, seq, state }: StationDevice, t: Dictionary, language: Language, now: Date): string[] {
  if (!reported || state === 'revoked') return []
  const words = t.devices
  const behind = seq - reported.seq
  return [
    reported.playing ? `${words.playing} ${words.playingSince(formatNear(reported.playing.since, now))}` : words.idle,
    `${words.schedule}: ${reported.seq === 0 ? words.noSchedule : behind > 0 ? words.behind(String(behind)) : words.upToDate}`,
    reported.filesMissing > 0 && words.missing(String(reported.filesMissing)),
    !reported.soundOk && words.noSound,
    Math.abs(reported.clockSkewMs) > 5_000 && words.skew(skewWords(t, reported.clockSkewMs)),
    reported.freeBytes !== undefined && words.free(formatBytes(reported.freeBytes, language)),
  ].filter(fact => typeof fact === 'string')
}

/** How far the clock is off: days from two on, else hours and minutes, else seconds. */
function skewWords(t: Dictionary, skewMs: number): string {
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (seconds >= 172_800) return t.devices.days(String(Math.round(seconds / 86_400)))
  return seconds < 60 ? t.devices.seconds(String(seconds)) : roughWords(t, seconds)
}

function Actions({ device, onFresh }: { device: StationDevice; onFresh: (made: NewDevice) => void }) {
  const { t } = useWords()
  const rotate = useRotateDevice()
  const revoke = useRevokeDevice()
  const [asking, setAsking] = useState<'rotate' | 'revoke' | 'rename' | null>(null)
  const close = () => setAsking(null)
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="slate" size={44} aria-label={t.devices.actions(device.name)}>
            <IconDots size={20} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={18} />} onClick={() => setAsking('rename')}>
            {t.devices.rename}
          </Menu.Item>
          <Menu.Item leftSection={<IconRefresh size={18} />} onClick={() => setAsking('rotate')}>
            {t.devices.rotate}
          </Menu.Item>
          <Menu.Item color="alarm" leftSection={<IconPlugConnectedX size={18} />} onClick={() => setAsking('revoke')}>
            {t.devices.revoke}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asking === 'rename' && <Rename device={device} onClose={close} />}
      {asking === 'rotate' && (
        <Ask
          title={t.devices.rotateTitle}
          text={t.devices.rotateText}
          confirm={t.devices.rotate}
          busy={rotate.isPending}
          error={rotate.error}
          onClose={close}
          onConfirm={() =>
            rotate.mutate(device.id, {
              onSuccess: made => {
                close()
                onFresh(made)
              },
            })
          }
        />
      )}
      {asking === 'revoke' && (
        <Ask
          title={t.devices.revokeTitle}
          text={t.devices.revokeText}
          confirm={t.devices.revoke}
          color="alarm"
          busy={revoke.isPending}
          error={revoke.error}
          onClose={close}
          onConfirm={() =>
            revoke.mutate(device.id, {
              onSuccess: () => {
                close()
                tell(t.devices.revoked)
              },
            })
          }
        />
      )}
    </>
  )
}

function Rename({ device, onClose }: { device: StationDevice; onClose: () => void }) {
  const { t } = useWords()
  const rename = useRenameDevice()
  const [name, setName] = useState(device.name)
  const save = () =>
    rename.mutate(
      { id: device.id, name: name.trim() },
      {
        onSuccess: () => {
          onClose()
          tell(t.devices.renamed)
        },
      },
    )
  return (
    <Modal opened onClose={onClose} title={t.devices.rename} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack>
        <TextInput
          label={t.devices.name}
          value={name}
          maxLength={100}
          data-autofocus
          onChange={event => setName(event.currentTarget.value)}
        />
        {rename.isError && <ProblemBox error={rename.error} />}
        <Group justify="flex-end">
          <Button loading={rename.isPending} disabled={name.trim() === ''} onClick={save}>
            {t.common.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
