import { noDeliveries } from '../domain/delivery.ts'
import type { Db } from '../store/db.ts'
import { openDb } from '../store/db.ts'
import { dispatchHasEnded } from '../store/dispatches.ts'
import { findPerson, personHistory } from '../store/history.ts'
import { claimChunk, leaseStatement, markIntent } from '../store/ledger.ts'
import { countsByArea, countsOfDispatches } from '../store/progress.ts'
import { listTargets } from '../store/target-states.ts'
import { benchBacking } from './backing.ts'
import type { BenchReport } from './report.ts'
import { machine, round, timed } from './report.ts'

export interface LedgerBenchOptions {
  /** Outcomes that lie in the ledger while the questions are asked. */
  outcomes: number
  people: number
  onStep: (step: string) => void
}

const communes = 78
const months = 12
const questions = 200

/**
 * What the questions of a day cost beside a year of outcomes: one person's history, the unreached of a dispatch, its
 * progress, and the claim and mark of today's chunks. The year is written straight into the tables, in the shape that a
 * drain leaves: dispatches to the whole province and notices to single communes, one in fifty rejected, one in two hundred
 * unknown, every third accepted one confirmed later.
 */
export async function benchLedger(options: LedgerBenchOptions): Promise<BenchReport> {
  const backing = await benchBacking()
  const db = openDb(backing.databaseUrl, 4)
  try {
    options.onStep(`registry of ${options.people} people`)
    await fillRegistry(db, options.people)
    const written = await fillYear(db, options)
    options.onStep('vacuum and analyze')
    const vacuum = await timed(() => db.query('vacuum analyze outcomes, chunks, dispatches'))
    const { rows: sizes } = await db.query(
      `select sum(pg_total_relation_size(inhrelid))::float8 as bytes from pg_inherits
       join pg_class c on c.oid = inhrelid where inhparent = 'outcomes'::regclass and c.relkind = 'r'`,
    )
    options.onStep('today')
    const figures = await ask(db)
    return {
      name: 'ledger',
      machine: machine(),
      params: { outcomes: written, people: options.people, communes, months, questions },
      ours: { ...figures, vacuumSeconds: round(vacuum.seconds), outcomesGB: round(sizes[0].bytes / 1e9) },
      details: { claim: await claimPlan(db) },
    }
  } finally {
    await db.end()
    await backing.stop()
  }
}

async function fillRegistry(db: Db, people: number): Promise<void> {
  await db.query(`insert into areas (code, kind, name) values ('44', 'province', 'Bench')`)
  await db.query(
    `insert into areas (code, kind, name, parent_code)
     select '44' || lpad(n::text, 3, '0'), 'commune', 'Bench ' || n, '44' from generate_series(1, $1::int) n`,
    [communes],
  )
  // Numbers in no order of communes: the worst case for whatever relies on neighbourhood.
  await db.query(
    `insert into citizens (phone, area_code) select '+849' || lpad(n::text, 8, '0'), '44' || lpad((1 + n % $2)::text, 3, '0')
     from generate_series(1, $1::int) n`,
    [people, communes],
  )
}

/** @returns how many outcomes were written */
async function fillYear(db: Db, { outcomes, people, onStep }: LedgerBenchOptions): Promise<number> {
  await db.query(
    `insert into announcements (id, state, content, search_text, author_id, author_name)
     values ('00000000-0000-4000-8000-000000000001', 'completed', '{"title":"Đo sổ phát hành"}', '', 'bench', 'bench')`,
  )
  await db.query(`insert into renditions (id, channel, content) values ('bench', 'noop', '{}')`)
  // Half of them in dispatches to everybody, half in notices to one commune each.
  const perKind = Math.max(1, Math.round(outcomes / 2 / people))
  let number = 0
  let written = 0
  for (let back = months - 1; back >= 0; back -= 1) {
    onStep(`month ${months - back} of ${months}: ${written.toLocaleString('en')} outcomes so far`)
    const month = await makeMonth(db, back)
    const share = Math.floor((perKind + back) / months)
    for (let i = 0; i < share; i += 1) {
      number += 1
      written += await fillDispatch(db, month, number, null)
      for (let commune = 1; commune <= communes; commune += 1) {
        number += 1
        written += await fillDispatch(db, month, number, `44${String(commune).padStart(3, '0')}`)
      }
    }
  }
  return written
}

/** Makes the partition of a month that is over. @returns the first dispatch id of the month */
async function makeMonth(db: Db, monthsBack: number): Promise<string> {
  const { rows } = await db.query(
    `select to_char(m, 'YYYYMM') as month, to_char(m + interval '1 month', 'YYYYMM') as next
     from (select date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1) as m) x`,
    [monthsBack],
  )
  const { month, next } = rows[0]
  await db.query(
    `create table if not exists outcomes_${month} partition of outcomes for values from (${month}00000000) to (${next}00000000)`,
  )
  return `${month}00000000`
}

