import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Actor } from '../../../services/domain/accounts.ts'
import { accessMinutes, type BoardTokens } from '../../../services/domain/board.ts'
import { isAppError } from '../../../services/domain/errors.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { pairBoard } from '../../../services/places/boards/pair.ts'
import { pollPairing, startPairing } from '../../../services/places/boards/pairing.ts'
import {
  boardSessionsStillIn,
  proveBoardSessions,
  refreshBoardSession,
} from '../../../services/places/boards/sessions.ts'
import { createLinks } from '../../../services/runtime/links.ts'
import { seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'

/*
 * The credential of a board as a state machine, against the real database: answers get lost, requests are repeated and given
 * up, an old access token is used on, and a copy of what the board keeps runs somewhere else.
 */
const links = createLinks('a secret that only the tests use, long enough', 'http://loa.test')
const officer: Actor = { id: 'o', name: 'Chuyên viên', role: 'officer', areas: ['44'] }
let database: TestDatabase
let boardId = ''
beforeAll(async () => {
  database = await testDatabase()
  await seedRegistry(database.db, 0)
  boardId = (await createBoards(database.db, [{ areaCode: '19333', name: 'Bảng tin' }]))[0] ?? ''
})
afterAll(() => database.drop())

function refused(error: unknown) {
  if (!isAppError(error) || error.code !== 'board.unpaired') throw error
}

/** What a player keeps. */
interface Kept {
  secret: string
  tokens: BoardTokens | undefined
  /** It was told that its credential is no longer good. */
  out: boolean
}

type Step =
  | { kind: 'renew'; who: number; fate: 'answered' | 'lost' | 'given up' }
  | { kind: 'poll'; who: number; fate: 'answered' | 'lost' | 'given up' }
  | { kind: 'use'; who: number }
  | { kind: 'wait'; minutes: number }
  | { kind: 'copy' }
  /** A request that its sender gave up on and repeated reaches the server only now. */
  | { kind: 'late'; nth: number }

async function machine() {
  const { db } = database
  const ctx = { db, links }
  let now = new Date('2026-11-26T01:00:00Z')
  const tick = (ms = 1) => {
    now = new Date(now.getTime() + ms)
  }
  await db.query('delete from board_pairings')
  const { code, secret } = await startPairing(ctx, 'player', { screen: '', player: '', browser: '' }, 'here', now)
  await pairBoard(ctx, officer, boardId, code, now)
  /** The first is the board itself. */
  const players: Kept[] = [{ secret, tokens: undefined, out: false }]

  const sent: string[] = []

  const renew = async (player: Kept, fate: string) => {
    if (!player.tokens || player.out) return
    sent.push(player.tokens.refreshToken)
    try {
      const tokens = await refreshBoardSession(db, links, player.tokens.refreshToken, now, () => fate !== 'given up')
      if (fate === 'answered') player.tokens = tokens
    } catch (error) {
      refused(error)
      if (fate === 'answered') player.out = true
    }
  }
  const poll = async (player: Kept, fate: string) => {
    // As the player does: it polls until it has a credential, and not after.
    if (player.tokens || player.out) return
    const answer = await pollPairing(ctx, player.secret, now, () => fate !== 'given up')
    if (fate !== 'answered') return
    if (answer.state === 'paired') player.tokens = answer.tokens
    if (answer.state === 'expired') player.out = true
  }
  /** @returns whether the access token was taken */
  const use = async (player: Kept): Promise<boolean> => {
    const access = player.tokens && links.readBoardAccess(player.tokens.accessToken, now)
    if (!access) return false
    const still = await boardSessionsStillIn(db, [access.sessionId], now)
    if (!still.has(access.sessionId)) return false
    await proveBoardSessions(db, [access], now)
    return true
  }
  return {
    players,
    async step(step: Step) {
      tick()
      if (step.kind === 'wait') tick(step.minutes * 60_000)
      else if (step.kind === 'late') {
        await pollPairing(ctx, secret, now, () => false)
        const token = sent[step.nth % sent.length]
        if (token) await refreshBoardSession(db, links, token, now, () => false).catch(refused)
      } else if (step.kind === 'copy') players.push({ ...(players[0] as Kept) })
      else {
        const player = players[step.who % players.length] as Kept
        if (step.kind === 'renew') await renew(player, step.fate)
        if (step.kind === 'poll') await poll(player, step.fate)
        if (step.kind === 'use') await use(player)
      }
    },
    /** Everybody asks for what they can get and uses it, twice. @returns how many could renew the second time */
    async settle(): Promise<number> {
      let good = 0
      for (const round of [1, 2]) {
        for (const player of players) {
          tick()
          await poll(player, 'answered')
          await renew(player, 'answered')
          if ((await use(player)) && round === 2 && !player.out) good++
        }
      }
      return good
    },
  }
}

const fate = fc.constantFrom('answered' as const, 'lost' as const, 'given up' as const)
const steps = (withCopies: boolean) =>
  fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('renew' as const), who: fc.nat(3), fate }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('poll' as const), who: fc.nat(3), fate }) },
      { weight: 3, arbitrary: fc.record({ kind: fc.constant('use' as const), who: fc.nat(3) }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 20 }) }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('late' as const), nth: fc.nat(20) }) },
      ...(withCopies ? [{ weight: 1, arbitrary: fc.constant({ kind: 'copy' as const }) }] : []),
    ),
    { minLength: 1, maxLength: 25 },
  )

