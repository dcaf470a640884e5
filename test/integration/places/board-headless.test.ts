import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { pictureOf } from '../../../services/bench/board-days/pictures.ts'
import type { BoardNews } from '../../../services/board/board.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { pairBoard, unpairBoard } from '../../../services/places/boards/pair.ts'
import { officer } from '../../support/dispatch.ts'
import { type LoaRun, startLoa } from '../../support/loa.ts'
import { until as wait } from '../../support/wait.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

/* The real `loa board` in its own process, against the real server. */

let world: PlacesWorld
let dir: string
const runs: LoaRun[] = []
beforeAll(async () => {
  world = await placesWorld()
})
afterAll(() => world.close())
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'loa-board-'))
})
afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.signal('SIGKILL')
    await run.ended
  }
  await world.database.db.query('truncate announcements cascade')
  rmSync(dir, { recursive: true, force: true })
})

/** Waits; what the boards have said so far goes into the message of a failure. */
const until: typeof wait = (what, condition, timeoutMs) =>
  wait(what, condition, timeoutMs).catch((error: Error) => {
    const told = runs.map(run => `${run.out()}${run.err()}`).join('\n---\n')
    throw new Error(`${error.message}\n${told}`)
  })

function board(...words: string[]) {
  const run = startLoa(['board', '--server', world.server.url, '--state', join(dir, 'board'), '--json', ...words])
  runs.push(run)
  const news = (): (BoardNews & { board?: number })[] =>
    run
      .out()
      .split('\n')
      .filter(line => line.startsWith('{') && line.endsWith('}'))
      .map(line => JSON.parse(line))
  const heard = <E extends BoardNews['event']>(event: E) =>
    news().filter((n): n is Extract<BoardNews, { event: E }> & { board?: number } => n.event === event)
  return {
    run,
    news,
    heard,
    code: (n = 0) => until('it shows a code', () => heard('code')[n]?.code),
    shows: (title: string, mode = 'items') =>
      until(
        `it shows ${title}`,
        () => heard('showing').at(-1)?.title === title && heard('showing').at(-1)?.mode === mode,
      ),
    listens: () =>
      until(
        'it listens',
        () => heard('contact').some(n => n.why === 'listening') && heard('contact').at(-1)?.why === 'listening',
      ),
  }
}

const pair = (code: string, i = 0) => pairBoard(world.deps, officer, world.boards[i]?.id ?? '', code, new Date())

async function pairedBoard() {
  const one = board()
  await pair(await one.code())
  await until('it is paired', () => one.heard('paired').length === 1)
  await one.listens()
  return one
}

const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

