import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { signedInClient } from '../../../services/cli/api-client.ts'
import { whatWasStopped } from '../../../services/cli/commands/control.ts'
import { readStates, resend } from '../../../services/cli/commands/resend.ts'
import { statusNotes } from '../../../services/cli/commands/status.ts'
import { resultTable } from '../../../services/cli/show/table.ts'
import { deliverChunk } from '../../../services/dispatch/deliver.ts'
import { freezeDispatch } from '../../../services/dispatch/plan.ts'
import { applyReceipts, recordReceipts } from '../../../services/dispatch/receipts.ts'
import { renderDispatch } from '../../../services/dispatch/render.ts'
import { balances, type Outcome } from '../../../services/domain/delivery.ts'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { personHistorySchema, progressSchema, targetResultSchema } from '../../../services/http/schemas.ts'
import { openChunks } from '../../support/dispatch.ts'
import { emailOf, goodContent, type HttpServer, httpServer } from './server.ts'

/*
 * Those whom a channel did not reach: a further round, what a person says, and what one person was sent, over HTTP and
 * from a terminal. Of eight people the vendor takes five, refuses two and leaves one unknown.
 */
let server: HttpServer
let listening: Listening
let officer: Awaited<ReturnType<HttpServer['as']>>
let approver: Awaited<ReturnType<HttpServer['as']>>
let operator: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer({ citizens: 8 })
  listening = await listen(server.app, { host: '127.0.0.1', port: 0 })
  ;[officer, approver, operator] = await Promise.all([
    server.as('officer'),
    server.as('approver'),
    server.as('operator'),
  ])
  Object.assign(process.env, {
    LOA_SERVER: listening.url,
    LOA_USER: emailOf('officer'),
    LOA_PASSWORD: server.passwords.officer,
  })
})
afterAll(async () => {
  for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  await listening.close()
  await server.close()
})

const never = new AbortController().signal
const db = () => server.database.db
/** Phones end in the id of the person. */
const phone = (id: number) => `+8490${String(id).padStart(7, '0')}`
const refused = [7, 8]
const unsure = 6

const vendor = (targets: { id: string }[]): Outcome[] =>
  targets.map(({ id }): Outcome => {
    if (refused.includes(Number(id))) return { kind: 'rejected', code: '30005' }
    return Number(id) === unsure ? { kind: 'unknown', code: 'timeout' } : { kind: 'accepted', ref: `first-${id}` }
  })

async function approved(title: string): Promise<string> {
  const draft = await officer
    .post('/api/announcements')
    .send({ content: { ...goodContent, title } })
    .expect(201)
  const { id, revision } = draft.body
  const { body } = await officer.post(`/api/announcements/${id}/submit`).send({ revision }).expect(200)
  await approver.post(`/api/announcements/${id}/approve`).send({ hash: body.hash }).expect(200)
  return id
}

/** Freezes, renders and delivers the dispatch of a round as a worker would. */
async function carry(id: string, round = 1): Promise<string> {
  const { rows } = await db().query('select id from dispatches where announcement_id = $1 and round = $2', [id, round])
  const dispatch: string = rows[0].id
  await freezeDispatch(server.deps, dispatch)
  await renderDispatch(server.deps, server.deps.withWorkDir, dispatch, never)
  for (const chunk of await openChunks(db(), dispatch)) {
    await deliverChunk(server.deps, chunk, 'sms', () => server.sms.session(), never)
  }
  return dispatch
}

/** An announcement whose first round is done. */
async function sent(title: string): Promise<{ id: string; dispatch: string }> {
  server.sms.script = batch => vendor(batch.targets)
  const id = await approved(title)
  return { id, dispatch: await carry(id) }
}

const progressOf = async (id: string) =>
  progressSchema.parse((await officer.get(`/api/announcements/${id}/progress`).expect(200)).body)
