import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { boardManifests } from '../../places/boards/manifest.ts'
import { createShelf } from '../../places/shelf.ts'
import { freePort } from '../../runtime/ports.ts'
import { residentBytes } from '../../runtime/process.ts'
import { openDb } from '../../store/db.ts'
import { benchBacking } from '../backing.ts'
import { type Part, startPart } from '../part.ts'
import { type BenchReport, machine, round, until } from '../report.ts'
import { type Approvals, measureApprovals } from './approval.ts'
import { startBare } from './bare.ts'
import { type Fleet, startFleet } from './fleet.ts'
import { boardContext, fillBoards, prepared, takenBack } from './world.ts'

export interface BoardsBenchOptions {
  boards: number
  /** Changes on each side, in alternating order; the median counts. */
  rounds: number
  /** A routine item, which boards fetch within a second of their own, instead of an emergency. */
  spread: boolean
  /** Ends the API with kill -9 and waits until all boards are back, which takes a minute. */
  kill: boolean
  /** Seconds of heartbeats. */
  beatSeconds: number
  onStep: (step: string) => void
}

const longestMs = 120_000
/** Connections of the round before are gone by then. */
const restMs = 2_000
const beatsAtOnce = 500

/**
 * Seconds from an emergency being put on the shelves of all connected boards until each of them holds the manifest with it,
 * beside a bare node server that has every manifest ready in memory. The API is a process of its own over a real database;
 * the boards of each side are one too. Every board checks that the version is the hash of the body.
 */
