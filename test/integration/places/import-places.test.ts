import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { PlaceList } from '../../../services/domain/places.ts'
import { runImportJob } from '../../../services/people/jobs.ts'
import { rejectedOf } from '../../../services/people/rejected.ts'
import { importPlaces } from '../../../services/places/import/places.ts'
import type { ListImportOptions } from '../../../services/places/import/run.ts'
import { addPlace, editPlace, managedPlaces, setPlaceInUse } from '../../../services/places/manage.ts'
import { officer, seedRegistry } from '../../support/dispatch.ts'
import { admin, inPieces } from '../../support/lists.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'
import { workbook } from '../../support/xlsx.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  await seedRegistry(database.db, 0)
})
afterAll(() => database.drop())
afterEach(async () => {
  await database.db.query('delete from stations; delete from boards; delete from registry_events')
})

const now = () => new Date()
const load = (list: PlaceList, file: string | Buffer, options: Partial<ListImportOptions> = {}) =>
  importPlaces(database.db, admin, list, inPieces(file), { now, ...options })
const kept = async (list: PlaceList) =>
  (await managedPlaces(database.db, admin, list)).map(p => [p.areaCode, p.name, p.operatorEmail, p.kind])

const stations =
  'Mã xã,Tên đài/cụm loa,Email người vận hành,Loại\n' +
  '19333,Đài truyền thanh phường Đông Hà,dai@dong-ha.example,IP\n' +
  '19333,Cụm loa khu phố 1,,FM\n' +
  'Đặc khu Cồn Cỏ,Đài Cồn Cỏ,,\n'

describe('stations', () => {
  test('come in with their operators, kinds and a secret address each; a check writes nothing', async () => {
    const dry = await load('stations', stations, { dryRun: true })
    expect(dry).toMatchObject({ dryRun: true, rows: 3, added: 3, updated: 0, unchanged: 0, rejectedCount: 0 })
    expect(await kept('stations')).toEqual([])
    expect(await load('stations', stations)).toEqual({ ...dry, dryRun: false })
    expect(await kept('stations')).toEqual([
      ['19333', 'Cụm loa khu phố 1', null, 'fm'],
      ['19333', 'Đài truyền thanh phường Đông Hà', 'dai@dong-ha.example', 'ip'],
      ['19742', 'Đài Cồn Cỏ', null, null],
    ])
    const { rows } = await database.db.query('select feed_token from stations')
    expect(new Set(rows.map(r => r.feed_token)).size).toBe(3)
  })

  test('the same file again changes nothing, however it is spelt now; addresses stay', async () => {
    await load('stations', stations)
    const rows = async () =>
      (await database.db.query('select id, feed_token, xmin::text from stations order by id')).rows
    const before = await rows()
    expect(await load('stations', stations)).toMatchObject({ added: 0, updated: 0, unchanged: 3 })
    expect(await load('stations', stations.normalize('NFD'))).toMatchObject({ added: 0, updated: 0, unchanged: 3 })
    expect(await rows()).toEqual(before)
  })

  test('another spelling, another operator: changed, the old name kept; empty cells take nothing away', async () => {
    await load('stations', stations)
    const file =
      'Mã xã,Tên đài,Email\n19333,ĐÀI TRUYỀN THANH PHƯỜNG ĐÔNG HÀ,\n19333,Cụm loa khu phố 1,loa1@dong-ha.example\n'
    expect(await load('stations', file)).toMatchObject({ added: 0, updated: 2, unchanged: 0 })
    const all = await managedPlaces(database.db, admin, 'stations')
    expect(all).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          name: 'ĐÀI TRUYỀN THANH PHƯỜNG ĐÔNG HÀ',
          aliases: ['Đài truyền thanh phường Đông Hà'],
          operatorEmail: 'dai@dong-ha.example',
          kind: 'ip',
        }),
        expect.objectContaining({ name: 'Cụm loa khu phố 1', operatorEmail: 'loa1@dong-ha.example', kind: 'fm' }),
      ]),
    )
  })

  test('a place renamed by hand is found by its former name, and keeps its new one', async () => {
    await load('stations', stations)
    const [first] = await managedPlaces(database.db, admin, 'stations')
    if (!first) throw new Error('no station')
    await editPlace(database.db, admin, 'stations', first.id, { ...first, name: 'Cụm loa khu phố Tây Trì' }, now())
    expect(await load('stations', stations)).toMatchObject({ added: 0, updated: 0, unchanged: 3 })
    expect((await kept('stations')).map(s => s[1])).toContain('Cụm loa khu phố Tây Trì')
    // Both names in one file are one place.
    const both = 'Mã xã,Tên đài\n19333,Cụm loa khu phố 1\n19333,Cụm loa khu phố Tây Trì\n'
    expect(await load('stations', both)).toMatchObject({ unchanged: 1, rejected: [{ row: 2 }] })
  })

  test('one out of use is not brought back by a list, nor doubled', async () => {
    await load('stations', stations)
    const [first] = await managedPlaces(database.db, admin, 'stations')
    await setPlaceInUse(database.db, admin, 'stations', first?.id ?? '', false, now())
    const report = await load('stations', stations)
    expect(report).toMatchObject({ added: 0, unchanged: 2, rejectedCount: 1 })
    expect(report.rejected[0]?.reason.vi).toContain('đã ngừng sử dụng')
    expect(await kept('stations')).toHaveLength(3)
  })

  test('wrong rows are refused by number, all of them kept with the job; the others come in', async () => {
    const file =
      'Mã xã,Tên đài,Email,Loại,Cột lạ\n' +
      '19333,Đài A,,,\n' + // 2
      '19333,đài a,,,\n' + // 3: the same place
      '99999,Đài B,,,\n' + // 4
      '19333,,,,\n' + // 5
      '19333,Đài C,không-phải,,\n' + // 6
      '19333,Đài D,,vệ tinh,\n' + // 7
      '19333,Đài E,,,,thừa\n' + // 8
      '44,Đài F,,,\n' + // 9: a province
      '19333,"Đài G\n' // 10: never closed
    const id = '11111111-2222-4333-8444-555555555555'
    const job = { id, kind: 'stations' as const, actorId: admin.id, dryRun: false, bytesTotal: 0 }
    const report = await runImportJob(database.db, job, control => load('stations', file, control))
    expect(report).toMatchObject({ rows: 9, added: 1, rejectedCount: 8, ignoredColumns: ['Cột lạ'] })
    expect(report.rejected.map(r => r.row)).toEqual([3, 4, 5, 6, 7, 8, 9, 10])
    expect(report.rejected[0]?.reason.vi).toBe('Đài, cụm loa này đã có ở dòng 2 (cùng xã, cùng tên).')
    const all = []
    for await (const page of rejectedOf(database.db, id)) all.push(...page)
    expect(all).toEqual(report.rejected)
  })

  test.each([
    ['a picture named csv', Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), 'import.bad-encoding'],
    ['a list of citizens', Buffer.from('Họ tên,SĐT,Mã xã\nA,0912345678,19333\n'), 'import.no-columns'],
    ['no commune', Buffer.from('Tên đài\nĐài\n'), 'import.no-columns'],
    ['JSON', Buffer.from('[{"Mã xã": "19333", "Tên đài": "A"}]'), 'import.no-columns'],
  ])('%s: refused as a whole', async (_what, file, code) => {
    await expect(load('stations', file)).rejects.toMatchObject({ code })
    expect(await kept('stations')).toEqual([])
  })
})

