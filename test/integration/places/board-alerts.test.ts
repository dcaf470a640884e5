import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { MailPort, OutgoingMail } from '../../../channels/contract.ts'
import type { Actor } from '../../../services/domain/accounts.ts'
import { boardHeartbeatSchema } from '../../../services/domain/board.ts'
import type { Outcome } from '../../../services/domain/delivery.ts'
import { boardAlertsPass } from '../../../services/places/boards/alerts.ts'
import { createBoards } from '../../../services/places/boards/create.ts'
import { recordHeartbeats } from '../../../services/places/boards/heartbeat.ts'
import { changeBoards } from '../../../services/places/boards/settings.ts'
import { forgetOldDisplays } from '../../../services/store/board-displays.ts'
import { seedRegistry } from '../../support/dispatch.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { until } from '../../support/wait.ts'

let database: TestDatabase
let board = ''
let now = new Date()
const noon = new Date('2026-11-26T12:00:00+07:00')
const minutes = (n: number) => new Date(noon.getTime() + n * 60_000)

beforeAll(async () => {
  database = await testDatabase()
  await seedRegistry(database.db, 0)
})
afterAll(() => database.drop())
beforeEach(async () => {
  now = noon
  await database.db.query('delete from board_alerts')
  await database.db.query('update boards set retired_at = now()')
  board = (await createBoards(database.db, [{ areaCode: '19333', name: `Bảng tin ${Math.random()}` }]))[0] ?? ''
  await database.db.query(
    `update boards set created_at = $2, keeper_email = 'giu@loa.example', settings = '{}' where id = $1`,
    [board, new Date('2026-11-20T00:00:00Z')],
  )
})

/** A mail server that answers as the test wants; only what it is handed counts here. */
function mailbox(outcome: Outcome = { kind: 'accepted', ref: 'm' }) {
  const sent: OutgoingMail[] = []
  const port: MailPort = {
    send: async mail => {
      sent.push(mail)
      return outcome
    },
  }
  return { sent, port }
}
const pass = (mail?: MailPort) =>
  boardAlertsPass({ db: database.db, now: () => now, log: silentLog, demo: false }, mail, new AbortController().signal)
const alerts = async () =>
  (
    await database.db.query(
      'select kind, ended_at is null as open, told_at is not null as told from board_alerts where board_id = $1 order by id',
      [board],
    )
  ).rows

let beats = 0
function heard(more: Record<string, unknown>) {
  return boardHeartbeatSchema.parse({
    version: 'v',
    boot: `boot-${beats++}-aaaaaaa`,
    visible: true,
    mode: 'idle',
    now: null,
    displays: [],
    player: 'p',
    screen: 's',
    clockSkewMs: 0,
    storage: null,
    offlineReady: true,
    problems: [],
    ...more,
  })
}
async function beat(at: Date, more: Record<string, unknown> = {}) {
  await recordHeartbeats({ db: database.db }, [{ ...heard(more), boardId: board, at }])
}

