import { setTimeout as delay } from 'node:timers/promises'
import type { Actor } from '../../domain/accounts.ts'
import { boardManifestSchema } from '../../domain/board.ts'
import { pairBoard } from '../../places/boards/pair.ts'
import { pokeBoards } from '../../store/shelf.ts'
import { provinceCode } from '../registry.ts'
import type { BoardsEvidence, ItemTruth, Shelf, Span } from './evidence.ts'
import { measure } from './look.ts'
import type { BoardsPlan, Happening } from './plan.ts'
import { type Published, publish, withdraw } from './publish.ts'
import type { TvSet } from './set.ts'
import type { BoardsWorld } from './world.ts'

const officer: Actor = { id: 'bench-officer', name: 'Cán bộ', role: 'officer', areas: [provinceCode] }

/** Everything of a run that is going on. */
export interface Scene {
  plan: BoardsPlan
  world: BoardsWorld
  set: TvSet
  evidence: BoardsEvidence
  published: Map<string, Published>
  pairings: number
  /** The spans that have begun and not ended. */
  open: Map<string, Span>
  isFull: boolean
}

const minuteMs = 60_000
/** A picture is taken so often, and after every trouble. */
const pictureMs = 20 * minuteMs
/** How long a poke may take to arrive, in real time; simulated time waits for it. */
const pokeMs = 700
const forever = Number.POSITIVE_INFINITY
const sleepMs = 20 * 60 * minuteMs

/** Switches the set on and pairs it, as an officer does. */
export async function begin(scene: Scene): Promise<void> {
  const { world, set } = scene
  await world.syncDatabase()
  await set.on()
  scene.evidence.starts.push(world.nowMs())
  await set.run(world.nowMs() + 5_000)
  await pairIfAsked(scene)
  if (scene.pairings === 0) throw new Error('the board shows no code')
  await set.run(world.nowMs() + 15_000)
}

/** The days themselves. */
export async function live(scene: Scene, onStep: (step: string) => void): Promise<void> {
  const { plan, world } = scene
  let day = -1
  let nextPicture = world.nowMs()
  const runTo = async (until: number) => {
    while (world.nowMs() < until) {
      const to = Math.min(until, nextPicture > world.nowMs() ? nextPicture : world.nowMs() + pictureMs)
      await scene.set.run(to)
      await pairIfAsked(scene)
      if (world.nowMs() >= nextPicture) {
        await takePicture(scene)
        nextPicture += pictureMs
      }
    }
  }
  for (const happening of plan.happenings) {
    await runTo(happening.at)
    const now = Math.floor((world.nowMs() - plan.startMs) / (6 * 60 * minuteMs))
    if (now > day) {
      day = now
      onStep(`hour ${now * 6}`)
    }
    await carryOut(scene, happening)
    // Seen a moment later, when it has had its effect.
    if (happening.do !== 'publish' && happening.do !== 'cancel') {
      await runTo(Math.min(plan.endMs, world.nowMs() + 3_000))
      await takePicture(scene)
    }
  }
  await runTo(plan.endMs)
}

async function takePicture({ set, world, evidence }: Scene): Promise<void> {
  const seen = await set.look()
  if (seen) evidence.looks.push(await measure(world.nowMs(), seen.picture, seen.places))
}

/** A code on the screen is typed by an officer who happens to stand there. */
async function pairIfAsked(scene: Scene): Promise<void> {
  const { set, world } = scene
  const code = await set.code()
  if (code === undefined || !world.server.isUp() || world.database.isAway() || scene.open.has('cut')) return
  await pairBoard(world.office.http, officer, world.boardId, code, new Date(world.nowMs())).then(
    () => scene.pairings++,
    () => undefined,
  )
}