export async function benchBoards(options: BoardsBenchOptions): Promise<BenchReport> {
  const { boards: count, rounds, spread, onStep } = options
  const dir = await mkdtemp(join(tmpdir(), 'loa-boards-'))
  onStep(`database with ${count} boards`)
  const backing = await benchBacking()
  const db = openDb(backing.databaseUrl, 4)
  const ctx = boardContext(db)
  const secret = randomBytes(24).toString('hex')
  const port = await freePort()
  const env = {
    DATABASE_URL: backing.databaseUrl,
    REDIS_URL: backing.redisUrl,
    LOA_SECRET: secret,
    LOA_PORT: String(port),
    LOA_CHANNELS: 'board',
    LOA_LOG_LEVEL: 'warn',
  }
  const startApi = async () => {
    const part = startPart(['api'], env, join(dir, 'api.log'))
    await until(
      'the API is ready',
      () =>
        fetch(`http://127.0.0.1:${port}/healthz`).then(
          r => r.ok,
          () => false,
        ),
      longestMs,
    )
    return part
  }
  const ends: (() => Promise<void> | void)[] = []
  try {
    const { links, boards } = await fillBoards(db, secret, count)
    let api: Part = await startApi()
    ends.push(() => api.stop())
    const idleBytes = residentBytes(api.pid).now
    const bare = await startBare()
    ends.push(() => bare.stop())
    const fleets = { ours: await startFleet(onStep), beside: await startFleet(onStep) }
    ends.push(
      () => fleets.ours.stop(),
      () => fleets.beside.stop(),
    )

    onStep('boards connect')
    await fleets.ours.ask({ ask: 'connect', port, boards, spread })
    const manifests = await boardManifests(
      { db, links, demo: false },
      boards.map(b => b.id),
      new Date(),
    )
    const shared = manifests.get(boards[0]?.id ?? '')?.shared ?? ''
    await bare.tell({
      ask: 'boards',
      boards: boards.map(({ id, access }) => ({ access, own: manifests.get(id)?.own ?? '' })),
      shared,
    })
    await fleets.beside.ask({ ask: 'connect', port: bare.port, boards, spread })
    await delay(restMs)
    const rss = { ours: residentBytes(api.pid).now, beside: residentBytes(bare.pid).now }

    const seconds = { ours: [] as Held[], beside: [] as Held[] }
    const shelf = createShelf(db, () => new Date())
    let withItem = shared
    for (let n = 0; n < rounds; n++) {
      onStep(`round ${n + 1} of ${rounds}`)
      const item = await prepared(ctx, spread ? 'routine' : 'emergency', n)
      const ours = async () => {
        const ids = boards.map(b => b.id)
        seconds.ours.push(await held(fleets.ours, item.dispatchId, () => shelf.put('boards', ids, item)))
        const one = await boardManifests({ db, links, demo: false }, ids.slice(0, 1), new Date())
        withItem = one.get(ids[0] ?? '')?.shared ?? ''
        await gone(fleets.ours, item.dispatchId, () => takenBack(ctx, item))
      }
      const beside = async () => {
        // The same item under a name that the boards of this side have not seen.
        const name = `9${item.dispatchId}`
        await bare.tell({
          ask: 'prepare',
          shared: withItem.replaceAll(/"dispatchId":"\d+"/g, `"dispatchId":"${name}"`),
        })
        seconds.beside.push(await held(fleets.beside, name, async () => bare.change()))
        await bare.tell({ ask: 'prepare', shared })
        await gone(fleets.beside, name, async () => bare.change())
      }
      for (const side of n % 2 === 0 ? [ours, beside] : [beside, ours]) {
        await side()
        await delay(restMs)
      }
    }
    const after = { ours: residentBytes(api.pid), beside: residentBytes(bare.pid) }

    onStep('heartbeats')
    const beats = await heartbeats(
      ctx,
      fleets.ours,
      options,
      boards.map(b => b.id),
    )
    onStep('from the approval to the boards')
    const approvals: Approvals = await measureApprovals({
      db,
      env,
      dir,
      port,
      fleet: fleets.ours,
      boards: count,
      rounds,
    })
    const back = options.kill
      ? await comeBack(fleets.ours, onStep, async () => {
          await api.kill()
          api = await startApi()
        })
      : {}
    const median = (side: 'ours' | 'beside', of: (h: Held) => number) => middle(seconds[side].map(of))
    return {
      name: 'boards',
      machine: machine(),
      params: { boards: count, rounds, spread: spread ? 1 : 0, targetSeconds: 2, targetRssMB: 250 },
      ours: {
        firstSeconds: median('ours', h => h.first),
        halfSeconds: median('ours', h => h.half),
        allSeconds: median('ours', h => h.all),
        slowestRoundSeconds: round(Math.max(...seconds.ours.map(h => h.all))),
        idleRssMB: megabytes(idleBytes),
        connectedRssMB: megabytes(rss.ours),
        afterRssMB: megabytes(after.ours.now),
        peakRssMB: megabytes(after.ours.peak),
        ...beats,
        ...approvals,
        ...back,
      },
      beside: {
        firstSeconds: median('beside', h => h.first),
        halfSeconds: median('beside', h => h.half),
        allSeconds: median('beside', h => h.all),
        slowestRoundSeconds: round(Math.max(...seconds.beside.map(h => h.all))),
        connectedRssMB: megabytes(rss.beside),
        afterRssMB: megabytes(after.beside.now),
        peakRssMB: megabytes(after.beside.peak),
      },
      // Of each round, so that what else the machine does in it touches both sides alike; how fast, so beside over ours.
      ratio: middle(seconds.ours.map((h, i) => (seconds.beside[i]?.all ?? Number.NaN) / h.all)),
    }
  } finally {
    for (const end of ends.reverse()) await end()
    await db.end()
    await backing.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Seconds from a change until the first, the middle and the last board had it. */
interface Held {
  first: number
  half: number
  all: number
}

async function held(fleet: Fleet, dispatchId: string, change: () => Promise<void>): Promise<Held> {
  const waiting = fleet.ask({ ask: 'hold', text: `"dispatchId":"${dispatchId}"`, present: true })
  const from = performance.timeOrigin + performance.now()
  await change()
  const { times } = await waiting
  const at = (i: number) => ((times[i] ?? Number.NaN) - from) / 1_000
  return { first: at(0), half: at(Math.floor(times.length / 2)), all: at(times.length - 1) }
}

async function gone(fleet: Fleet, dispatchId: string, change: () => Promise<void>): Promise<void> {
  const waiting = fleet.ask({ ask: 'hold', text: `"dispatchId":"${dispatchId}"`, present: false })
  await change()
  await waiting
}

async function heartbeats(
  ctx: ReturnType<typeof boardContext>,
  fleet: Fleet,
  { beatSeconds, boards, onStep }: BoardsBenchOptions,
  ids: string[],
): Promise<Record<string, number>> {
  const item = await prepared(ctx, 'routine', 99)
  await held(fleet, item.dispatchId, () => createShelf(ctx.db, ctx.now).put('boards', ids, item))
  const { perSecond = 0 } = await fleet.ask({
    ask: 'beat',
    seconds: beatSeconds,
    atOnce: Math.min(beatsAtOnce, boards),
  })
  const { rows } = await ctx.db.query(
    `select count(*)::int as displays, (select count(*)::int from receipts_inbox where channel = 'board') as receipts
     from board_displays`,
  )
  onStep(`${rows[0].displays} displays and ${rows[0].receipts} receipts written`)
  // Every board that was heard of has one row and one receipt, however often it reported.
  if (rows[0].displays !== rows[0].receipts || rows[0].displays === 0) {
    throw new Error(`heartbeats left ${rows[0].displays} displays and ${rows[0].receipts} receipts`)
  }
  await gone(fleet, item.dispatchId, () => takenBack(ctx, item))
  return { heartbeatsPerSecond: round(perSecond) }
}

/** How the boards come back after the end of the server, by the seconds since then. */
async function comeBack(
  fleet: Fleet,
  onStep: (step: string) => void,
  restart: () => Promise<void>,
): Promise<Record<string, number>> {
  onStep('kill -9 of the API, and the boards come back')
  const waiting = fleet.ask({ ask: 'return' })
  const from = performance.timeOrigin + performance.now()
  await restart()
  const { times } = await waiting
  const seconds = times.map(t => (t - from) / 1_000)
  const perSecond = new Map<number, number>()
  for (const s of seconds) perSecond.set(Math.floor(s), (perSecond.get(Math.floor(s)) ?? 0) + 1)
  return {
    backFirstSeconds: round(seconds[0] ?? Number.NaN),
    backHalfSeconds: round(seconds[Math.floor(seconds.length / 2)] ?? Number.NaN),
    backLastSeconds: round(seconds.at(-1) ?? Number.NaN),
    backMostInASecond: Math.max(...perSecond.values()),
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6)
}

function middle(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  return round(sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2)
}
