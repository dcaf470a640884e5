import { z } from 'zod'
import { effectiveProgrammes } from '../airtime/effective.ts'
import type { Programme } from '../domain/programme.ts'
import type { ManifestEmergency, ManifestFile, ManifestSlot, StationManifest } from '../domain/station.ts'
import type { Sql } from '../store/db.ts'
import { audioOf } from './operator.ts'
import { itemsOfStations, type StationItem } from './shelf.ts'

/** A file without its address, which is signed for a time and so no part of what makes a manifest new. */
export type BodyFile = Omit<ManifestFile, 'url'> & { name: string }
type WithBodyFile<T> = Omit<T, 'file'> & { file: BodyFile }

/** A manifest as it is kept: what is news when it changes. */
export interface ManifestBody extends Omit<StationManifest, 'seq' | 'issuedAt' | 'slots' | 'emergencies'> {
  slots: WithBodyFile<ManifestSlot>[]
  emergencies: WithBodyFile<ManifestEmergency>[]
}

/** What is to come is named so early that a device may be without a network for two days. */
const horizonHours = 48

/** A device plays by a manifest for at least so long; the end moves on once a day, so that nothing else does. */
const validDays = 7

/** A poke that got lost costs at most one of these. */
const pollSeconds = 60

/** An emergency without an end of its own is over after this long: a forgotten one must not play for a month. */
export const emergencyHoursWithoutEnd = 12

/** A late start may use up what the session has left, and always this much. */
const startGraceMs = 120_000

/** For renditions made before loudness was kept: every file is made to this level, or refused. */
const usualLufs = -16

interface StationOfManifest {
  id: string
  name: string
  areaCode: string
}

interface SlotRow {
  id: string
  areaCode: string
  startsAt: Date
  maxSeconds: number
  sha256: string
  durationMs: number
  bytes: number
  lufs: number
  parts: unknown
}

/** As the renderer of slots keeps them; `id` is accepted for the dispatch too, as the studio names its parts. */
const storedPartsSchema = z
  .array(
    z
      .object({
        dispatchId: z.coerce.string().optional(),
        id: z.coerce.string().optional(),
        play: z.number().int().positive(),
        startMs: z.number().int().nonnegative(),
        endMs: z.number().int().positive(),
      })
      .transform(({ id, dispatchId, ...rest }) => ({ ...rest, dispatchId: dispatchId ?? id ?? '' })),
  )
  // A part without a name would make players refuse the whole manifest.
  .transform(parts => parts.filter(p => /^\d{1,18}$/.test(p.dispatchId)))
type StoredPart = z.output<typeof storedPartsSchema>[number]

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
  const programmes = await effectiveProgrammes(sql, areas)
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

/** Parts by the hash of their file: communes with the same content share one. */
function partsByFile(slots: SlotRow[]): Map<string, StoredPart[]> {
  const parts = new Map<string, StoredPart[]>()
  for (const { sha256, parts: stored } of slots) {
    if (!parts.has(sha256)) parts.set(sha256, storedPartsSchema.safeParse(stored).data ?? [])
  }
  return parts
}

/** Midnight in UTC after the days of validity: 07:00 in Viet Nam, when nobody waits for anything. */
function endOfValidity(now: Date): Date {
  const dayMs = 86_400_000
  return new Date((Math.floor(now.getTime() / dayMs) + validDays + 1) * dayMs)
}

/**
 * Slots with a file, from what is on air or may still be begun late, up to the horizon. A relay slot without a file of its
 * own carries the province's slot of the same start. Index: slots_time.
 */