describe('boards', () => {
  test('from a workbook, and again', async () => {
    const rows = [
      ['Mã xã', 'Tên bảng tin'],
      [19333, 'Bảng tin chợ Đông Hà'],
      [19742, 'Bảng tin cảng'],
    ]
    const file = await workbook({ sheets: [{ name: 'Bảng tin', rows }] })
    expect(await load('boards', file)).toMatchObject({ rows: 2, added: 2 })
    expect(await load('boards', file)).toMatchObject({ added: 0, unchanged: 2 })
    expect(await kept('boards')).toEqual([
      ['19333', 'Bảng tin chợ Đông Hà', null, null],
      ['19742', 'Bảng tin cảng', null, null],
    ])
  })

  test('100,000 rows, then again, and the place added by hand meanwhile is known', async () => {
    await addPlace(database.db, admin, 'boards', { areaCode: '19333', name: 'BẢNG TIN SỐ 7' })
    const rows = Array.from({ length: 100_000 }, (_, i) => `19333,Bảng tin số ${i}\n`)
    const file = `Mã xã,Tên bảng tin\n${rows.join('')}`
    const seen: number[] = []
    const report = await load('boards', file, { onProgress: p => seen.push(p.rows) })
    expect(report).toMatchObject({ rows: 100_000, added: 99_999, updated: 1, rejectedCount: 0 })
    expect(seen.length).toBeGreaterThan(10)
    expect(await load('boards', file)).toMatchObject({ added: 0, updated: 0, unchanged: 100_000 })
  }, 120_000)

  test('a stopped import leaves nothing', async () => {
    const stop = new AbortController()
    const rows = Array.from({ length: 20_000 }, (_, i) => `19333,Bảng tin số ${i}\n`)
    const importing = load('boards', `Mã xã,Tên bảng tin\n${rows.join('')}`, {
      signal: stop.signal,
      onProgress: () => stop.abort(),
    })
    await expect(importing).rejects.toMatchObject({ code: 'import.cancelled' })
    expect(await kept('boards')).toEqual([])
  })
})

