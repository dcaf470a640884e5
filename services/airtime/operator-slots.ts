import type { Actor } from '../domain/accounts.ts'
import { addDays, vietNamDay, vietNamMoment } from '../domain/airtime/calendar.ts'
import type { OperatorSlot } from '../http/schemas-airtime.ts'
import { type SlotView, viewSlots } from '../store/airtime/views.ts'
import type { Sql } from '../store/db.ts'
import { faultsOfSlots } from './faults.ts'
import { type OwnStation, ownStations } from './stations.ts'
import { type AirtimeDeps, presentSlot } from './views.ts'

/**
 * Slots of the person's stations on a day (today when none is given), with what a person would read aloud. Sessions without
 * anything in them are left out: there is nothing to do.
 */
export async function operatorSlots(
  deps: AirtimeDeps,
  actor: Actor,
  date: string | undefined,
): Promise<OperatorSlot[]> {
  const day = date ?? vietNamDay(deps.now())
  const stations = await ownStations(deps.db, actor)
  const areaCodes = [...new Set(stations.map(s => s.areaCode))]
  const range = { from: vietNamMoment(day, '00:00'), to: vietNamMoment(addDays(day, 1), '00:00') }
  const views = await viewSlots(deps.db, { areaCodes, ...range }, deps.now())
  return presentOperatorSlots(
    deps,
    views.filter(v => v.items.length > 0),
    stations,
  )
}

/** Slots with stations, scripts and faults, as the operator's phone shows them. */
export async function presentOperatorSlots(
  deps: AirtimeDeps,
  views: SlotView[],
  stations: OwnStation[],
): Promise<OperatorSlot[]> {
  const scripts = await scriptsOf(deps.db, [...new Set(views.flatMap(v => v.items.map(i => i.renditionId)))])
  const faults = await faultsOfSlots(
    deps.db,
    views.map(v => v.id),
  )
  return views.map(view => ({
    ...presentSlot(deps, view),
    stations: stations.filter(s => s.areaCode === view.areaCode).map(({ id, name }) => ({ id, name })),
    script: scriptOf(view, scripts),
    faults: faults.get(view.id) ?? [],
  }))
}

async function scriptsOf(sql: Sql, renditionIds: string[]): Promise<Map<string, string>> {
  const { rows } = await sql.query<{ id: string; script: string | null }>(
    `select id, content->>'script' as script from renditions where id = any($1::text[])`,
    [renditionIds],
  )
  return new Map(rows.map(r => [r.id, r.script ?? '']))
}

/** Everything in the order of airing, as a person reads it: greeting, items, sign-off. */
function scriptOf(view: SlotView, scripts: Map<string, string>): string {
  const items = view.items
    .filter(i => !i.withdrawn)
    .map(i => `${i.plays > 1 ? `(Đọc ${i.plays} lần liền)\n` : ''}${scripts.get(i.renditionId) ?? ''}`.trim())
  return [view.sound.greeting, ...items, view.sound.signOff].filter(text => text !== '').join('\n\n')
}