const roundsOf = async (id: string) =>
  (await db().query('select round from dispatches where announcement_id = $1', [id])).rowCount
const eventsOf = async (id: string, action: string) =>
  ((await officer.get(`/api/announcements/${id}/history`).expect(200)).body as { action: string; detail: object }[])
    .filter(event => event.action === action)
    .map(event => event.detail)

describe('a further round', () => {
  test('goes to those in the named states, each once, and says who may get it twice', async () => {
    const { id, dispatch } = await sent('Gửi lại')
    expect((await progressOf(id)).dispatches[0]?.counts).toMatchObject({ accepted: 5, rejected: 2, unknown: 1 })
    const states = ['rejected', 'unknown', 'unknown']
    const answer = await officer.post(`/api/dispatches/${dispatch}/resend`).send({ states }).expect(200)
    expect(progressSchema.parse(answer.body).state).toBe('dispatching')

    server.sms.sentTo.length = 0
    server.sms.script = batch =>
      batch.targets.map(t => ({ kind: 'accepted', ref: `second-${(t as { id: string }).id}` }))
    await carry(id, 2)
    expect([...server.sms.sentTo].map(Number).sort()).toEqual([unsure, ...refused])
    const progress = await progressOf(id)
    expect(progress.state).toBe('completed')
    const [first, second] = progress.dispatches
    expect(first?.counts).toMatchObject({ audience: 8, accepted: 5, rejected: 2, unknown: 1 })
    expect(second).toMatchObject({ round: 2, resendStates: ['rejected', 'unknown'], possibleRepeats: 1 })
    expect(second?.counts).toMatchObject({ audience: 3, accepted: 3 })
    for (const d of progress.dispatches) expect(balances(d.counts)).toBe(true)
    expect(await eventsOf(id, 'resend')).toEqual([
      { channel: 'sms', round: 2, states: ['rejected', 'unknown'], audience: 3, possibleRepeats: 1 },
    ])

    const areas = (await officer.get(`/api/announcements/${id}/results/areas`).expect(200)).body
    const perRound = (n: number) =>
      areas
        .filter((a: { round: number }) => a.round === n)
        .reduce((sum: number, a: { counts: { audience: number } }) => sum + a.counts.audience, 0)
    expect([perRound(1), perRound(2)]).toEqual([8, 3])

    const again = await officer.post(`/api/dispatches/${dispatch}/resend`).send({ states: ['rejected'] })
    expect([again.status, again.body.code]).toEqual([409, 'dispatch.nobody-left'])
  })

  test('a message that the carrier took and then could not deliver is sent again; one that was delivered is not', async () => {
    const { id, dispatch } = await sent('Không đến máy')
    const at = new Date()
    await recordReceipts(server.deps, 'sms', [
      { ref: 'first-1', dispatchId: dispatch, targetId: '1', state: 'rejected', code: '30003', at },
      { ref: 'first-2', dispatchId: dispatch, targetId: '2', state: 'confirmed', at },
    ])
    await applyReceipts(server.deps)
    expect((await progressOf(id)).dispatches[0]?.counts).toMatchObject({ accepted: 3, confirmed: 1, rejected: 3 })
    await officer
      .post(`/api/dispatches/${dispatch}/resend`)
      .send({ states: ['rejected'] })
      .expect(200)
    server.sms.sentTo.length = 0
    await carry(id, 2)
    expect([...server.sms.sentTo].map(Number).sort()).toEqual([1, ...refused])
    expect(await eventsOf(id, 'resend')).toMatchObject([{ audience: 3 }])
  })

  test('two who press at the same moment, and one who presses twice, add one round', async () => {
    const { id, dispatch } = await sent('Bấm hai lần')
    const press = (agent: typeof officer, key: string) =>
      agent
        .post(`/api/dispatches/${dispatch}/resend`)
        .set('Idempotency-Key', key)
        .send({ states: ['rejected'] })
    const answers = await Promise.all([press(officer, 'one'), press(officer, 'one'), press(approver, 'two')])
    // The same key gets the same answer; of the two people one is told that the channel is at work.
    expect(answers[0].status).toBe(answers[1].status)
    expect([answers[0].status, answers[2].status].sort()).toEqual([200, 409])
    expect(await roundsOf(id)).toBe(2)
    server.sms.sentTo.length = 0
    await carry(id, 2)
    expect([...server.sms.sentTo].map(Number).sort()).toEqual(refused)
  })

  test('only for those who may control, only with states that can be sent again, only when it is over', async () => {
    const id = await approved('Chưa gửi')
    const { rows } = await db().query('select id from dispatches where announcement_id = $1', [id])
    const path = `/api/dispatches/${rows[0].id}/resend`
    expect((await operator.post(path).send({ states: ['rejected'] })).body.code).toBe('auth.forbidden')
    expect((await officer.post(path).send({ states: ['accepted'] })).status).toBe(422)
    expect((await officer.post(path).send({ states: [] })).status).toBe(422)
    expect((await officer.post(path).send({ states: ['rejected'] })).body.code).toBe('dispatch.wrong-state')
    expect((await officer.post('/api/dispatches/999999/resend').send({ states: ['rejected'] })).status).toBe(404)
    await officer.post(`/api/announcements/${id}/cancel`).send({ reason: 'Dừng' }).expect(200)
    expect((await officer.post(path).send({ states: ['rejected'] })).body.code).toBe('dispatch.wrong-state')
    expect(await roundsOf(id)).toBe(1)
  })
})