/** One finished dispatch, to a commune or to everybody. */
async function fillDispatch(db: Db, month: string, number: number, commune: string | null): Promise<number> {
  const id = (BigInt(month) + BigInt(number)).toString()
  await db.query(
    `insert into dispatches (id, announcement_id, revision, channel, method, priority, rendition_id, audience, frozen_at,
       settled_at)
     values ($1, '00000000-0000-4000-8000-000000000001', $2, 'noop', 'telecom-message', 'routine', 'bench', 0, now(), now())`,
    [id, number],
  )
  await db.query(
    `insert into chunks (dispatch_id, area_code, target_ids, size, up_to, done_to, accepted, rejected, unknown, closed_at)
     select $1, area_code, array_agg(id order by id), count(*), count(*), count(*),
       count(*) filter (where id % 50 <> 0 and id % 200 <> 1), count(*) filter (where id % 50 = 0),
       count(*) filter (where id % 200 = 1), now()
     from (
       select id, area_code, (row_number() over (partition by area_code order by id) - 1) / 1000 as piece
       from citizens where $2::text is null or area_code = $2
     ) p group by area_code, piece`,
    [id, commune],
  )
  const { rowCount } = await db.query(
    `insert into outcomes (dispatch_id, target_id, chunk_id, rank, state, code, ref)
     select $1, t.id, c.id, case when t.id % 50 = 0 then 3 when t.id % 200 = 1 then 1 else 2 end,
       case when t.id % 50 = 0 then 'rejected' when t.id % 200 = 1 then 'unknown' else 'accepted' end,
       case when t.id % 50 = 0 then '30003' when t.id % 200 = 1 then 'timeout' end, 'SM' || md5(t.id::text)
     from chunks c cross join lateral unnest(c.target_ids) as t (id) where c.dispatch_id = $1`,
    [id],
  )
  return rowCount ?? 0
}

/** Asks today's questions of a ledger that holds a year. Milliseconds, 95th percentile unless named otherwise. */
async function ask(db: Db): Promise<Record<string, number>> {
  const { rows: large } = await db.query(
    `select dispatch_id as id, count(*) as n from chunks group by 1 order by n desc, 1 desc limit 12`,
  )
  const dispatch = (n: number) => large[n % large.length].id as string
  const { rows: max } = await db.query('select max(id)::int as id from citizens')
  // The same people in every run, all over the register.
  const person = (n: number) => 1 + ((n * 7_919) % (max[0].id - 1))
  const figures: Record<string, number> = {}
  const measure = async (name: string, question: (n: number) => Promise<unknown>) => {
    await question(0)
    const took: number[] = []
    for (let n = 1; n <= questions; n += 1) took.push((await timed(() => question(n))).seconds * 1_000)
    took.sort((a, b) => a - b)
    figures[`${name}P50Ms`] = round(took[Math.floor(questions / 2)] ?? 0)
    figures[`${name}P95Ms`] = round(took[Math.floor(questions * 0.95)] ?? 0)
    figures[`${name}MaxMs`] = round(took.at(-1) ?? 0)
  }
  await measure('history', async n => {
    const found = await findPerson(db, { phone: `+849${String(person(n)).padStart(8, '0')}` })
    if (!found) throw new Error('nobody has this number')
    const rows = await personHistory(db, found, [])
    if (rows.length < 2) throw new Error(`a history of ${rows.length} dispatches only`)
  })
  let cursor: string | null = null
  await measure('unreachedPage', async n => {
    const page = await listTargets(db, dispatch(0), 'citizens', {
      address: 'phone',
      state: n % 2 === 0 ? 'rejected' : 'unknown',
      cursor: n % 2 === 0 ? (cursor ?? undefined) : undefined,
      limit: 50,
    })
    if (page.rows.length === 0) throw new Error('an empty page')
    cursor = page.nextCursor
  })
  await measure('progress', async n => {
    const id = dispatch(n)
    const counts = (await countsOfDispatches(db, [id])).get(id) ?? noDeliveries()
    if (counts.audience === 0) throw new Error('nobody was counted')
  })
  await measure('communes', n => countsByArea(db, dispatch(n)))
  await today(db)
  await measure('claimAndMark', async () => {
    const { rows } = await db.query('select min(id) as id from chunks where closed_at is null and lease_until is null')
    const chunk = await claimChunk(db, rows[0].id, 30_000, true)
    if (!chunk || (await markIntent(db, chunk, 500, 30_000)).length !== 500) throw new Error('nothing was marked')
    await dispatchHasEnded(db, chunk.dispatchId)
  })
  return figures
}

/** A dispatch to everybody that is about to be sent. */
async function today(db: Db): Promise<void> {
  await db.query(
    `with d as (
       insert into dispatches (announcement_id, revision, channel, method, priority, rendition_id, audience, frozen_at)
       values ('00000000-0000-4000-8000-000000000001', 0, 'noop', 'telecom-message', 'routine', 'bench', 0, now()) returning id
     )
     insert into chunks (dispatch_id, target_ids, size)
     select d.id, (select array_agg(p) from generate_series(1, 1000) p), 1000 from d, generate_series(1, $1::int)`,
    [questions * 5],
  )
}

/** How the database goes about the claim, in its own words. */
async function claimPlan(db: Db): Promise<string> {
  const { rows: open } = await db.query('select max(id) as id from chunks where closed_at is null')
  const { rows } = await db.query(`explain (analyze, buffers, costs off, timing off, summary off) ${leaseStatement}`, [
    open[0].id,
    30_000,
  ])
  return rows.map(r => r['QUERY PLAN']).join('\n')
}
