import type { ComboboxItem, ComboboxParsedItem, OptionsFilter } from '@mantine/core'
import type { Area } from '../../../../http/schemas.ts'
import { foldName } from '../../../../text/fold.ts'
import { groupAreas } from './areas.ts'
import { matches } from './fold.ts'

/** Options of a list that are drawn at once: the whole country has 3,300 communes. */
export const shownOptions = 60

/** Communes to choose one of: name and code, with the province where there are several. */
export function communeOptions(areas: Area[]): ComboboxItem[] {
  const groups = groupAreas(areas)
  return groups.flatMap(({ province, communes }) =>
    communes.map(({ code, name }) => ({
      value: code,
      label: groups.length > 1 ? `${name} (${code}), ${province.name}` : `${name} (${code})`,
    })),
  )
}

/** Provinces and communes to choose several of; each province goes before its communes. */
export function areaOptions(areas: Area[]): ComboboxItem[] {
  return groupAreas(areas).flatMap(({ province, communes }) =>
    [province, ...communes].map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
  )
}

/**
 * Finds options without diacritics, "dong ha" as well as a code. Those that hold the very words come first: "con co" is Cồn
 * Cỏ before Định Công, in which the letters stand too.
 */
export const foldedFilter: OptionsFilter = ({ options, search, limit }) => {
  const found = (options as ComboboxParsedItem[]).filter(
    option => 'label' in option && matches(String(option.label), search),
  )
  const words = ` ${foldName(search)} `
  const exact = (option: ComboboxParsedItem) =>
    'label' in option && ` ${foldName(String(option.label))} `.includes(words) ? 0 : 1
  return found.sort((a, b) => exact(a) - exact(b)).slice(0, limit)
}
