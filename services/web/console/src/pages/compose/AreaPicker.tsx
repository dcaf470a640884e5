import { ActionIcon, Button, Checkbox, CloseButton, Group, Input, ScrollArea, Text, TextInput } from '@mantine/core'
import { IconChevronDown, IconChevronRight, IconSearch } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Area } from '../../../../../http/schemas.ts'
import { useWords } from '../../i18n/context.tsx'
import {
  communeChosen,
  groupAreas,
  nameInSentence,
  type Province,
  provinceState,
  searchAreas,
  toggleCommune,
  toggleProvince,
} from '../../lib/areas.ts'
import { formatNumber } from '../../lib/format.ts'
import css from './Compose.module.css'

interface AreaPickerProps {
  areas: Area[]
  selected: string[]
  onChange: (next: string[]) => void
  error: string | undefined
}

/** Provinces and their communes with boxes to tick; a search that needs no diacritics. */
export function AreaPicker({ areas, selected, onChange, error }: AreaPickerProps) {
  const { t, language } = useWords()
  const [search, setSearch] = useState('')
  const groups = useMemo(() => groupAreas(areas), [areas])
  const shown = useMemo(() => searchAreas(groups, search), [groups, search])
  const whole = groups.filter(group => selected.includes(group.province.code))
  const communes = selected.filter(code => !groups.some(group => group.province.code === code)).length
  const summary = [
    ...whole.map(group => t.compose.areaWhole(nameInSentence(group.province.name))),
    ...(communes > 0 ? [t.compose.areaChosen(formatNumber(communes, language))] : []),
  ].join('; ')
  const full = (province: Province) => groups.find(g => g.province.code === province.province.code) ?? province

  return (
    <div>
      <Input.Label required>{t.compose.areas}</Input.Label>
      <TextInput
        aria-label={t.compose.areaSearch}
        placeholder={t.compose.areaSearch}
        leftSection={<IconSearch size={18} />}
        rightSection={search && <CloseButton aria-label={t.common.clear} onClick={() => setSearch('')} />}
        value={search}
        onChange={event => setSearch(event.currentTarget.value)}
        mb={8}
      />
      <ScrollArea.Autosize
        mah={300}
        type="auto"
        className={css.areas ?? ''}
        data-gap={error ? true : undefined}
        tabIndex={-1}
      >
        {shown.length === 0 && (
          <Text c="dimmed" p="md">
            {t.compose.areaNoMatch}
          </Text>
        )}
        {shown.map(group => (
          <ProvinceBranch
            key={group.province.code}
            group={group}
            all={full(group)}
            selected={selected}
            onChange={onChange}
            open={search.trim() !== '' || groups.length === 1}
          />
        ))}
      </ScrollArea.Autosize>
      {error && (
        <Input.Error mt={6} role="alert">
          {error}
        </Input.Error>
      )}
      <Group justify="space-between" mt={8} gap="xs">
        <Text size="sm" fw={500} aria-live="polite">
          {summary || t.compose.areaNone}
        </Text>
        {selected.length > 0 && (
          <Button size="compact-sm" variant="subtle" onClick={() => onChange([])}>
            {t.compose.areaClear}
          </Button>
        )}
      </Group>
    </div>
  )
}

interface BranchProps {
  group: Province
  /** The province with all its communes, whatever the search shows. */
  all: Province
  selected: string[]
  onChange: (next: string[]) => void
  open: boolean
}

function ProvinceBranch({ group, all, selected, onChange, open }: BranchProps) {
  const { t } = useWords()
  const [opened, setOpened] = useState<boolean | null>(null)
  const isOpen = opened ?? open
  const state = provinceState(selected, all)
  return (
    <div>
      <div className={css.province}>
        <Checkbox
          checked={state === 'all'}
          indeterminate={state === 'some'}
          onChange={() => onChange(toggleProvince(selected, all))}
          label={t.compose.areaWhole(nameInSentence(group.province.name))}
          classNames={{ label: css.provinceName ?? '' }}
        />
        <ActionIcon
          variant="subtle"
          color="slate"
          aria-expanded={isOpen}
          aria-label={`${isOpen ? t.common.hide : t.common.show}: ${group.province.name}`}
          onClick={() => setOpened(!isOpen)}
        >
          {isOpen ? <IconChevronDown size={18} /> : <IconChevronRight size={18} />}
        </ActionIcon>
      </div>
      {isOpen && (
        <div className={css.communes}>
          {group.communes.map(commune => (
            <Checkbox
              key={commune.code}
              size="sm"
              checked={communeChosen(selected, commune)}
              onChange={() => onChange(toggleCommune(selected, commune, all))}
              label={commune.name}
            />
          ))}
        </div>
      )}
    </div>
  )
}