async function slotsOf(sql: Sql, areaCodes: string[], now: Date): Promise<SlotRow[]> {
  const { rows } = await sql.query<SlotRow>(
    `select s.id, s.area_code as "areaCode", s.starts_at as "startsAt", s.max_seconds as "maxSeconds",
       f.sha256, f.duration_ms as "durationMs", f.size_bytes::float8 as bytes, f.lufs, f.parts
     from slots s
       join areas a on a.code = s.area_code
       left join slots p on s.relay and p.area_code = a.parent_code and p.starts_at = s.starts_at and p.state <> 'void'
       join slot_files f on f.key = coalesce(s.file_key, p.file_key)
     where s.area_code = any($1::text[]) and s.state <> 'void'
       and s.starts_at > $2::timestamptz - interval '3 hours'
       and s.starts_at <= $2::timestamptz + $3 * interval '1 hour'
     order by s.starts_at, s.id`,
    [areaCodes, now, horizonHours],
  )
  return rows.filter(s => startUntil(s).getTime() + s.durationMs > now.getTime())
}

/** A session that a feed may offer. */
export interface SlotToAir {
  slotId: string
  startsAt: Date
  /** A late start is of use until then. */
  startUntil: Date
  sha256: string
  bytes: number
  durationMs: number
  parts: { dispatchId: string; title: string }[]
}

/**
 * Sessions of a commune that a player without parts may play: those of the next days whose file holds nothing that was taken
 * back. One that does is gone until it is rendered anew.
 */
export async function slotsToAir(sql: Sql, areaCode: string, now: Date): Promise<SlotToAir[]> {
  const slots = await slotsOf(sql, [areaCode], now)
  const parts = partsByFile(slots)
  const titles = await titlesOf(sql, [...new Set([...parts.values()].flat().map(p => p.dispatchId))])
  return slots
    .map(slot => ({
      slotId: slot.id,
      startsAt: slot.startsAt,
      startUntil: startUntil(slot),
      sha256: slot.sha256,
      bytes: slot.bytes,
      durationMs: slot.durationMs,
      parts: (parts.get(slot.sha256) ?? []).map(p => ({
        dispatchId: p.dispatchId,
        title: titles.get(p.dispatchId)?.title ?? '',
        withdrawn: titles.get(p.dispatchId)?.withdrawn ?? false,
      })),
    }))
    .filter(slot => !slot.parts.some(p => p.withdrawn))
}

function startUntil(slot: SlotRow): Date {
  const left = slot.maxSeconds * 1000 - slot.durationMs
  return new Date(slot.startsAt.getTime() + Math.max(startGraceMs, left))
}

interface TitleRow {
  title: string
  withdrawn: boolean
}

/** Title of each dispatch, and whether it was taken back. */
async function titlesOf(sql: Sql, dispatchIds: string[]): Promise<Map<string, TitleRow>> {
  const { rows } = await sql.query<TitleRow & { id: string }>(
    `select d.id, a.content->>'title' as title,
       d.cancelled_at is not null or a.state in ('cancelled', 'superseded') as withdrawn
     from dispatches d join announcements a on a.id = d.announcement_id where d.id = any($1::bigint[])`,
    [dispatchIds.filter(id => /^\d{1,18}$/.test(id))],
  )
  return new Map(rows.map(r => [r.id, r]))
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

function slotOf(slot: SlotRow, parts: StoredPart[], titles: Map<string, TitleRow>): WithBodyFile<ManifestSlot> {
  return {
    slotId: slot.id,
    startsAt: slot.startsAt.toISOString(),
    startUntil: startUntil(slot).toISOString(),
    file: {
      name: 'phat-thanh.mp3',
      bytes: slot.bytes,
      sha256: slot.sha256,
      durationMs: slot.durationMs,
      lufs: Math.round(slot.lufs * 100) / 100,
    },
    parts: parts.map(part => ({ ...part, title: titles.get(part.dispatchId)?.title ?? '' })),
  }
}

function emergencyOf(item: StationItem, programme: Programme, now: Date): WithBodyFile<ManifestEmergency> | undefined {
  const file = audioOf(item.files)
  const expiresAt = item.endGiven
    ? item.expiresAt
    : new Date(item.putAt.getTime() + emergencyHoursWithoutEnd * 3_600_000)
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
