import type { Area } from '../../../../http/schemas.ts'
import { matches } from './fold.ts'

/** One province with its communes, in the order of the screen. */
export interface Province {
  province: Area
  communes: Area[]
}

/**
 * Groups communes under their provinces; both sorted by name in Vietnamese order. A commune whose province is not in
 * the list is left out: it could not be chosen as part of anything.
 */
export function groupAreas(areas: Area[]): Province[] {
  const byName = (a: Area, b: Area) => a.name.localeCompare(b.name, 'vi')
  return areas
    .filter(area => area.kind === 'province')
    .sort(byName)
    .map(province => ({
      province,
      communes: areas.filter(area => area.kind === 'commune' && area.parentCode === province.code).sort(byName),
    }))
}

/** How much of a province is chosen. */
export function provinceState(selected: readonly string[], { province, communes }: Province): 'all' | 'some' | 'none' {
  if (selected.includes(province.code)) return 'all'
  const chosen = communes.filter(commune => selected.includes(commune.code)).length
  if (chosen === 0) return 'none'
  return chosen === communes.length ? 'all' : 'some'
}

/** True when the commune is chosen by itself or through its province. */
export function communeChosen(selected: readonly string[], commune: Area): boolean {
  return selected.includes(commune.code) || (commune.parentCode !== null && selected.includes(commune.parentCode))
}

/**
 * Ticks or unticks a commune. Taking one commune out of a wholly chosen province leaves all its others, one by one.
 * Ticking the last missing commune keeps the list of communes: "all communes of today" and "the province" differ once
 * boundaries change, and only the officer may say which is meant.
 */
export function toggleCommune(selected: readonly string[], commune: Area, group: Province): string[] {
  if (selected.includes(group.province.code)) {
    const others = group.communes.filter(other => other.code !== commune.code).map(other => other.code)
    return [...without(selected, [group.province.code]), ...others]
  }
  return selected.includes(commune.code) ? without(selected, [commune.code]) : [...selected, commune.code]
}

/** Ticks the whole province (its communes need no longer be named), or unticks all of it. */
export function toggleProvince(selected: readonly string[], group: Province): string[] {
  const own = [group.province.code, ...group.communes.map(commune => commune.code)]
  const rest = without(selected, own)
  return provinceState(selected, group) === 'all' ? rest : [...rest, group.province.code]
}

function without(list: readonly string[], drop: readonly string[]): string[] {
  const gone = new Set(drop)
  return list.filter(item => !gone.has(item))
}

/** Provinces and communes whose name or code fits the search; a fitting province keeps all its communes. */
export function searchAreas(groups: Province[], query: string): Province[] {
  if (query.trim() === '') return groups
  return groups
    .map(group => {
      if (matches(group.province.name, query)) return group
      return { ...group, communes: group.communes.filter(c => matches(c.name, query) || c.code === query.trim()) }
    })
    .filter(group => group.communes.length > 0 || matches(group.province.name, query))
}

/** A unit's name inside a sentence: "tỉnh Quảng Trị", "phường Đông Hà". The proper name keeps its capitals. */
export function nameInSentence(name: string): string {
  return name.replace(/^(Tỉnh|Thành phố|Xã|Phường|Đặc khu)(?= )/u, kind => kind.toLowerCase())
}

/**
 * The choice in words: whole provinces and up to `most` communes by name, then how many more. A code that is not in
 * the list (merged away since) is shown as it is rather than hidden.
 */
export function describeAreas(selected: readonly string[], areas: Area[], most = 8): string {
  const names = selected.map(code => areas.find(area => area.code === code)?.name ?? code)
  const shown = names.slice(0, most).join(', ')
  return names.length > most ? `${shown} (+${names.length - most})` : shown
}
