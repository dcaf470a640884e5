import { addDays, vietNamDay } from '../domain/airtime/calendar.ts'
import type { ProgrammeException } from '../domain/airtime/frames.ts'
import type { PlanChoice, PlanItem } from '../domain/airtime/plan-input.ts'
import { airtimeSettings } from '../domain/airtime/timing.ts'
import {
  choicesOf,
  itemsOfCommunes,
  itemsOfProvinces,
  type KnownSlot,
  relayedStarts,
  slotsOf,
} from '../store/airtime/inputs.ts'
import { type AreaProgramme, exceptionsOf, programmesOf } from '../store/airtime/programmes.ts'
import type { Transaction } from '../store/db.ts'

/** Everything that planning some areas needs, read at once. */
export interface World {
  now: Date
  areas: AreaProgramme[]
  items: Map<string, PlanItem[]>
  slots: Map<string, KnownSlot[]>
  choices: Map<string, PlanChoice[]>
  exceptions: Map<string, ProgrammeException[]>
  /** Starts of sessions that communes relay, by province. */
  relayed: Map<string, Set<string>>
  /** Sessions and slots of the communes' provinces. */
  provinces: Map<string, { programme: AreaProgramme; slots: KnownSlot[] }>
}

/** Reads what planning these areas needs, in the same number of statements however many they are. */
export async function readWorld(sql: Transaction, codes: string[], now: Date): Promise<World> {
  const areas = await programmesOf(sql, codes)
  const provinceCodes = areas.filter(a => a.kind === 'province').map(a => a.areaCode)
  const communes = areas.filter(a => a.kind === 'commune')
  const above = [...new Set(communes.flatMap(a => a.provinceCode ?? []))]
  const today = vietNamDay(now)
  const exceptions = await exceptionsOf(sql, [...codes, ...above], today, addDays(today, airtimeSettings.planDays))
  const items = new Map([
    ...(await itemsOfCommunes(
      sql,
      communes.map(a => a.areaCode),
      now,
    )),
    ...(provinceCodes.length > 0 ? await itemsOfProvinces(sql, provinceCodes, now) : []),
  ])
  const upper = communes.some(hasRelay) ? await programmesOf(sql, above) : []
  const upperSlots = grouped(upper.length > 0 ? await slotsOf(sql, above, now) : [])
  return {
    now,
    areas,
    items,
    slots: grouped(await slotsOf(sql, codes, now)),
    choices: grouped(await choicesOf(sql, codes)),
    exceptions: grouped(exceptions),
    relayed: provinceCodes.length > 0 ? await relayedStarts(sql, provinceCodes) : new Map(),
    provinces: new Map(
      upper.map(programme => [programme.areaCode, { programme, slots: upperSlots.get(programme.areaCode) ?? [] }]),
    ),
  }
}

function grouped<T extends { areaCode: string }>(rows: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(row.areaCode)
    if (group) group.push(row)
    else groups.set(row.areaCode, [row])
  }
  return groups
}

/** True when some of an area's sessions carry the province's slots. */
export function hasRelay(area: AreaProgramme): boolean {
  return area.programme.sessions.some(s => s.source === 'relay')
}
