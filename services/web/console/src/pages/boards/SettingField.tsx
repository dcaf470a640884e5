import {
  Autocomplete,
  Group,
  Input,
  NumberInput,
  SegmentedControl,
  Select,
  Switch,
  Text,
  TextInput,
} from '@mantine/core'
import { boardKinds } from '../../../../../domain/board.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import type { BoardSettingValues } from '../../lib/boardSettings.ts'
import { ClockInput } from '../../parts/ClockInput.tsx'

interface SettingFieldProps {
  name: keyof BoardSettingValues
  values: BoardSettingValues
  change: (patch: Partial<BoardSettingValues>) => void
  /** Groups that there are, to choose from. */
  groups: string[]
}

/** The control of one setting. */
export function SettingField({ name, values, change, groups }: SettingFieldProps) {
  const w = useOwn(boardsWords)
  switch (name) {
    case 'hours':
      return (
        <Input.Wrapper label={w.hoursLabel} description={w.hoursHint} labelElement="div">
          <Group gap="sm" mt={6}>
            <ClockInput
              label={w.hoursFrom}
              value={values.hours.from}
              onChange={from => change({ hours: { ...values.hours, from } })}
            />
            <ClockInput
              label={w.hoursTo}
              value={values.hours.to}
              onChange={to => change({ hours: { ...values.hours, to } })}
            />
          </Group>
        </Input.Wrapper>
      )
    case 'outside':
      return (
        <Input.Wrapper label={w.outsideLabel} description={w.outsideHint} labelElement="div">
          <SegmentedControl
            mt={6}
            aria-label={w.outsideLabel}
            value={values.outside}
            onChange={outside => change({ outside: outside as BoardSettingValues['outside'] })}
            data={(['dim', 'dark', 'on'] as const).map(value => ({ value, label: w.outsideModes[value] }))}
          />
        </Input.Wrapper>
      )
    case 'drift':
      return (
        <Switch
          label={w.driftLabel}
          checked={values.drift}
          onChange={event => change({ drift: event.currentTarget.checked })}
        />
      )
    case 'reloadAt':
      return (
        <div>
          <ClockInput label={w.reloadLabel} value={values.reloadAt} onChange={reloadAt => change({ reloadAt })} />
          <Text size="xs" c="dimmed" mt={4}>
            {w.reloadHint}
          </Text>
        </div>
      )
    case 'contact':
      return (
        <TextInput
          label={w.contactLabel}
          placeholder={w.contactPlaceholder}
          maxLength={200}
          value={values.contact}
          onChange={event => change({ contact: event.currentTarget.value })}
        />
      )
    case 'group':
      return (
        <Autocomplete
          label={w.group}
          description={w.groupHint}
          maxLength={60}
          data={groups}
          value={values.group}
          onChange={group => change({ group })}
        />
      )
    case 'keeperEmail':
      return (
        <TextInput
          type="email"
          label={w.keeperLabel}
          description={w.keeperHint}
          maxLength={254}
          value={values.keeperEmail}
          onChange={event => change({ keeperEmail: event.currentTarget.value })}
        />
      )
    case 'kind':
      return (
        <Select
          label={w.kindLabel}
          allowDeselect={false}
          value={values.kind}
          onChange={kind => kind && change({ kind })}
          data={boardKinds.map(value => ({ value, label: w.kind[value] }))}
        />
      )
    case 'led':
      return (
        <Input.Wrapper label={w.ledLabel} labelElement="div">
          <Group gap="sm" mt={4}>
            <NumberInput
              label={w.ledWidth}
              min={32}
              max={4096}
              w={140}
              value={values.led?.width ?? 192}
              onChange={width => change({ led: { height: 32, ...values.led, width: Number(width) } })}
            />
            <NumberInput
              label={w.ledHeight}
              min={16}
              max={512}
              w={140}
              value={values.led?.height ?? 32}
              onChange={height => change({ led: { width: 192, ...values.led, height: Number(height) } })}
            />
          </Group>
        </Input.Wrapper>
      )
  }
}