describe('by hand', () => {
  const input = { areaCode: '19333', name: 'Đài thử', operatorEmail: 'Thu@Dai.example', kind: 'ip' as const }

  test('added, changed, retired, restored: who did what is written down, mailboxes are not', async () => {
    const { db } = database
    const made = await addPlace(db, admin, 'stations', input)
    expect(made).toMatchObject({ name: 'Đài thử', operatorEmail: 'thu@dai.example', kind: 'ip', retiredAt: null })
    const { rows: before } = await db.query('select feed_token from stations where id = $1', [made.id])
    const edited = { areaCode: '19742', name: 'Đài đổi tên', operatorEmail: null, kind: null }
    const changed = await editPlace(db, admin, 'stations', made.id, edited, now())
    expect(changed).toMatchObject({ ...edited, areaName: 'Đặc khu Cồn Cỏ', aliases: ['Đài thử'] })
    const { rows: after } = await db.query('select feed_token from stations where id = $1', [made.id])
    expect(after).toEqual(before)
    expect(await setPlaceInUse(db, admin, 'stations', made.id, false, now())).toMatchObject({
      retiredAt: expect.any(Date),
    })
    expect(await setPlaceInUse(db, admin, 'stations', made.id, true, now())).toMatchObject({ retiredAt: null })
    // The same again is no event.
    await setPlaceInUse(db, admin, 'stations', made.id, true, now())
    const { rows } = await db.query('select action, actor_name, place_id, detail from registry_events order by id')
    expect(rows.map(r => [r.action, r.actor_name, r.place_id])).toEqual(
      ['added', 'changed', 'retired', 'restored'].map(action => [action, 'Quản trị thử', made.id]),
    )
    expect(rows[1].detail).toEqual({
      changed: ['areaCode', 'name', 'kind', 'operatorEmail'],
      from: 'Đài thử',
      to: 'Đài đổi tên',
    })
    expect(JSON.stringify(rows)).not.toContain('@')
  })

  test('a name that the commune has already is refused, marks aside; in another commune, or as a board, it is free', async () => {
    const { db } = database
    const first = await addPlace(db, admin, 'stations', input)
    const twin = { ...input, name: 'ĐAI THU' }
    await expect(addPlace(db, admin, 'stations', twin)).rejects.toMatchObject({ code: 'place.exists' })
    await addPlace(db, admin, 'stations', { ...twin, areaCode: '19742' })
    await addPlace(db, admin, 'boards', twin)
    const other = await addPlace(db, admin, 'stations', { ...input, name: 'Đài khác' })
    await expect(editPlace(db, admin, 'stations', other.id, twin, now())).rejects.toMatchObject({
      code: 'place.exists',
    })
    await setPlaceInUse(db, admin, 'stations', first.id, false, now())
    await expect(addPlace(db, admin, 'stations', twin)).rejects.toMatchObject({
      code: 'place.exists',
      userMessage: { vi: expect.stringContaining('khôi phục') },
    })
  })

  test('two people who add the same at the same moment: one of them is told', async () => {
    const tries = await Promise.allSettled(
      Array.from({ length: 5 }, () => addPlace(database.db, admin, 'boards', { areaCode: '19333', name: 'Cùng lúc' })),
    )
    expect(tries.filter(t => t.status === 'fulfilled')).toHaveLength(1)
    expect(await kept('boards')).toHaveLength(1)
  })

  test.each([
    ['a province', { ...input, areaCode: '44' }],
    ['an unknown commune', { ...input, areaCode: '99999' }],
    ['no name', { ...input, name: ' ' }],
    ['a wrong mailbox', { ...input, operatorEmail: 'không' }],
  ])('%s is refused', async (_what, wrong) => {
    await expect(addPlace(database.db, admin, 'stations', wrong)).rejects.toMatchObject({ code: 'request.invalid' })
  })

  test('only administrators, whoever calls the use cases', async () => {
    const forbidden = expect.objectContaining({ code: 'auth.forbidden' })
    const { db } = database
    await expect(managedPlaces(db, officer, 'stations')).rejects.toEqual(forbidden)
    expect(() => addPlace(db, officer, 'stations', input)).toThrow(forbidden)
    expect(() => editPlace(db, officer, 'stations', '1', input, now())).toThrow(forbidden)
    expect(() => setPlaceInUse(db, officer, 'stations', '1', false, now())).toThrow(forbidden)
    expect(() => importPlaces(db, officer, 'boards', inPieces(''), { now })).toThrow(forbidden)
  })

  test('nothing there', async () => {
    for (const id of ['0', '999999']) {
      await expect(editPlace(database.db, admin, 'boards', id, input, now())).rejects.toMatchObject({
        code: 'not-found',
      })
    }
  })
})