describe('what a person says', () => {
  const settle = (agent: typeof officer, dispatch: string, target: number, reached: boolean) =>
    agent.post(`/api/dispatches/${dispatch}/targets/${target}/settle`).send({ reached })

  test('settles an unknown message once, and who was reached is in no further round', async () => {
    const { id, dispatch } = await sent('Đã hỏi')
    expect((await settle(operator, dispatch, unsure, true)).status).toBe(403)
    const answer = await settle(officer, dispatch, unsure, true).expect(200)
    expect(progressSchema.parse(answer.body).dispatches[0]?.counts).toMatchObject({ confirmed: 1, unknown: 0 })
    const { body } = await officer
      .get(`/api/announcements/${id}/targets?channel=sms&round=1&state=confirmed`)
      .expect(200)
    expect(z.array(targetResultSchema).parse(body.items)).toMatchObject([
      { targetId: String(unsure), code: 'said-by-person' },
    ])
    expect(await eventsOf(id, 'settle')).toEqual([
      { channel: 'sms', round: 1, targetId: String(unsure), state: 'confirmed' },
    ])
    const twice = await settle(approver, dispatch, unsure, false)
    expect([twice.status, twice.body.code]).toEqual([409, 'dispatch.wrong-state'])
    const again = await officer.post(`/api/dispatches/${dispatch}/resend`).send({ states: ['unknown'] })
    expect(again.body.code).toBe('dispatch.nobody-left')
  })

  test('who says that nothing came is rejected, and is in the next round; others cannot be settled', async () => {
    const { id, dispatch } = await sent('Chưa nhận được')
    await settle(officer, dispatch, unsure, false).expect(200)
    expect((await settle(officer, dispatch, 1, false)).body.code).toBe('dispatch.wrong-state')
    expect((await settle(officer, '999999' as never, unsure, true)).status).toBe(404)
    await officer
      .post(`/api/dispatches/${dispatch}/resend`)
      .send({ states: ['rejected'] })
      .expect(200)
    server.sms.sentTo.length = 0
    await carry(id, 2)
    expect([...server.sms.sentTo].map(Number).sort()).toEqual([unsure, ...refused])
  })
})

