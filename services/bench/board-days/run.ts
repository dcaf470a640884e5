import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BenchReport, machine, timed } from '../report.ts'
import type { BoardsEvidence, Proof } from './evidence.ts'
import { begin, live, noteContact, noteStart, type Scene } from './life.ts'
import { type BoardsPlan, planBoards } from './plan.ts'
import { createSet } from './set.ts'
import { type BoardsVerdict, excusedSeconds, judgeBoards } from './verdict.ts'
import { startBoardsWorld } from './world.ts'

export interface BoardsRunOptions {
  seed: number
  hours: number
  onStep: (step: string) => void
  /** An empty database instead of a private one. */
  databaseUrl?: string
  /** Told how to end browser, server and database at once. */
  onStarted?: (end: () => Promise<void>) => void
}

export interface BoardsRunReport extends BoardsVerdict {
  name: 'boards'
  machine: BenchReport['machine']
  seed: number
  hours: number
  realSeconds: number
  items: number
  emergencies: number
  cancels: number
  networkCuts: number
  longestCutHours: number
  serverKills: number
  databaseAways: number
  lies: number
  powerCuts: number
  reloads: number
  clockMoves: number
  storageFaults: number
  contacts: number
  /** An officer typed a code so often; the first time is the beginning. */
  pairings: number
  /** Seconds in which the board could not know better, exempt from the rules on ends and lists. */
  excusedSeconds: number
  /** Where the evidence is kept after a failure. */
  kept?: string
}

/**
 * Lets a real player in a real Chromium live through days of simulated time in minutes: its clocks are turned by the bench,
 * the server goes by the same time, everything between them is real (HTTP, database, service worker, storage, drawing).
 * What it shows is read off the page once a simulated second and off pictures of the screen, and held against what was
 * published, what got through to the board, and what it reported.
 */
export async function runBoards(options: BoardsRunOptions): Promise<BoardsRunReport> {
  const { seed, hours, onStep } = options
  const dir = mkdtempSync(join(tmpdir(), 'loa-boards-run-'))
  const plan = planBoards(seed, hours)
  onStep('database and server')
  const world = await startBoardsWorld(plan.startMs, options.databaseUrl)
  const evidence = emptyEvidence(plan)
  const set = createSet({
    url: `http://127.0.0.1:${world.proxy.port}/b`,
    dir: join(dir, 'disk'),
    ...{ nowMs: world.nowMs, setNow: world.setNow },
    onSeen: sights => evidence.sights.push(...sights),
    onBlind: (at, why) => evidence.blind.push({ at, why }),
    onStart: () => noteStart(scene),
  })
  const scene: Scene = {
    ...{ plan, world, set, evidence, published: new Map(), pairings: 0 },
    ...{ open: new Map(), isFull: false },
  }
  world.proxy.onContact((at, body) => noteContact(scene, at, body))
  const end = async () => {
    await set.dispose()
    await world.close()
    rmSync(join(dir, 'disk'), { recursive: true, force: true })
  }
  options.onStarted?.(end)
  let failed = true
  try {
    onStep('the board is paired')
    const { seconds } = await timed(async () => {
      await begin(scene)
      await live(scene, onStep)
    })
    evidence.proofs = await proofsOf(scene)
    evidence.errors.push(...set.errors)
    const verdict = judgeBoards(evidence)
    failed = verdict.failures.length > 0
    if (failed) writeFileSync(join(dir, 'evidence.json'), JSON.stringify({ plan, evidence }))
    return {
      name: 'boards',
      machine: machine(),
      ...{ seed, hours, realSeconds: Math.round(seconds) },
      ...troubles(plan),
      contacts: evidence.shelves.length,
      pairings: scene.pairings,
      excusedSeconds: excusedSeconds(evidence),
      ...verdict,
      ...(failed && { kept: dir }),
    }
  } finally {
    await end()
    if (!failed) rmSync(dir, { recursive: true, force: true })
  }
}

function emptyEvidence({ startMs, endMs }: BoardsPlan): BoardsEvidence {
  return {
    ...{ startMs, endMs, items: [], sights: [], looks: [], shelves: [], proofs: [], off: [], starts: [] },
    ...{ troubled: [], clockless: [], forgetful: [], kills: [], blind: [], errors: [] },
  }
}

async function proofsOf({ world, published }: Scene): Promise<Proof[]> {
  const { rows } = await world.db.query<{ dispatchId: string; hour: Date; ms: string; times: string }>(
    `select dispatch_id as "dispatchId", hour, sum(shown_ms) as ms, sum(times) as times
     from board_displays where board_id = $1 group by 1, 2`,
    [world.boardId],
  )
  const markOf = new Map([...published].map(([mark, { dispatchId }]) => [dispatchId, mark]))
  return rows.map(({ dispatchId, hour, ms, times }) => ({
    mark: markOf.get(dispatchId) ?? `? ${dispatchId}`,
    ...{ hour: hour.getTime(), shownMs: Number(ms), times: Number(times) },
  }))
}

function troubles({ happenings, items }: BoardsPlan) {
  const count = (...kinds: string[]) => happenings.filter(h => kinds.includes(h.do)).length
  const cuts = happenings.filter(h => h.do === 'cut')
  const lengths = cuts.map(({ at }) => (happenings.find(h => h.do === 'mend' && h.at > at)?.at ?? at) - at)
  return {
    items: items.length,
    emergencies: items.filter(i => i.priority === 'emergency').length,
    cancels: count('cancel'),
    networkCuts: cuts.length,
    longestCutHours: Math.round(Math.max(0, ...lengths) / 360_000) / 10,
    serverKills: count('kill-server'),
    databaseAways: count('database-away'),
    lies: count('lie'),
    powerCuts: count('power-off'),
    reloads: count('reload'),
    clockMoves: count('clock') + happenings.filter(h => h.do === 'power-on' && h.clockErrorMs !== undefined).length,
    storageFaults: count('storage-full'),
  }
}
