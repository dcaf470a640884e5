import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import sharp from 'sharp'
import { createMailPort, type Mailer } from '../../../channels/email/smtp.ts'
import { cancel } from '../../../services/dispatch/control.ts'
import { confirmPosting, confirmRemoval } from '../../../services/places/postings/postings.ts'
import { remindKeepers } from '../../../services/places/postings/reminders.ts'
import { findTask, tasksDue, tasksEnding } from '../../../services/places/postings/tasks.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { readMail } from '../../../services/simulator/mail.ts'
import { officer } from '../../support/dispatch.ts'
import { silentLog } from '../../support/server-keeper.ts'
import { configsFor } from '../simulator/world.ts'
import { type PlacesWorld, placesWorld } from './world.ts'

const keeper = 'truong-thon@bang-tin.example'
const minute = 60_000
const day = 24 * 60 * minute
let world: PlacesWorld
let simulator: Simulator
/** Two worker processes have a connection each. */
let mailers: Mailer[]
let photo: Buffer

beforeAll(async () => {
  world = await placesWorld()
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
  mailers = [0, 1].map(() => createMailPort(configsFor(simulator).email, { log: silentLog, now: () => new Date() }))
  await world.database.db.query(`update boards set kind = 'paper', keeper_email = $1`, [keeper])
  photo = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#777' } })
    .jpeg()
    .toBuffer()
})
afterAll(async () => {
  await Promise.all(mailers.map(mailer => mailer.close()))
  await simulator.close()
  await world.close()
})
beforeEach(async () => {
  world.deps.now = () => new Date()
  simulator.setFaults({ rules: [] })
  simulator.record.mail.clear()
  await world.database.db.query('truncate announcements cascade')
})

const pass = (ms: number) => {
  world.deps.now = () => new Date(Date.now() + ms)
}
const never = new AbortController().signal

function remind(worker = 0, signal = never): Promise<number> {
  const { db, links, demo } = world.deps
  const mail = mailers[worker]
  if (!mail) throw new Error('no such worker')
  return remindKeepers({ db, links, demo, mail, now: world.deps.now, log: silentLog }, signal)
}

async function mails() {
  return await Promise.all(simulator.record.mail.keptOf(keeper).map(readMail))
}

/** A notice that hangs on the first `boards` boards. */
async function posted(title: string, boards = 1, endsAfterMs = 3 * day) {
  const id = await world.announce({ title, expiresAt: new Date(Date.now() + endsAfterMs).toISOString() })
  const dispatchId = await world.dispatch(id, 'board')
  for (const { id: boardId } of world.boards.slice(0, boards)) {
    await confirmPosting(world.deps, { dispatchId, boardId }, { name: 'Người dán', note: '', photo })
  }
  return { id, dispatchId, boardId: world.boards[0]?.id ?? '' }
}