async function carryOut(scene: Scene, happening: Happening): Promise<void> {
  const { world, set, evidence } = scene
  const { proxy } = world
  const now = world.nowMs()
  const trouble = (name: string) => {
    const span: Span = [now, forever]
    evidence.troubled.push(span)
    scene.open.set(name, span)
  }
  const over = (name: string) => {
    const span = scene.open.get(name)
    if (span) span[1] = now
    scene.open.delete(name)
  }
  switch (happening.do) {
    case 'publish':
      await poking(scene, async () => {
        const { item } = happening
        const told = await publish(world.office, item)
        scene.published.set(item.mark, told)
        evidence.items.push(truthOf(item, told.dispatchId, now))
      })
      break
    case 'cancel': {
      const item = scene.published.get(happening.mark)
      const truth = evidence.items.find(i => i.mark === happening.mark)
      if (!item || !truth) break
      await poking(scene, () => withdraw(world.office, item))
      truth.cancelledAt = now
      break
    }
    case 'settings': {
      const { outside, from, to } = happening
      await poking(scene, async () => {
        const settings = JSON.stringify({ outside, hours: { from, to } })
        await world.db.query('update boards set settings = $2 where id = $1', [world.boardId, settings])
        await pokeBoards(world.db, [world.boardId])
      })
      break
    }
    case 'cut':
      trouble('cut')
      proxy.cut()
      break
    case 'mend':
      proxy.mend()
      over('cut')
      break
    case 'kill-server':
      trouble('server')
      await world.server.kill()
      break
    case 'start-server':
      await world.server.start()
      over('server')
      break
    case 'database-away':
      trouble('database')
      world.database.away()
      break
    case 'database-back':
      await world.database.back()
      over('database')
      break
    case 'drop-streams':
      evidence.troubled.push([now, now])
      proxy.dropStreams()
      break
    case 'lie':
      trouble('lie')
      proxy.lie(happening.lie)
      if (happening.lie === 'silence') set.patience(40)
      break
    case 'truth':
      proxy.lie(undefined)
      set.patience(4_000)
      over('lie')
      break
    case 'reload':
      noteStart(scene)
      await set.reload()
      break
    case 'power-off':
      if (!set.isOn()) break
      scene.open.set('off', [now, forever])
      evidence.off.push(scene.open.get('off') as Span)
      evidence.kills.push(now)
      await set.off(happening.how)
      break
    case 'power-on': {
      if (set.isOn()) break
      if (happening.clockErrorMs !== undefined) {
        await set.setClockError(happening.clockErrorMs, happening.zone)
        evidence.clockless.push([now, forever])
      } else await set.setZone(happening.zone)
      over('off')
      noteStart(scene)
      await set.on()
      break
    }
    case 'clock': {
      // A leap ahead of some hours looks like a sleep through them; only the server can tell.
      const leap = happening.errorMs - set.clockError()
      if (leap > 0 && leap <= sleepMs) evidence.clockless.push([now, forever])
      await set.setClockError(happening.errorMs)
      break
    }
    case 'storage-full':
      scene.isFull = true
      await set.setStorageFull(true)
      break
    case 'storage-free':
      await set.setStorageFull(false)
      scene.isFull = false
      break
  }
}

/** A page begins anew: what it could not write down before it does not know now. */
export function noteStart(scene: Scene): void {
  const now = scene.world.nowMs()
  scene.evidence.starts.push(now)
  if (scene.isFull) scene.evidence.forgetful.push([now, forever])
}

/** A good answer: what the board knows from now on, and what it can know again. */
export function noteContact({ evidence, published }: Scene, at: number, body: string | undefined): void {
  const before = evidence.shelves.at(-1)
  if (body !== undefined) {
    const { items, emergency, settings } = boardManifestSchema.parse(JSON.parse(body))
    const markOf = new Map([...published].map(([mark, { dispatchId }]) => [dispatchId, mark]))
    const shelf: Shelf = {
      at,
      items: items.map(item => markOf.get(item.dispatchId) ?? `? ${item.dispatchId}`),
      emergency: emergency.map(e => ({
        mark: markOf.get(e.dispatchId) ?? '?',
        mode: e.mode,
        until: Date.parse(e.until),
      })),
      settings: { hours: settings.hours, outside: settings.outside },
    }
    evidence.shelves.push(shelf)
  } else if (before) evidence.shelves.push({ ...before, at })
  for (const spans of [evidence.clockless, evidence.forgetful]) {
    const open = spans.at(-1)
    // The second in which the answer is taken in.
    if (open && open[1] === forever) open[1] = at + 2_000
  }
}

function truthOf(item: BoardsPlan['items'][number], dispatchId: string, now: number): ItemTruth {
  const { mark, priority, takeover, pinned, expiresAt } = item
  return { ...{ mark, dispatchId, priority, takeover, pinned, expiresAt }, publishedAt: now, cancelledAt: undefined }
}

/** Does something that the board is poked for, and lets the poke arrive before time goes on. */
async function poking({ world, set }: Scene, work: () => Promise<void>): Promise<void> {
  await world.syncDatabase()
  const before = world.proxy.told()
  await work()
  const hears = set.isOn() && world.proxy.streams() > 0 && world.server.isUp()
  for (let waited = 0; hears && waited < pokeMs && world.proxy.told() === before; waited += 10) await delay(10)
  await set.settle()
}
