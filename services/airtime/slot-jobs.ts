import { createHash } from 'node:crypto'
import { z } from 'zod'
import { speechFiles } from '../../channels/contract.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import { airtimeSettings, type SlotFrameSound } from '../domain/airtime/timing.ts'
import { canonicalJson } from '../domain/approval.ts'
import type { StoredFile } from '../store/renditions.ts'

/** The sound of an item: the voice track without chime; older renditions have the broadcast file alone. */
const trackNames = [speechFiles.track, speechFiles.broadcast]
/** Slots looked at in one go; more come with the next. */
const slotsAtOnce = 2_000

/** A slot that lacks its file, with the tracks of what is in it. */
export interface WantedSlot {
  id: string
  areaCode: string
  contentAt: Date
  maxSeconds: number
  sound: SlotFrameSound
  items: { dispatchId: string; plays: number; seconds: number; track: StoredFile }[]
}

/** A file that is to be made, and the slots that it is for. */
export interface RenderJob {
  key: string
  slots: WantedSlot[]
}

/** Slots that lack the file of their present content, the next first. Index: slots_open. */
export async function wantedSlots(ctx: DispatchContext): Promise<WantedSlot[]> {
  const now = ctx.now()
  const { rows } = await ctx.db.query<
    Omit<WantedSlot, 'items'> & { items: { d: string; r: string; p: number; s: number }[] }
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

const any = z.unknown().optional()
const voiceSchema = z.object({ voices: any, voice: any, piper: any, speed: any, profile: any, documents: any })

/** Greeting and sign-off are read as the channel is configured: another voice or other words make another file. */
function voiceOf(ctx: DispatchContext): unknown {
  return voiceSchema.safeParse(ctx.channels.get('loudspeaker')?.config).data ?? null
}

/** The ID3 fields are the same for all, so that communes can share a file. A demo says that it is one. */
export function tagsOf(ctx: DispatchContext): { title: string; artist: string } {
  const title = 'Chương trình truyền thanh cơ sở'
  return { title: ctx.demo ? `[DIỄN TẬP] ${title}` : title, artist: 'Truyền thanh cơ sở' }
}

/** Slots by content. The key holds the dispatches too, because the parts of the file are named by them. */
export function jobsOf(ctx: DispatchContext, slots: WantedSlot[]): RenderJob[] {
  const voice = voiceOf(ctx)
  const jobs = new Map<string, RenderJob>()
  for (const slot of slots) {
    if (slot.items.length === 0) continue
    const content = {
      v: 1,
      ...tagsOf(ctx),
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