describe('reminders to keepers', () => {
  test('one mail within the day before the end, one when it is over; each once, whatever hangs where in one mail', async () => {
    await posted('Thông báo tuyển quân', 2)
    await posted('Lịch cắt điện')
    expect(await remind()).toBe(0)
    pass(2 * day + minute)
    expect(await remind()).toBe(1)
    expect(await remind()).toBe(0)
    const [soon] = await mails()
    expect(soon?.subject).toBe('Nhắc gỡ 3 thông báo trên bảng niêm yết')
    for (const words of ['Thông báo tuyển quân', 'Lịch cắt điện', 'Bảng tin Nhà văn hóa', 'Bảng tin Cảng cá', '/n/']) {
      expect(soon?.text).toContain(words)
      expect(soon?.html).toContain(words)
    }
    pass(3 * day + minute)
    expect(await remind()).toBe(1)
    pass(30 * day)
    // Nobody ever says that they were taken down: they hang, and are read no more.
    const { tasks, more } = await tasksDue(world.database.db, world.deps.now(), 2)
    expect([tasks.map(task => task.title), more]).toEqual([['Lịch cắt điện', 'Thông báo tuyển quân'], 1])
    expect(await tasksEnding(world.database.db)).toEqual([])
    expect(await remind()).toBe(0)
    expect((await mails()).map(mail => mail.subject)).toEqual([
      'Nhắc gỡ 3 thông báo trên bảng niêm yết',
      'Cần gỡ 3 thông báo trên bảng niêm yết',
    ])
  })

  test('what was taken down in time, and what nobody posted, is nobody reminded of', async () => {
    const { dispatchId, boardId } = await posted('Đã gỡ sớm')
    await confirmRemoval(world.deps, { dispatchId, boardId }, { name: 'Người gỡ', note: '', photo: undefined })
    await world.announce({ title: 'Chưa ai dán', expiresAt: new Date(Date.now() + day).toISOString() })
    pass(4 * day)
    expect(await remind()).toBe(0)
    expect(await mails()).toEqual([])
  })

  test('a withdrawn notice is told of at once, to those too who never said that it hangs', async () => {
    const { id } = await posted('Sai ngày họp')
    await cancel(world.deps, officer, id, 'sai ngày')
    expect(await remind()).toBe(1)
    expect(await remind(1)).toBe(0)
    const [mail] = await mails()
    expect(mail?.subject).toBe('GỠ NGAY: 2 thông báo trên bảng niêm yết')
    expect(mail?.text).toContain('Bảng tin Cảng cá, Đặc khu Cồn Cỏ (chưa báo đã dán)')
    expect(mail?.headers).toContainEqual({ name: 'Importance', value: 'High' })
  })

  test('a notice that was told of as overdue and is withdrawn afterwards is told of again', async () => {
    const { id } = await posted('Hết hạn rồi mới thu hồi', 1, day / 2)
    pass(day)
    expect(await remind()).toBe(1)
    await cancel(world.deps, officer, id, 'sai nội dung')
    expect(await remind()).toBe(1)
    expect((await mails()).map(mail => mail.subject.slice(0, 7))).toEqual(['Cần gỡ ', 'GỠ NGAY'])
  })

  test('two workers at one moment send one mail', async () => {
    for (let i = 0; i < 5; i++) await posted(`Thông báo ${i}`, 2, day / 2)
    const sent = await Promise.all([remind(0), remind(1), remind(0), remind(1)])
    expect(sent.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(1)
    const all = await mails()
    // Workers may share the notices out; no notice at one board is in two mails.
    const pages = all.flatMap(mail => mail.text.match(/\/n\/\S+/g) ?? [])
    expect(pages).toHaveLength(10)
    expect(new Set(pages).size).toBe(10)
  })

  test('a mail that certainly did not leave is sent later; one whose fate is unknown is not sent again', async () => {
    const { dispatchId, boardId } = await posted('Máy chủ thư bận', 1, day / 2)
    simulator.setFaults({ rules: [{ kind: 'email.temporary' }] })
    expect(await remind()).toBe(0)
    simulator.setFaults({ rules: [{ kind: 'email.drop-after' }] })
    expect(await remind()).toBe(0)
    simulator.setFaults({ rules: [] })
    expect(await remind()).toBe(0)
    expect(await mails()).toHaveLength(1)
    const task = await findTask(world.database.db, dispatchId, boardId)
    expect(task?.reminders).toMatchObject([{ kind: 'soon', result: 'unknown' }])
  })

  test('a keeper whose mailbox does not exist is not written to for ever, and it is on record', async () => {
    const { dispatchId, boardId } = await posted('Sai hộp thư', 1, day / 2)
    simulator.setFaults({ rules: [{ kind: 'email.permanent' }] })
    expect(await remind()).toBe(0)
    simulator.setFaults({ rules: [] })
    expect(await remind()).toBe(0)
    const task = await findTask(world.database.db, dispatchId, boardId)
    expect(task?.reminders).toMatchObject([{ kind: 'soon', result: 'rejected: smtp-550-5.1.1' }])
  })
})