describe('the credential of a board', () => {
  test('is never lost by lost answers, repeats and requests given up', async () => {
    await fc.assert(
      fc.asyncProperty(steps(false), async list => {
        const world = await machine()
        for (const step of list) {
          await world.step(step)
          expect(world.players[0]?.out).toBe(false)
        }
        expect(await world.settle()).toBe(1)
      }),
      { numRuns: 200 },
    )
  }, 120_000)

  test('never serves two: of a board and its copies at most one can renew, whoever comes first', async () => {
    let alive = 0
    await fc.assert(
      fc.asyncProperty(steps(true), async list => {
        const world = await machine()
        for (const step of list) await world.step(step)
        const good = await world.settle()
        alive += good
        expect(good).toBeLessThanOrEqual(1)
      }),
      { numRuns: 200 },
    )
    expect(alive).toBeGreaterThan(0)
  }, 120_000)

  test('used by two ends for both, and somebody is told', async () => {
    const world = await machine()
    for (const step of [
      { kind: 'poll', who: 0, fate: 'answered' },
      { kind: 'copy' },
      { kind: 'renew', who: 0, fate: 'answered' },
      { kind: 'use', who: 0 },
      { kind: 'renew', who: 1, fate: 'answered' },
      { kind: 'renew', who: 0, fate: 'answered' },
    ] as Step[])
      await world.step(step)
    expect(world.players.map(p => p.out)).toEqual([true, true])
    const { rows } = await database.db.query(
      `select (select count(*)::int from board_alerts where board_id = $1 and kind = 'reused' and ended_at is null) as alerts,
         (select revoked_why from board_sessions where board_id = $1 order by id desc limit 1) as why`,
      [boardId],
    )
    expect(rows).toEqual([{ alerts: 1, why: 'reused' }])
  })

  test('is noted as used by two processes at once, in whatever order they have heard of it', async () => {
    const now = new Date()
    const { rows } = await database.db.query<{ id: string; refreshedAt: Date }>(
      `insert into board_sessions (board_id, kind, refresh_hash, created_at, refreshed_at, expires_at)
       select $1, 'player', 'hash ' || n, $2, $2, $2::timestamptz + interval '1 day' from generate_series(1, 300) n
       returning id, refreshed_at as "refreshedAt"`,
      [boardId, now],
    )
    const used = rows.map(row => ({
      sessionId: row.id,
      expiresAt: new Date(row.refreshedAt.getTime() + accessMinutes * 60_000),
    }))
    for (let round = 0; round < 20; round++) {
      await database.db.query(`update board_sessions set proven_at = null where refresh_hash like 'hash %'`)
      await Promise.all([
        proveBoardSessions(database.db, used, now),
        proveBoardSessions(database.db, used.toReversed(), now),
      ])
    }
    const proven = await database.db.query(
      `select from board_sessions where refresh_hash like 'hash %' and proven_at is not null`,
    )
    expect(proven.rowCount).toBe(300)
  })
})
