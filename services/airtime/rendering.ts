import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { SlotSound, StudioPort } from '../../channels/contract.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import type { WithWorkDir } from '../dispatch/render.ts'
import { plannedSeconds } from '../domain/airtime/plan.ts'
import { airtimeSettings, overheadSeconds, type SlotFrameSound } from '../domain/airtime/timing.ts'
import { canonicalJson } from '../domain/approval.ts'
import { isAppError } from '../domain/errors.ts'
import { holdAreas, markStale } from '../store/airtime/plans.ts'
import { lockSlots, pokeStations } from '../store/airtime/slots.ts'
import { type Transaction, transaction, withAdvisoryLock } from '../store/db.ts'
import { putFile, readFileSlice } from '../store/files.ts'
import type { StoredFile } from '../store/renditions.ts'

/** What rendering needs beside the dispatch context. */
export interface RenderingDeps {
  studio: StudioPort
  withWorkDir: WithWorkDir
}

/** The sound of an item: the voice track without chime; older renditions have the broadcast file alone. */
const trackNames = ['voice.flac', 'speech.mp3']
const sliceBytes = 1024 * 1024
/** Slots looked at in one go; more come with the next. */
const slotsAtOnce = 2_000
/** A file may be so much longer than its slot: encoders round up to whole frames. */
const toleranceMs = 500

interface Wanted {
  id: string
  areaCode: string
  contentAt: Date
  maxSeconds: number
  sound: SlotFrameSound
  items: { dispatchId: string; plays: number; seconds: number; track: StoredFile }[]
}

interface Job {
  key: string
  slots: Wanted[]
}

/**
 * Renders what is due: slots of the next day whose content has been the same for a while, and those about to begin. One
 * file serves every slot with the same content. A file that another process is making is left to it; a process that dies
 * leaves nothing behind but its temporary folder, since a file is stored as a whole together with its row.
 * @returns how many slots got a file
 */
export async function renderDueSlots(ctx: DispatchContext, deps: RenderingDeps, signal: AbortSignal): Promise<number> {
  let served = 0
  for (const job of jobsOf(await wantedSlots(ctx), voiceOf(ctx))) {
    if (signal.aborted) return served
    if (await hasFile(ctx, job.key)) {
      served += await attach(ctx, job)
      continue
    }
    // The key names the lock, and the lock dies with its process.
    const made = await withAdvisoryLock(ctx.db, lockOf(job.key), () => make(ctx, deps, job, signal))
    if (made) served += await attach(ctx, job)
  }
  return served
}

/** Slots that lack the file of their present content, the next first. Index: slots_open. */
async function wantedSlots(ctx: DispatchContext): Promise<Wanted[]> {
  const now = ctx.now()
  const { rows } = await ctx.db.query<
    Omit<Wanted, 'items'> & { items: { d: string; r: string; p: number; s: number }[] }
  >(
    `select s.id, s.area_code as "areaCode", s.content_at as "contentAt", s.max_seconds as "maxSeconds", s.sound, (
         select json_agg(json_build_object('d', i.dispatch_id::text, 'r', i.rendition_id, 'p', i.plays, 's', i.seconds) order by i.position)
         from slot_items i where i.slot_id = s.id and i.withdrawn_at is null
       ) as items
     from slots s
     where s.state <> 'void' and s.starts_at > $1 and s.starts_at <= $2 and s.file_for is distinct from s.content_at
       and (s.content_at <= $3 or s.state = 'locked' or s.starts_at <= $4)
       and (s.render_after is null or s.render_after <= $1)
       and exists (select from slot_items i where i.slot_id = s.id and i.withdrawn_at is null)
     order by s.starts_at, s.id limit ${slotsAtOnce}`,
    [
      now,
      new Date(now.getTime() + airtimeSettings.renderAheadMs),
      new Date(now.getTime() - airtimeSettings.settledMs),
      new Date(now.getTime() + airtimeSettings.lockAheadMs),
    ],
  )
  const tracks = await tracksOf(ctx, [...new Set(rows.flatMap(r => r.items.map(i => i.r)))])
  return rows.map(row => ({
    ...row,
    items: row.items.flatMap(({ d, r, p, s }) => {
      const track = tracks.get(r)
      return track ? [{ dispatchId: d, plays: p, seconds: s, track }] : []
    }),
  }))
}

