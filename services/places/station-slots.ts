import { z } from 'zod'
import type { ManifestFile, ManifestSlot } from '../domain/station.ts'
import type { Sql } from '../store/db.ts'

/** A file without its address, which is signed for a time and so no part of what makes a manifest new. */
export type BodyFile = Omit<ManifestFile, 'url'> & { name: string }
export type WithBodyFile<T> = Omit<T, 'file'> & { file: BodyFile }

/** What is to come is named so early that a device may be without a network for two days. */
const horizonHours = 48

/** A late start may use up what the session has left, and always this much. */
const startGraceMs = 120_000

/** A slot with its file, as it is stored. */
export interface SlotRow {
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

/** Parts by the hash of their file: communes with the same content share one. */
export function partsByFile(slots: SlotRow[]): Map<string, StoredPart[]> {
  const parts = new Map<string, StoredPart[]>()
  for (const { sha256, parts: stored } of slots) {
    if (!parts.has(sha256)) parts.set(sha256, storedPartsSchema.safeParse(stored).data ?? [])
  }
  return parts
}

/**
 * Slots with a file, from what is on air or may still be begun late, up to the horizon. A relay slot has a file of its own
 * like any other: the province's would air what the commune holds back. Index: slots_time.
 */
export async function slotsOf(sql: Sql, areaCodes: string[], now: Date): Promise<SlotRow[]> {
  const { rows } = await sql.query<SlotRow>(
    `select s.id, s.area_code as "areaCode", s.starts_at as "startsAt", s.max_seconds as "maxSeconds",
       f.sha256, f.duration_ms as "durationMs", f.size_bytes::float8 as bytes, f.lufs, f.parts
     from slots s join slot_files f on f.key = s.file_key
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

/** What a part's announcement is called, and whether it was taken back. */
export interface TitleRow {
  title: string
  withdrawn: boolean
}

/** Title of each dispatch, and whether it was taken back. */
export async function titlesOf(sql: Sql, dispatchIds: string[]): Promise<Map<string, TitleRow>> {
  const { rows } = await sql.query<TitleRow & { id: string }>(
    `select d.id, a.content->>'title' as title,
       d.cancelled_at is not null or a.state in ('cancelled', 'superseded') as withdrawn
     from dispatches d join announcements a on a.id = d.announcement_id where d.id = any($1::bigint[])`,
    [dispatchIds.filter(id => /^\d{1,18}$/.test(id))],
  )
  return new Map(rows.map(r => [r.id, r]))
}

/** A slot as the manifest names it. */
export function slotOf(slot: SlotRow, parts: StoredPart[], titles: Map<string, TitleRow>): WithBodyFile<ManifestSlot> {
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
