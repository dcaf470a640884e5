import { Select } from '@mantine/core'
import { useEffect } from 'react'
import { useSearchParams } from 'react-router'
import { useAirAreas } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { matches } from '../../lib/fold.ts'

const rememberedKey = 'loa.air-area'

/** The area in the address; without one, the area looked at last, or the only one there is. */
export function useChosenArea(): [area: string | null, choose: (code: string | null) => void] {
  const [params, setParams] = useSearchParams()
  const areas = useAirAreas()
  const area = params.get('area')
  const choose = (code: string | null) => {
    if (code === null) return
    try {
      localStorage.setItem(rememberedKey, code)
    } catch {
      // Without storage the choice lives in the address only.
    }
    setParams(
      old => {
        const next = new URLSearchParams(old)
        next.set('area', code)
        return next
      },
      { replace: true },
    )
  }
  useEffect(() => {
    if (area !== null || !areas.data || areas.data.length === 0) return
    const known = areas.data.find(one => one.areaCode === remembered())
    const first = known ?? areas.data.find(one => one.kind === 'commune' && one.stations > 0) ?? areas.data[0]
    if (first) choose(first.areaCode)
  })
  return [area, choose]
}

function remembered(): string | null {
  try {
    return localStorage.getItem(rememberedKey)
  } catch {
    return null
  }
}

/** Finds an area by any part of its name, with or without diacritics. */
export function AreaChoice({ area, onChoose }: { area: string | null; onChoose: (code: string | null) => void }) {
  const { t } = useWords()
  const areas = useAirAreas()
  return (
    <Select
      label={t.airtime.area}
      placeholder={t.airtime.areaPlaceholder}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t.places.none}
      value={area}
      onChange={onChoose}
      data={(areas.data ?? []).map(one => ({ value: one.areaCode, label: one.areaName }))}
      filter={({ options, search }) => options.filter(one => 'label' in one && matches(one.label, search))}
      maxDropdownHeight={320}
      w={{ base: '100%', xs: 320 }}
    />
  )
}