async function tracksOf(ctx: DispatchContext, renditionIds: string[]): Promise<Map<string, StoredFile>> {
  const { rows } = await ctx.db.query<{ id: string; files: StoredFile[] }>(
    'select id, files from renditions where id = any($1::text[])',
    [renditionIds],
  )
  return new Map(
    rows.flatMap(({ id, files }) => {
      const track = trackNames.map(name => files.find(f => f.name === name)).find(f => f !== undefined)
      return track ? [[id, track] as const] : []
    }),
  )
}

const voiceSchema = z.object({ voice: z.unknown().optional(), speed: z.unknown().optional() })

/** Greeting and sign-off are read by the channel's voice: another voice makes another file. */
function voiceOf(ctx: DispatchContext): unknown {
  return voiceSchema.safeParse(ctx.channels.get('loudspeaker')?.config).data ?? null
}

/** The ID3 fields are the same for all, so that communes can share a file. */
const tags = { title: 'Chương trình truyền thanh cơ sở', artist: 'Truyền thanh cơ sở' }

/** Slots by content. The key holds the dispatches too, because the parts of the file are named by them. */
function jobsOf(slots: Wanted[], voice: unknown): Job[] {
  const jobs = new Map<string, Job>()
  for (const slot of slots) {
    if (slot.items.length === 0) continue
    const content = {
      v: 1,
      ...tags,
      sound: slot.sound,
      gapSeconds: airtimeSettings.gapSeconds,
      voice: slot.sound.greeting || slot.sound.signOff ? voice : null,
      parts: slot.items.map(i => [i.dispatchId, i.track.sha256, i.plays]),
    }
    const key = createHash('sha256').update(canonicalJson(content)).digest('hex')
    const job = jobs.get(key) ?? { key, slots: [] }
    job.slots.push(slot)
    jobs.set(key, job)
  }
  return [...jobs.values()]
}

function lockOf(key: string): number {
  return Number.parseInt(key.slice(0, 12), 16)
}

async function hasFile(ctx: DispatchContext, key: string): Promise<boolean> {
  return (await ctx.db.query('select 1 from slot_files where key = $1', [key])).rowCount === 1
}

/** @returns false when it failed, which is noted on the slots */
async function make(ctx: DispatchContext, deps: RenderingDeps, job: Job, signal: AbortSignal): Promise<boolean> {
  if (await hasFile(ctx, job.key)) return true
  const [slot] = job.slots
  if (!slot) return false
  try {
    await deps.withWorkDir(async workDir => {
      const parts = []
      for (const [i, { dispatchId, plays, track }] of slot.items.entries()) {
        const trackPath = join(workDir, `track-${i}-${track.name}`)
        await fetchFile(ctx, track.sha256, trackPath)
        parts.push({ id: dispatchId, trackPath, plays })
      }
      const { powerOnLeadSeconds, chime, greeting, signOff } = slot.sound
      const { gapSeconds } = airtimeSettings
      const sound = await deps.studio.assemble(
        { ...tags, powerOnLeadSeconds, chime, greeting, signOff, parts, gapSeconds },
        { workDir, signal, log: ctx.log },
      )
      await keep(ctx, job.key, sound)
    })
    return true
  } catch (error) {
    // Stopping is no failure: the next process goes on.
    if (signal.aborted) return false
    await noteFailure(ctx, job, error)
    return false
  }
}

async function fetchFile(ctx: DispatchContext, sha256: string, path: string): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (let offset = 0; ; ) {
      const slice = await readFileSlice(ctx.db, sha256, offset, sliceBytes)
      if (!slice) throw new Error(`the file ${sha256} of a rendition is gone`)
      if (slice.length === 0) return
      await file.write(slice)
      offset += slice.length
      if (slice.length < sliceBytes) return
    }
  } finally {
    await file.close()
  }
}