describe('silence', () => {
  test('is over when the board becomes a paper board, which nobody expects to hear of', async () => {
    const { sent, port } = mailbox()
    await beat(minutes(-11))
    expect(await pass()).toMatchObject({ opened: 1 })
    const admin: Actor = { id: 'a', name: 'Quản trị', role: 'admin', areas: [] }
    await changeBoards(database.db, admin, [{ ids: [board], patch: { kind: 'paper' } }], now)
    expect(await pass(port)).toEqual({ closed: 1, opened: 0, told: 0 })
    expect(sent).toEqual([])
    expect(await alerts()).toEqual([{ kind: 'offline', open: false, told: false }])
  })

  test('opens once within the hours, is told of once, and ends with a sign of life', async () => {
    const { sent, port } = mailbox()
    await beat(minutes(-11))
    expect(await pass(port)).toEqual({ closed: 0, opened: 1, told: 1 })
    expect(await pass(port)).toEqual({ closed: 0, opened: 0, told: 0 })
    expect(sent).toHaveLength(1)
    expect(sent[0]?.to).toBe('giu@loa.example')
    expect(await alerts()).toEqual([{ kind: 'offline', open: true, told: true }])
    await beat(minutes(1))
    now = minutes(2)
    expect(await pass(port)).toEqual({ closed: 1, opened: 0, told: 0 })
    expect(await alerts()).toEqual([{ kind: 'offline', open: false, told: true }])
  })

  test('a board that comes and goes is told of again after six hours at the earliest; its alerts are there at once', async () => {
    const { sent, port } = mailbox()
    await beat(minutes(-11))
    expect(await pass(port)).toEqual({ closed: 0, opened: 1, told: 1 })
    for (const at of [1, 60, 120]) {
      await beat(minutes(at))
      now = minutes(at + 1)
      expect(await pass(port)).toMatchObject({ closed: 1, opened: 0 })
      now = minutes(at + 30)
      expect(await pass(port)).toEqual({ closed: 0, opened: 1, told: 0 })
    }
    // Another kind of fault is news.
    await beat(minutes(151), { problems: ['Ảnh hỏng'] })
    expect(await pass(port)).toMatchObject({ told: 1 })
    await beat(minutes(152))
    now = minutes(359)
    expect(await pass(port)).toMatchObject({ told: 0 })
    now = minutes(360)
    expect(await pass(port)).toMatchObject({ told: 1 })
    expect(sent).toHaveLength(3)
    expect((await alerts()).filter(alert => alert.open && !alert.told)).toEqual([])
  })

  test('outside the hours, of paper, and out of use, nothing opens', async () => {
    now = new Date('2026-11-26T23:00:00+07:00')
    await pass()
    now = noon
    await database.db.query(`update boards set kind = 'paper' where id = $1`, [board])
    await pass()
    await database.db.query(`update boards set kind = 'screen', retired_at = now() where id = $1`, [board])
    await pass()
    expect(await alerts()).toEqual([])
    await database.db.query('update boards set retired_at = null where id = $1', [board])
    await pass()
    expect(await alerts()).toEqual([{ kind: 'never', open: true, told: false }])
    await database.db.query('update boards set retired_at = now() where id = $1', [board])
    await pass()
    expect((await alerts())[0]?.open).toBe(false)
  })

  test('what the mail server could not take is tried again: in the next round, or an hour after a refusal', async () => {
    await beat(minutes(-11))
    const away = mailbox({ kind: 'retry', code: 'connection' })
    expect(await pass(away.port)).toMatchObject({ opened: 1, told: 0 })
    const refusing = mailbox({ kind: 'rejected', code: '550' })
    expect(await pass(refusing.port)).toMatchObject({ told: 0 })
    const good = mailbox()
    now = minutes(59)
    expect(await pass(good.port)).toMatchObject({ told: 0 })
    now = minutes(61)
    expect(await pass(good.port)).toMatchObject({ told: 1 })
    expect([away.sent.length, refusing.sent.length, good.sent.length]).toEqual([1, 1, 1])
    expect(good.sent[0]?.key).toBe(away.sent[0]?.key)
  })

  test('a refusal is remembered, however often the board reports its problems meanwhile', async () => {
    const refusing = mailbox({ kind: 'rejected', code: '550' })
    await beat(minutes(0), { problems: ['Ảnh hỏng'] })
    await pass(refusing.port)
    now = minutes(1)
    await beat(minutes(1), { problems: ['Ảnh hỏng', 'Chữ hỏng'] })
    await pass(refusing.port)
    expect(refusing.sent).toHaveLength(1)
    const { rows } = await database.db.query('select detail from board_alerts where board_id = $1', [board])
    expect(rows[0].detail).toMatchObject({ problems: ['Ảnh hỏng', 'Chữ hỏng'], lastAt: minutes(1).toISOString() })
  })

  test('is told of once, also while the boards report again', async () => {
    const { db } = database
    const others = await createBoards(
      db,
      [1, 2].map(n => ({ areaCode: '19333', name: `Bảng tin ${n} ${Math.random()}` })),
    )
    const ids = [board, ...others]
    await db.query(`update boards set created_at = $2, keeper_email = 'giu@loa.example' where id = any($1)`, [
      ids,
      noon,
    ])
    const report = (order: string[]) =>
      recordHeartbeats(
        { db },
        order.map(boardId => ({ ...heard({ problems: ['Ảnh hỏng'] }), boardId, at: noon })),
      )
    await report(ids)
    const { sent, port } = mailbox()
    // Somebody holds the one in the middle: both come that far, each by its own way, and then go on.
    const third = await db.connect()
    await third.query('begin')
    await third.query('select from board_alerts where board_id = $1 for update', [ids[1]])
    const both = Promise.allSettled([report(ids.toReversed()), pass(port)])
    await until('both wait', async () => {
      const { rowCount } = await db.query(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
      return rowCount === 2
    })
    await third.query('commit')
    third.release()
    expect((await both).map(one => (one.status === 'rejected' ? one.reason : 'done'))).toEqual(['done', 'done'])
    await pass(port)
    expect(sent).toHaveLength(1)
  })

  test('nobody to write to: the alert stands all the same; several boards of one keeper are one mail', async () => {
    const [other = ''] = await createBoards(database.db, [{ areaCode: '19742', name: 'Bảng tin Cảng' }])
    await database.db.query(
      `update boards set created_at = $2, keeper_email = case when id = $1 then null else 'giu@loa.example' end
       where retired_at is null`,
      [board, new Date('2026-11-20T00:00:00Z')],
    )
    const { sent, port } = mailbox()
    expect(await pass(port)).toMatchObject({ opened: 2, told: 1 })
    await database.db.query(`update boards set keeper_email = 'giu@loa.example' where id = $1`, [board])
    await database.db.query('update board_alerts set told_at = null where board_id = $1', [other])
    expect(await pass(port)).toMatchObject({ told: 2 })
    expect(sent).toHaveLength(2)
    expect(sent[1]?.subject).toBe('Đề nghị kiểm tra 2 bảng tin công cộng')
  })
})

describe('what heartbeats show', () => {
  test('problems stay open until there were none for ten minutes', async () => {
    const boot = 'one-and-the-same'
    await beat(minutes(0), { boot, problems: ['Không giải mã được video'] })
    await beat(minutes(5), { boot, problems: ['Không giải mã được video'] })
    const { rows } = await database.db.query('select detail from board_alerts where board_id = $1', [board])
    expect(rows).toHaveLength(1)
    expect(rows[0].detail).toEqual({ problems: ['Không giải mã được video'], lastAt: minutes(5).toISOString() })
    await beat(minutes(14), { boot })
    now = minutes(14)
    await pass()
    expect(await alerts()).toMatchObject([{ kind: 'problems', open: true }])
    await beat(minutes(15), { boot })
    now = minutes(15)
    await pass()
    expect(await alerts()).toMatchObject([{ kind: 'problems', open: false }])
  })

  test('two players end with a new pairing, or an hour after the last turn', async () => {
    for (const [i, boot] of ['run-aaaaaaaa', 'run-bbbbbbbb', 'run-aaaaaaaa'].entries()) await beat(minutes(i), { boot })
    now = minutes(3)
    await pass()
    expect(await alerts()).toMatchObject([{ kind: 'two-players', open: true }])
    await database.db.query('update boards set paired_at = $2 where id = $1', [board, minutes(4)])
    now = minutes(5)
    await pass()
    expect(await alerts()).toMatchObject([{ kind: 'two-players', open: false }])
  })
})

test('old proof, and alerts that ended long ago, are forgotten', async () => {
  const { db } = database
  await db.query(
    `insert into board_alerts (board_id, kind, began_at, ended_at)
     values ($1, 'offline', now() - interval '25 months', now() - interval '25 months'), ($1, 'offline', now(), now())`,
    [board],
  )
  expect(await forgetOldDisplays(db, 24)).toBe(1)
  expect(await alerts()).toHaveLength(1)
})
