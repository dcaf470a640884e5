import type { Programme } from '../domain/programme.ts'
import type { ManifestEmergency, ManifestSlot, StationManifest } from '../domain/station.ts'
import { programmesOf } from '../store/airtime/programmes.ts'
import type { Sql } from '../store/db.ts'
import { audioOf } from './operator.ts'
import { heardUntil, itemsOfStations, type StationItem } from './shelf.ts'
import { partsByFile, slotOf, slotsOf, titlesOf, type WithBodyFile } from './station-slots.ts'

/** A manifest as it is kept: what is news when it changes. */
export interface ManifestBody extends Omit<StationManifest, 'seq' | 'issuedAt' | 'slots' | 'emergencies'> {
  slots: WithBodyFile<ManifestSlot>[]
  emergencies: WithBodyFile<ManifestEmergency>[]
}

/** A device plays by a manifest for at least so long; the end moves on once a day, so that nothing else does. */
const validDays = 7

/** A poke that got lost costs at most one of these. */
const pollSeconds = 60

/** For renditions made before loudness was kept: every file is made to this level, or refused. */
const usualLufs = -16

interface StationOfManifest {
  id: string
  name: string
  areaCode: string
}

/**
 * Manifests of many stations in six queries, however many they are, so that a poke to a province costs the same as one to
 * a commune. Stations that are no longer in use have none.
 */
export async function readManifestBodies(
  sql: Sql,
  stationIds: string[],
  now: Date,
  demo: boolean,
): Promise<Map<string, ManifestBody>> {
  const { rows: stations } = await sql.query<StationOfManifest>(
    `select id, name, area_code as "areaCode" from stations where id = any($1::bigint[]) and retired_at is null`,
    [stationIds],
  )
  const ids = stations.map(s => s.id)
  const areas = [...new Set(stations.map(s => s.areaCode))]
  const slots = await slotsOf(sql, areas, now)
  const parts = partsByFile(slots)
  const titles = await titlesOf(sql, [...new Set([...parts.values()].flat().map(p => p.dispatchId))])
  // Put together once for all stations of a commune.
  const byArea = new Map<string, AreaSlots>(areas.map(code => [code, { slots: [], gone: new Set() }]))
  for (const slot of slots) {
    const area = byArea.get(slot.areaCode)
    const own = parts.get(slot.sha256) ?? []
    area?.slots.push(slotOf(slot, own, titles))
    for (const { dispatchId } of own) if (titles.get(dispatchId)?.withdrawn) area?.gone.add(dispatchId)
  }
  const items = await itemsOfStations(sql, ids, now)
  const programmes = new Map((await programmesOf(sql, areas)).map(p => [p.areaCode, p.programme]))
  const withdrawn = await withdrawnOf(sql, ids, now)
  return new Map(
    stations.map(station => {
      const own = byArea.get(station.areaCode)
      const gone = new Set([...(withdrawn.get(station.id) ?? []), ...(own?.gone ?? [])])
      const programme = programmes.get(station.areaCode)
      return [
        station.id,
        {
          v: 1,
          stationId: station.id,
          stationName: station.name,
          expiresAt: endOfValidity(now).toISOString(),
          slots: own?.slots ?? [],
          emergencies: (items.get(station.id) ?? [])
            .flatMap(item => (programme ? (emergencyOf(item, programme, now) ?? []) : []))
            .sort((a, b) => a.issuedAt.localeCompare(b.issuedAt) || Number(a.dispatchId) - Number(b.dispatchId)),
          withdrawn: [...gone].sort((a, b) => Number(a) - Number(b)),
          pollSeconds,
          demo,
        },
      ]
    }),
  )
}

interface AreaSlots {
  slots: WithBodyFile<ManifestSlot>[]
  /** Dispatches in their files that were taken back. */
  gone: Set<string>
}

/** Midnight in UTC after the days of validity: 07:00 in Viet Nam, when nobody waits for anything. */
function endOfValidity(now: Date): Date {
  const dayMs = 86_400_000
  return new Date((Math.floor(now.getTime() / dayMs) + validDays + 1) * dayMs)
}

/**
 * Dispatches that were on the station's shelf and were taken back while a manifest that names them may still be believed.
 * What merely ran out is not among them: it may be heard to its end. Index: shelf_items_place.
 */
async function withdrawnOf(sql: Sql, stationIds: string[], now: Date): Promise<Map<string, string[]>> {
  const { rows } = await sql.query<{ stationId: string; ids: string[] }>(
    `select s.place_id as "stationId", array_agg(d.id::text) as ids
     from shelf_items s join dispatches d on d.id = s.dispatch_id join announcements a on a.id = d.announcement_id
     where s.kind = 'stations' and s.place_id = any($1::bigint[])
       and (d.cancelled_at > $2 or s.withdrawn_at > $2 and d.expired_at is null
         or a.state in ('cancelled', 'superseded') and a.updated_at > $2)
     group by 1`,
    [stationIds, new Date(now.getTime() - (validDays + 2) * 86_400_000)],
  )
  return new Map(rows.map(r => [r.stationId, r.ids]))
}

function emergencyOf(item: StationItem, programme: Programme, now: Date): WithBodyFile<ManifestEmergency> | undefined {
  const file = audioOf(item.files)
  const expiresAt = heardUntil(item)
  if (item.priority !== 'emergency' || !file || expiresAt <= now) return undefined
  const { times, gapSeconds, everyMinutes, afterwards } = programme.emergency
  return {
    dispatchId: item.dispatchId,
    title: item.title,
    issuedAt: item.putAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    times,
    gapSeconds,
    everySeconds: everyMinutes === null ? null : everyMinutes * 60,
    afterwards,
    file: {
      name: item.fileName,
      bytes: file.sizeBytes,
      sha256: file.sha256,
      durationMs: Math.max(1, Math.round(item.durationSeconds * 1000)),
      lufs: item.lufs ?? usualLufs,
    },
  }
}