describe('loa board', () => {
  test('pairs by its code, shows by a poke, gives way to an emergency, and takes back what is cancelled', async () => {
    await world.announce({ title: 'Lịch tiếp nhận hồ sơ', expiresAt: inMinutes(60) })
    const one = await pairedBoard()
    await one.shows('Lịch tiếp nhận hồ sơ')
    const urgent = { title: 'Bão số 10', priority: 'emergency', urgencyReason: 'Diễn tập', expiresAt: inMinutes(30) }
    const emergency = await world.announce(urgent)
    await one.shows('Bão số 10', 'emergency')
    await cancel(world.deps, officer, emergency, 'Bão đã tan')
    await one.shows('Lịch tiếp nhận hồ sơ')
    await world.announce({ ...urgent, title: 'Nước dâng', variants: { board: { takeover: 'banner' } } })
    await until('the band', () => one.heard('showing').at(-1)?.band === 'Nước dâng')
    expect(one.heard('showing').at(-1)).toMatchObject({ mode: 'banner', title: 'Lịch tiếp nhận hồ sơ' })
  }, 90_000)

  test('goes on without the server, ends what is over, starts alone, and tells later what it showed', async () => {
    const id = await world.announce({ title: 'Ở lại', expiresAt: inMinutes(60) })
    await world.announce({ title: 'Sắp hết', expiresAt: new Date(Date.now() + 25_000).toISOString() })
    const first = await pairedBoard()
    await until('it shows something', () => first.heard('showing').some(n => n.title !== ''))
    await world.server.close(0)
    await until('it has noticed', () => first.heard('no-contact').length > 0)
    first.run.signal('SIGKILL')
    await first.run.ended
    const second = board()
    await until('it starts with what it kept', () => second.heard('showing').at(-1)?.title !== undefined)
    await until('only one is left', () => second.heard('showing').at(-1)?.title === 'Ở lại')
    expect(second.heard('code')).toEqual([])
    await world.restart()
    await until('it is back', () => second.heard('contact').length > 0, 90_000)
    // Ten seconds at the least since the other one ended; what was shown while nobody could hear of it is told as well.
    const { shown, since } = await until(
      'its proof arrived',
      async () => {
        const { rows } = await world.database.db.query<{ shown: number; since: Date }>(
          `select sum(p.shown_ms)::int as shown, min(p.first_at) as since from board_displays p
           join dispatches d on d.id = p.dispatch_id where d.announcement_id = $1`,
          [id],
        )
        return (rows[0]?.shown ?? 0) > 10_000 ? rows[0] : undefined
      },
      90_000,
    )
    expect(shown).toBeLessThanOrEqual(Date.now() - since.getTime() + 1_000)
  }, 180_000)

  test('bad answers never replace good content, and a credential that two have used asks for a new pairing', async () => {
    await world.announce({ title: 'Nội dung tốt', expiresAt: inMinutes(60) })
    const first = await pairedBoard()
    await first.shows('Nội dung tốt')
    first.run.signal('SIGTERM')
    expect((await first.run.ended).code).toBe(0)
    // The file of the manifest is cut in half, as a bad disk would.
    const file = join(dir, 'board', 'manifest.json')
    writeFileSync(file, readFileSync(file).subarray(0, 200))
    const second = board()
    await second.shows('Nội dung tốt')
    await unpairBoard(world.deps, officer, world.boards[0]?.id ?? '', new Date())
    await until('it is told', () => second.heard('unpaired').length === 1)
    await pair(await second.code())
    await until('it is paired anew', () => second.heard('paired').length === 1)
    expect(second.heard('showing').at(-1)?.title).toBe('Nội dung tốt')
  }, 120_000)

  test('what it showed as one board is no proof of the other that it becomes', async () => {
    await world.announce({ title: 'Ở cả hai nơi', expiresAt: inMinutes(60) })
    const one = await pairedBoard()
    await one.shows('Ở cả hai nơi')
    await unpairBoard(world.deps, officer, world.boards[0]?.id ?? '', new Date())
    await until('it is told', () => one.heard('unpaired').length === 1, 90_000)
    const pairedAt = new Date()
    await pair(await until('it shows another code', () => one.heard('code').at(1)?.code), 1)
    const first = await until(
      'its proof arrived',
      async () => {
        const { rows } = await world.database.db.query<{ at: Date | null }>(
          'select min(first_at) as at from board_displays where board_id = $1',
          [world.boards[1]?.id],
        )
        return rows[0]?.at ?? undefined
      },
      90_000,
    )
    expect(first.getTime()).toBeGreaterThanOrEqual(pairedAt.getTime())
  }, 240_000)

  test('a picture is fetched, checked against its hash and shown in its turn', async () => {
    const picture = await pictureOf(world.deps, '1001', new Date())
    await world.announce({
      title: 'Có ảnh',
      body: 'Ngắn.',
      expiresAt: inMinutes(60),
      variants: { board: { media: [picture] } },
    })
    const one = await pairedBoard()
    await until('the picture', () => one.heard('showing').some(n => n.title === 'Có ảnh' && n.text === '[picture]'))
    const bytes = readFileSync(join(dir, 'board', 'media', picture.sha256))
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(picture.sha256)
  }, 90_000)

  test('several in one process, each with its own code and folder', async () => {
    const both = board('--count', '2')
    await until('two codes', () => both.heard('code').length === 2)
    for (const { board: n, code } of both.heard('code')) await pair(code, (n ?? 1) - 1)
    await until('both are paired', () => both.heard('paired').length === 2)
    await world.announce({ title: 'Cho cả hai', expiresAt: inMinutes(60) })
    await until(
      'both show it',
      () =>
        new Set(
          both
            .heard('showing')
            .filter(n => n.title === 'Cho cả hai')
            .map(n => n.board),
        ).size === 2,
    )
  }, 90_000)
})