async function keep(ctx: DispatchContext, key: string, sound: SlotSound): Promise<void> {
  const bytes = await readFile(sound.path)
  await transaction(ctx.db, async sql => {
    const sha256 = await putFile(sql, { mime: 'audio/mpeg', bytes })
    const parts = sound.parts.map(({ id, ...part }) => ({ dispatchId: id, ...part }))
    await sql.query(
      `insert into slot_files (key, sha256, duration_ms, lufs, dbtp, size_bytes, parts, rendered_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
      [key, sha256, sound.durationMs, sound.lufs, sound.dbtp, bytes.length, JSON.stringify(parts), ctx.now()],
    )
  })
}

/**
 * Gives the file to the slots whose content is still the one it was made for. Where it is longer than the slot, which the
 * estimate of planning should prevent, less is planned instead.
 */
async function attach(ctx: DispatchContext, { key, slots }: Job): Promise<number> {
  const given = JSON.stringify(
    slots.map(s => ({ id: s.id, at: s.contentAt, planned: plannedSeconds(s.items, overheadSeconds(s.sound)) })),
  )
  const areas = await transaction(ctx.db, async sql => {
    await lockSlots(
      sql,
      slots.map(s => s.id),
    )
    const { rows } = await sql.query<{ areaCode: string }>(
      `update slots s set file_key = f.key, file_for = s.content_at, problem = null, render_failures = 0, render_after = null
       from jsonb_to_recordset($1::jsonb) as g (id bigint, at timestamptz), slot_files f
       where s.id = g.id and s.content_at = g.at and f.key = $2 and s.state <> 'void'
         and f.duration_ms <= s.max_seconds * 1000 + $3
       returning s.area_code as "areaCode"`,
      [given, key, toleranceMs],
    )
    await pokeStations(sql, [...new Set(rows.map(r => r.areaCode))])
    return rows.map(r => r.areaCode)
  })
  const others = [...new Set(slots.map(s => s.areaCode))].filter(code => !areas.includes(code)).sort()
  if (others.length > 0) {
    await transaction(ctx.db, async sql => {
      await holdAreas(sql, others, true)
      await markStale(sql, await shorten(sql, key, given, ctx.now()))
    })
  }
  return areas.length
}

/**
 * Of slots for which the file is too long: a planned one is planned anew with less room; a locked one gives up what comes
 * last, which goes to the next slot.
 * @returns areas to be planned anew
 */
async function shorten(sql: Transaction, key: string, given: string, now: Date): Promise<string[]> {
  const { rows } = await sql.query<{ id: string; areaCode: string; state: string }>(
    `update slots s set over_seconds = greatest(over_seconds, ceil(f.duration_ms / 1000.0 - g.planned) + 1),
       problem = 'Tệp dài hơn thời lượng của phiên; nội dung ưu tiên thấp nhất được chuyển sang phiên sau.',
       render_after = case when s.state = 'planned' then $3::timestamptz + interval '1 minute' end,
       content_at = case when s.state = 'planned' then s.content_at else $3 end
     from jsonb_to_recordset($1::jsonb) as g (id bigint, at timestamptz, planned real), slot_files f
     where s.id = g.id and s.content_at = g.at and f.key = $2 and s.state <> 'void'
       and f.duration_ms > s.max_seconds * 1000 + $4
     returning s.id, s.area_code as "areaCode", s.state`,
    [given, key, now, toleranceMs],
  )
  await sql.query(
    `delete from slot_items i using (select slot_id, max(position) as position from slot_items
       where slot_id = any($1::bigint[]) and withdrawn_at is null group by slot_id) last
     where i.slot_id = last.slot_id and i.position = last.position`,
    [rows.filter(r => r.state === 'locked').map(r => r.id)],
  )
  return [...new Set(rows.map(r => r.areaCode))].sort()
}

async function noteFailure(ctx: DispatchContext, { slots }: Job, error: unknown): Promise<void> {
  const problem = isAppError(error)
    ? error.userMessage.vi
    : 'Chưa dựng được tệp của phiên; hệ thống đang thử lại. Nếu vẫn lỗi, Ông/Bà vui lòng báo quản trị viên.'
  ctx.log.warn({ err: error, slots: slots.length, slotId: slots[0]?.id }, 'a slot could not be rendered')
  await transaction(ctx.db, async sql => {
    await lockSlots(
      sql,
      slots.map(s => s.id),
    )
    await sql.query(
      `update slots set problem = $2, render_failures = render_failures + 1,
       render_after = $3::timestamptz + least($4 * 2 ^ least(render_failures, 10), $5) * interval '1 ms'
     where id = any($1::bigint[]) and state <> 'void'`,
      [slots.map(s => s.id), problem, ctx.now(), airtimeSettings.retryFirstMs, airtimeSettings.retryMostMs],
    )
  })
}