describe('what one person was sent', () => {
  const ask = (agent: typeof officer, address: string) => agent.post('/api/citizens/history').send({ address })

  test('newest first, with round and reason, however the number is written; the look-up is recorded', async () => {
    const { id, dispatch } = await sent('Lịch sử')
    await officer
      .post(`/api/dispatches/${dispatch}/resend`)
      .send({ states: ['rejected'] })
      .expect(200)
    await carry(id, 2)
    const written = `0${phone(7).slice(3, 6)} ${phone(7).slice(6, 9)} ${phone(7).slice(9)}`
    const answer = await ask(approver, written).expect(200)
    const items = z.array(z.strictObject(personHistorySchema.shape)).parse(answer.body.items)
    const ours = items.filter(item => item.announcementId === id)
    expect(ours.map(({ round, state, code, title, channel }) => ({ round, state, code, title, channel }))).toEqual([
      { round: 2, state: 'rejected', code: '30005', title: 'Lịch sử', channel: 'sms' },
      { round: 1, state: 'rejected', code: '30005', title: 'Lịch sử', channel: 'sms' },
    ])
    const at = items.map(item => item.frozenAt)
    expect(at).toEqual([...at].sort().reverse())
    const { rows } = await db().query(`select citizen_id from account_events where kind = 'history-read'`)
    expect(rows).toEqual([{ citizen_id: '7' }])
  })

  test('nobody with that number, a number that is none, and an operator are told so', async () => {
    expect((await ask(officer, '0999 999 999')).body.code).toBe('not-found')
    expect((await ask(officer, '12')).status).toBe(422)
    expect((await ask(officer, '0123')).body.code).toBe('citizen.bad-phone')
    expect((await ask(officer, 'khong@dung')).body.code).toBe('citizen.bad-email')
    expect((await ask(operator, phone(7))).body.code).toBe('auth.forbidden')
    expect(JSON.stringify(server.lines)).not.toContain(phone(7).slice(1))
  })

  test('somebody who was sent nothing has an empty history', async () => {
    await db().query(`insert into citizens (full_name, phone, area_code) values ('Người mới', '+84912345678', '19742')`)
    expect((await ask(officer, '0912345678').expect(200)).body).toEqual({ items: [] })
    // In the announcements of the other tests this person would be one more.
    await db().query(`delete from citizens where phone = '+84912345678'`)
  })
})

describe('the address of one person of a dispatch', () => {
  const look = (agent: typeof officer, dispatch: string, target: number | string) =>
    agent.post(`/api/dispatches/${dispatch}/targets/${target}/address`).send({})
  const looks = async () =>
    (
      await db().query(
        `select e.citizen_id, u.email from account_events e join users u on u.id = e.user_id
         where e.kind = 'history-read' order by e.id`,
      )
    ).rows

  test('is masked in the list, told in full to who asks, and each look-up is recorded', async () => {
    const { id, dispatch } = await sent('Hỏi qua điện thoại')
    const list = await officer.get(`/api/announcements/${id}/targets?channel=sms&round=1&state=unknown`).expect(200)
    expect(z.array(targetResultSchema).parse(list.body.items)).toMatchObject([{ targetId: String(unsure) }])
    expect(list.text).not.toContain(phone(unsure).slice(3))
    const before = await looks()
    expect((await look(officer, dispatch, unsure).expect(200)).body).toEqual({ address: phone(unsure) })
    expect((await look(approver, dispatch, unsure).expect(200)).body).toEqual({ address: phone(unsure) })
    expect((await looks()).slice(before.length)).toEqual([
      { citizen_id: String(unsure), email: emailOf('officer') },
      { citizen_id: String(unsure), email: emailOf('approver') },
    ])
    expect(JSON.stringify(server.lines)).not.toContain(phone(unsure).slice(1))
  })

  test('is told to nobody else, of nobody else, and of no place', async () => {
    const { dispatch } = await sent('Không phải người nhận')
    const before = await looks()
    expect((await look(operator, dispatch, unsure)).body.code).toBe('auth.forbidden')
    const { rows } = await db().query(
      `insert into citizens (full_name, phone, area_code) values ('Người đến sau', '+84912345679', '19742') returning id`,
    )
    const answers = [
      await look(officer, dispatch, rows[0].id),
      await look(officer, dispatch, 999_999),
      await look(officer, '999999', unsure),
    ]
    expect(answers.map(a => [a.status, a.body.code])).toEqual(Array(3).fill([404, 'not-found']))
    await db().query('delete from citizens where id = $1', [rows[0].id])
    // The same outcomes, had they been those of stations: a station may have a person's id.
    await db().query(`update dispatches set channel = 'loudspeaker' where id = $1`, [dispatch])
    expect((await look(officer, dispatch, unsure)).body.code).toBe('not-found')
    await db().query(`update dispatches set channel = 'sms' where id = $1`, [dispatch])
    expect(await looks()).toEqual(before)
  })
})

