import { airtimePass } from '../airtime/pass.ts'
import { planStaleAreas } from '../airtime/planning.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import { addDays, mondayOf, vietNamDay, vietNamMoment } from '../domain/airtime/calendar.ts'
import { programmeSchema } from '../domain/programme.ts'
import { type Db, openDb } from '../store/db.ts'
import { benchBacking } from './backing.ts'
import { type BenchReport, machine, round, timed } from './report.ts'

export interface AirtimeBenchOptions {
  communes: number
  /** Announcements on every station's shelf. */
  items: number
  databaseUrl?: string | undefined
  onStep: (step: string) => void
}

const silentLog = { info: () => undefined, warn: () => undefined, error: () => undefined }
const perProvince = 100

/**
 * Planning of the week for a country of communes: the first plan of all of them, a look when nothing is new, one more
 * announcement for everybody and one for a single commune, and the lock of a slot everywhere at once.
 */
export async function benchAirtime(options: AirtimeBenchOptions): Promise<BenchReport> {
  const backing = await benchBacking(options.databaseUrl)
  const db = openDb(backing.databaseUrl, 8)
  try {
    options.onStep(`${options.communes} communes with ${options.items} items each`)
    await fill(db, options)
    const monday = addDays(mondayOf(vietNamDay(new Date())), 7)
    let now = vietNamMoment(monday, '00:00')
    const ctx: DispatchContext = {
      db,
      now: () => now,
      log: silentLog,
      channels: new Map(),
      demo: false,
      quietHours: null,
    }
    const first = await timed(() => planStaleAreas(ctx))
    const { rows } = await db.query(
      'select count(*)::int as slots, (select count(*)::int from slot_items) as items from slots',
    )
    const nothing = await timed(() => planStaleAreas(ctx))
    options.onStep('one more announcement')
    await announce(db, options.items + 1)
    const more = await timed(() => planStaleAreas(ctx))
    await announce(db, options.items + 2, 1)
    const single = await timed(() => planStaleAreas(ctx))
    options.onStep('a slot is locked everywhere')
    await rendered(db)
    now = vietNamMoment(monday, '05:21')
    const lock = await timed(() => airtimePass(ctx))
    return {
      name: 'airtime',
      machine: machine(),
      params: { communes: options.communes, itemsPerCommune: options.items, days: 8 },
      ours: {
        firstPlanSeconds: round(first.seconds),
        planned: first.result.planned,
        slots: rows[0].slots,
        slotItems: rows[0].items,
        nothingNewSeconds: round(nothing.seconds),
        oneMoreForAllSeconds: round(more.seconds),
        oneMoreForAllPlanned: more.result.planned,
        oneCommuneSeconds: round(single.seconds),
        oneCommunePlanned: single.result.planned,
        lockSeconds: round(lock.seconds),
        locked: lock.result.locked ?? 0,
        logged: lock.result.logged ?? 0,
      },
    }
  } finally {
    await db.end()
    await backing.stop()
  }
}

/** As if every slot had its file: what is locked is told to the as-run log of every station. */
async function rendered(db: Db): Promise<void> {
  await db.query(`insert into files (sha256, mime, size_bytes, bytes) values (repeat('a', 64), 'audio/mpeg', 1, 'x')`)
  await db.query(
    `insert into slot_files (key, sha256, duration_ms, lufs, dbtp, size_bytes, parts)
     values ('k', repeat('a', 64), 600000, -16, -2, 1, '[]')`,
  )
  await db.query(`update slots set file_key = 'k', file_for = content_at`)
}

async function fill(db: Db, { communes, items }: AirtimeBenchOptions): Promise<void> {
  const provinces = Math.ceil(communes / perProvince)
  await db.query(
    `insert into areas (code, kind, name) select lpad((n + 9)::text, 2, '0'), 'province', 'Tỉnh ' || n
    from generate_series(1, $1::int) n`,
    [provinces],
  )
  await db.query(
    `insert into areas (code, kind, name, parent_code)
     select lpad((n + 10000)::text, 5, '0'), 'commune', 'Xã ' || n, lpad(((n - 1) / ${perProvince} + 10)::text, 2, '0')
     from generate_series(1, $1::int) n`,
    [communes],
  )
  await db.query(
    `insert into stations (area_code, name, feed_token) select code, 'Đài ' || name, md5(code) from areas where kind = 'commune'`,
  )
  const programme = programmeSchema.parse({
    sessions: [
      { start: '05:30', weekdays: [1, 2, 3, 4, 5, 6, 7], minutes: 15 },
      { start: '17:00', weekdays: [1, 2, 3, 4, 5, 6, 7], minutes: 30, source: 'relay' },
    ],
  })
  await db.query(
    `insert into programmes (area_code, body, updated_by) select code, $1, 'bench' from areas where kind = 'province'`,
    [JSON.stringify(programme)],
  )
  await db.query(
    `insert into renditions (id, channel, content) values ('r', 'loudspeaker', '{"durationSeconds": 90, "script": "x"}')`,
  )
  for (let n = 1; n <= items; n++) await announce(db, n)
  await db.query('analyze')
}

/**
 * One more announcement on the shelves of all stations, or of the first `communes`; every third is for whole provinces, which
 * relay it, the others name communes.
 */
async function announce(db: Db, n: number, communes?: number): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    `with written as (
       insert into announcements (state, content, search_text, author_id, author_name, approved_at)
       select 'completed', jsonb_build_object('title', 'Thông báo ' || $1, 'audience', jsonb_build_object('areas',
           (select jsonb_agg(code) from areas where kind = case when $2 then 'province' else 'commune' end))),
         '', 'bench', 'bench', now() returning id
     )
     insert into dispatches (announcement_id, revision, channel, method, priority, rendition_id, frozen_at, audience, settled_at)
     select id, 1, 'loudspeaker', 'commune-radio', case when $1::int % 4 = 0 then 'priority' else 'routine' end, 'r', now(), 1, now()
     from written returning id`,
    [n, communes === undefined && n % 3 === 0],
  )
  await db.query(
    `insert into shelf_items (kind, place_id, dispatch_id, rendition_id)
     select 'stations', id, $1, 'r' from stations order by id limit $2`,
    [rows[0]?.id, communes ?? null],
  )
}