describe('kinds of boards', () => {
  const file =
    'Mã xã,Tên bảng tin,Loại,Kích thước,Email người phụ trách\n' +
    '19333,Bảng chợ,Giấy,,truong-thon@dong-ha.example\n' +
    '19333,Bảng cổng chào,LED,192x32,\n' +
    '19333,Bảng nhà văn hóa,màn hình,,\n' +
    '19742,Bảng cảng cá,,,\n'
  const boards = async () =>
    Object.fromEntries((await managedPlaces(database.db, admin, 'boards')).map(p => [p.name, p.board]))
  const screen = { kind: 'screen', keeperEmail: null, led: null }

  test('come in with the list, with keepers and pixels; empty cells take nothing away', async () => {
    expect(await load('boards', file)).toMatchObject({ added: 4, rejectedCount: 0 })
    const all = {
      'Bảng chợ': { kind: 'paper', keeperEmail: 'truong-thon@dong-ha.example', led: null },
      'Bảng cổng chào': { kind: 'led', keeperEmail: null, led: { width: 192, height: 32 } },
      'Bảng nhà văn hóa': screen,
      'Bảng cảng cá': screen,
    }
    expect(await boards()).toEqual(all)
    expect(await load('boards', file)).toMatchObject({ added: 0, updated: 0, unchanged: 4 })
    const bare = file.replace(/,Loại.*\n/, '\n').replaceAll(/^(\d+,[^,]+),.*$/gm, '$1')
    expect(await load('boards', bare)).toMatchObject({ added: 0, updated: 0, unchanged: 4 })
    expect(await boards()).toEqual(all)
  })

  test('change with the list; what is no strip any more has no pixels', async () => {
    await load('boards', file)
    const changed = 'Mã xã,Tên bảng tin,Loại,Kích thước\n19333,Bảng cổng chào,điện tử,\n19333,Bảng chợ,led,64 × 16\n'
    expect(await load('boards', changed)).toMatchObject({ updated: 2 })
    expect(await boards()).toMatchObject({
      'Bảng cổng chào': screen,
      'Bảng chợ': { kind: 'led', keeperEmail: 'truong-thon@dong-ha.example', led: { width: 64, height: 16 } },
    })
  })

  test('an unclear kind and a strip without pixels are refused with their reason', async () => {
    const wrong = 'Mã xã,Tên bảng tin,Loại,Kích thước\n19333,A,gỗ,\n19333,B,LED,\n19333,C,LED,9x9\n'
    const report = await load('boards', wrong)
    expect(report.rejected.map(r => r.reason.vi)).toEqual([
      expect.stringContaining('"gỗ"'),
      expect.stringContaining('192x32'),
      expect.stringContaining('192x32'),
    ])
  })

  test('are set by hand; a screen that becomes paper is paired with nobody, and the mailbox is not in the journal', async () => {
    const { db } = database
    const made = await addPlace(db, admin, 'boards', { areaCode: '19333', name: 'Bảng tổ 4' })
    expect(made.board).toEqual(screen)
    await db.query(
      `insert into board_sessions (board_id, kind, refresh_hash, created_at, refreshed_at, expires_at)
       values ($1, 'player', 'x', now(), now(), now() + interval '1 day')`,
      [made.id],
    )
    const paper = { kind: 'paper' as const, keeperEmail: 'To4@Dong-Ha.example', led: { width: 64, height: 16 } }
    const edited = await editPlace(db, admin, 'boards', made.id, { ...made, board: paper }, now())
    expect(edited.board).toEqual({ kind: 'paper', keeperEmail: 'to4@dong-ha.example', led: null })
    expect((await db.query('select revoked_why from board_sessions')).rows).toEqual([{ revoked_why: 'unpaired' }])
    expect(
      (await editPlace(db, admin, 'boards', made.id, { areaCode: '19333', name: 'Bảng tổ 4' }, now())).board,
    ).toEqual(edited.board)
    const { rows } = await db.query(`select detail from registry_events where action = 'changed' order by id`)
    expect(rows[0].detail).toEqual({ changed: ['kind', 'keeperEmail'] })
    const strip = { kind: 'led' as const, keeperEmail: null, led: null }
    await expect(editPlace(db, admin, 'boards', made.id, { ...made, board: strip }, now())).rejects.toMatchObject({
      code: 'request.invalid',
    })
    await db.query('delete from board_sessions')
  })
})