describe('from a terminal', () => {
  test('loa resend adds a round, loa status shows it, and a second time is refused while it is open', async () => {
    const { id } = await sent('Từ dòng lệnh')
    const client = await signedInClient()
    const { progress, added, busy } = await resend(client, id, readStates('unknown,rejected'), undefined)
    expect(progress.dispatches.find(d => d.id === added[0])).toMatchObject({
      channel: 'sms',
      round: 2,
      resendStates: ['rejected', 'unknown'],
    })
    expect(busy).toEqual([])
    await expect(resend(client, id, ['rejected'], 'sms')).rejects.toMatchObject({ code: 'dispatch.wrong-state' })
    await carry(id, 2)
    const names = new Map([['sms', 'Tin nhắn SMS']])
    const after = await progressOf(id)
    expect(resultTable(after, names, new Map())).toContain('Tin nhắn SMS · lần 2')
    expect(statusNotes(after, names)).toBe('Tin nhắn SMS · lần 2: 1 người có thể nhận hai lần\n')
  })

  test('a channel that is not used, states that are none, and nobody left are errors, not silence', async () => {
    const { id } = await sent('Nhầm')
    const client = await signedInClient()
    await expect(resend(client, id, ['rejected'], 'smss')).rejects.toMatchObject({ code: 'channel.unknown' })
    await expect(resend(client, id, ['skipped'], undefined)).rejects.toMatchObject({ code: 'dispatch.nobody-left' })
    await expect(resend(client, id, ['skipped'], 'sms')).rejects.toMatchObject({ code: 'dispatch.nobody-left' })
    expect(() => readStates('accepted')).toThrow()
    expect(() => readStates('unknown,')).toThrow()
    expect(await roundsOf(id)).toBe(1)
  })

  test('what waits for the morning is named with its time in Viet Nam', async () => {
    const { id } = await sent('Chờ sáng')
    const [dispatch] = (await progressOf(id)).dispatches
    if (!dispatch) throw new Error('no dispatch')
    const quiet = { ...dispatch, phase: 'quiet' as const, quietUntil: '2026-11-26T00:00:00.000Z', costDong: 1_234_500 }
    expect(statusNotes({ announcementId: id, state: 'dispatching', dispatches: [quiet] }, new Map())).toBe(
      'sms: chờ hết giờ yên tĩnh, gửi tiếp lúc 07:00 26/11/2026\n' +
        'sms: chi phí đến nay 1.234.500 đ (chưa kể 1 tin không rõ, có thể cũng bị tính tiền)\n',
    )
  })

  test('loa cancel tells what had left at that moment', async () => {
    const { id } = await sent('Hủy sau')
    await officer.post(`/api/announcements/${id}/cancel`).send({ reason: 'Sai giờ' }).expect(200)
    expect(await whatWasStopped(await signedInClient(), id)).toBe(
      'Đã hủy.\nsms: đã dừng 0; đã hoặc có thể đã rời hệ thống 6; đang chuyển 0\n',
    )
  })
})
