import { type ComboboxItem, Select, type SelectProps } from '@mantine/core'
import { useMemo } from 'react'
import { useAreas } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { pronunciationWords } from '../../i18n/pronunciation.ts'
import { groupAreas } from '../../lib/areas.ts'
import { matches } from '../../lib/fold.ts'

/** More than a person scrolls through; a search narrows it down. */
const shownAtMost = 100

interface AreaSelectProps extends Omit<SelectProps, 'data' | 'value' | 'onChange' | 'filter'> {
  value: string
  onChange: (value: string) => void
  /** Choices above the areas, by value. */
  first: ComboboxItem[]
}

/** One province or commune, found without diacritics. */
export function AreaSelect({ value, onChange, first, ...select }: AreaSelectProps) {
  const { language } = useWords()
  const areas = useAreas()
  const options = useMemo(() => {
    const groups = groupAreas(areas.data ?? [])
    return [
      ...first,
      ...groups.flatMap(({ province, communes }) => [
        { value: province.code, label: province.name },
        ...communes.map(({ code, name }) => ({
          value: code,
          // Names of communes come again in other provinces.
          label: groups.length > 1 ? `${name}, ${province.name}` : name,
        })),
      ]),
    ]
  }, [areas.data, first])
  return (
    <Select
      searchable
      allowDeselect={false}
      nothingFoundMessage={pronunciationWords[language].areaNone}
      limit={shownAtMost}
      filter={({ options: all, search }) => all.filter(o => 'label' in o && matches(o.label, search))}
      data={options}
      value={value}
      onChange={next => onChange(next ?? first[0]?.value ?? '')}
      {...select}
    />
  )
}
