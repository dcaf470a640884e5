import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SlotSound, StudioPort } from '../../channels/contract.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import type { WithWorkDir } from '../dispatch/render.ts'
import { plannedSeconds } from '../domain/airtime/plan.ts'
import { airtimeSettings, overheadSeconds } from '../domain/airtime/timing.ts'
import { isAppError } from '../domain/errors.ts'
import { holdAreas, markStale } from '../store/airtime/plans.ts'
import { lockSlots } from '../store/airtime/slots.ts'
import { type Transaction, transaction, withAdvisoryLock } from '../store/db.ts'
import { putFile, readFileSlice } from '../store/files.ts'
import { pokeStationsOf } from '../store/shelf.ts'
import { jobsOf, type RenderJob, tagsOf, wantedSlots } from './slot-jobs.ts'

/** What rendering needs beside the dispatch context. */
export interface RenderingDeps {
  studio: StudioPort
  withWorkDir: WithWorkDir
}

const sliceBytes = 1024 * 1024
/** A file may be so much longer than its slot: encoders round up to whole frames. */
const toleranceMs = 500

/**
 * Renders what is due: slots of the next day whose content has been the same for a while, and those about to begin. One
 * file serves every slot with the same content. A file that another process is making is left to it; a process that dies
 * leaves nothing behind but its temporary folder, since a file is stored as a whole together with its row.
 * @returns how many slots got a file
 */
export async function renderDueSlots(ctx: DispatchContext, deps: RenderingDeps, signal: AbortSignal): Promise<number> {
  let served = 0
  for (const job of jobsOf(ctx, await wantedSlots(ctx))) {
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

function lockOf(key: string): number {
  return Number.parseInt(key.slice(0, 12), 16)
}

async function hasFile(ctx: DispatchContext, key: string): Promise<boolean> {
  return (await ctx.db.query('select 1 from slot_files where key = $1', [key])).rowCount === 1
}

/** @returns false when it failed, which is noted on the slots */
async function make(ctx: DispatchContext, deps: RenderingDeps, job: RenderJob, signal: AbortSignal): Promise<boolean> {
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
        { ...tagsOf(ctx), powerOnLeadSeconds, chime, greeting, signOff, parts, gapSeconds },
        { workDir, signal, log: ctx.log, ...(ctx.renderCache && { cache: ctx.renderCache }) },
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
async function attach(ctx: DispatchContext, { key, slots }: RenderJob): Promise<number> {
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
    await pokeStationsOf(sql, [...new Set(rows.map(r => r.areaCode))])
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

async function noteFailure(ctx: DispatchContext, { slots }: RenderJob, error: unknown): Promise<void> {
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
