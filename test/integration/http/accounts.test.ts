import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { attemptLimits } from '../../../services/accounts/attempts.ts'
import { addAccount, changeAccount, resetPassword, setAccountInUse } from '../../../services/accounts/manage.ts'
import type { Actor } from '../../../services/domain/accounts.ts'
import { officer as officerActor } from '../../support/dispatch.ts'
import { emailOf, type HttpServer, httpServer } from './server.ts'

let server: HttpServer
let admin: Awaited<ReturnType<HttpServer['as']>>
beforeAll(async () => {
  server = await httpServer()
  admin = await server.as('admin')
})
afterAll(() => server.close())

const person = { email: 'van-thu@quangtri.example', name: 'Chị Văn Thư', role: 'officer', areas: ['44'] }
const signIn = (email: string, password: string) =>
  supertest(server.app).post('/api/auth/sign-in/email').set('Sec-Fetch-Site', 'same-origin').send({ email, password })
const idOf = async (email: string) =>
  (await admin.get('/api/accounts').expect(200)).body.find((a: { email: string }) => a.email === email)?.id as string

describe('an account', () => {
  test('made: the password is in the answer once, works, and is nowhere else', async () => {
    const made = await admin
      .post('/api/accounts')
      .send({ ...person, email: ' Van-Thu@QuangTri.example ' })
      .expect(201)
    expect(made.body).toEqual({
      account: {
        ...person,
        id: expect.any(String),
        createdAt: expect.any(String),
        lastSignInAt: null,
        disabledAt: null,
      },
      password: expect.stringMatching(/^(\w{4}-){4}\w{4}$/),
    })
    await signIn(person.email, made.body.password).expect(200)
    const list = await admin.get('/api/accounts').expect(200)
    expect(list.body).toHaveLength(5)
    expect(list.body).toContainEqual({ ...made.body.account, lastSignInAt: expect.any(String) })
    expect(JSON.stringify([list.body, server.lines])).not.toContain(made.body.password)
    const again = await admin.post('/api/accounts').send(person).expect(409)
    expect(again.body.code).toBe('account.exists')
  })

  test.each([
    [{ ...person, email: 'không phải' }],
    [{ ...person, email: 'moi@quangtri.example', name: ' ' }],
    [{ ...person, email: 'moi@quangtri.example', role: 'chủ tịch' }],
    [{ ...person, email: 'moi@quangtri.example', areas: ['99'] }],
    [{ ...person, email: 'moi@quangtri.example', areas: ['Quảng Trị'] }],
    [{ ...person, email: 'moi@quangtri.example', role: 'operator', areas: [] }],
  ])('%j is refused', async body => {
    const answer = await admin.post('/api/accounts').send(body).expect(422)
    expect(answer.body.code).toBe('request.invalid')
    expect(await idOf('moi@quangtri.example')).toBeUndefined()
  })

  test('a new password ends its sessions; the old one is worth nothing', async () => {
    const email = 'quen@quangtri.example'
    const made = await admin
      .post('/api/accounts')
      .send({ ...person, email })
      .expect(201)
    const session = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await session.post('/api/auth/sign-in/email').send({ email, password: made.body.password }).expect(200)
    const reset = await admin.post(`/api/accounts/${made.body.account.id}/reset-password`).send({}).expect(200)
    expect(reset.body.password).not.toBe(made.body.password)
    await session.get('/api/me').expect(401)
    await signIn(email, made.body.password).expect(401)
    await signIn(email, reset.body.password).expect(200)
  })

  test('disabled: out at once, and told so only with the right password; enabled: in again', async () => {
    const email = 'nghi-viec@quangtri.example'
    const made = await admin
      .post('/api/accounts')
      .send({ ...person, email })
      .expect(201)
    const { id } = made.body.account
    const session = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await session.post('/api/auth/sign-in/email').send({ email, password: made.body.password }).expect(200)
    const off = await admin.post(`/api/accounts/${id}/disable`).send({}).expect(200)
    expect(off.body.disabledAt).toEqual(expect.any(String))
    await session.get('/api/me').expect(401)
    expect((await signIn(email, made.body.password).expect(403)).body.code).toBe('account.disabled')
    expect((await signIn(email, 'not the password at all').expect(401)).body.code).toBe('auth.wrong-password')
    const { rows } = await server.database.db.query('select from sessions where user_id = $1', [id])
    expect(rows).toHaveLength(0)
    await admin.post(`/api/accounts/${id}/enable`).send({}).expect(200)
    await signIn(email, made.body.password).expect(200)
  })

  test('a session that outlived the switch, however it came about, is nobody', async () => {
    const email = 'con-phien@quangtri.example'
    const made = await admin
      .post('/api/accounts')
      .send({ ...person, email })
      .expect(201)
    const session = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await session.post('/api/auth/sign-in/email').send({ email, password: made.body.password }).expect(200)
    await server.database.db.query('update users set disabled_at = now() where email = $1', [email])
    await session.get('/api/me').expect(401)
  })

  test('another name, role and areas count from the next request on', async () => {
    const email = 'chuyen-cho@quangtri.example'
    const made = await admin
      .post('/api/accounts')
      .send({ ...person, email })
      .expect(201)
    const session = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await session.post('/api/auth/sign-in/email').send({ email, password: made.body.password }).expect(200)
    const change = { name: 'Người Vận Hành', role: 'operator', areas: ['19333'] }
    const changed = await admin.put(`/api/accounts/${made.body.account.id}`).send(change).expect(200)
    expect(changed.body).toMatchObject({ ...change, email })
    expect((await session.get('/api/me').expect(200)).body).toMatchObject(change)
    await session.get('/api/announcements').expect(403)
  })
})

describe('a password of one’s own', () => {
  const next = 'một câu dễ nhớ của riêng tôi'
  const email = 'tu-doi@quangtri.example'

  test('chosen with the present one; every session ends, and only the new one opens the door', async () => {
    const made = await admin
      .post('/api/accounts')
      .send({ ...person, email })
      .expect(201)
    const session = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await session.post('/api/auth/sign-in/email').send({ email, password: made.body.password }).expect(200)
    const choose = (body: object) => session.post('/api/me/password').send(body)
    const wrong = await choose({ current: 'không phải mật khẩu này', next }).expect(403)
    expect(wrong.body).toMatchObject({ code: 'account.wrong-password', detailVi: expect.stringContaining('hiện tại') })
    const current = made.body.password
    expect((await choose({ current, next: 'ngắn' }).expect(422)).body.code).toBe('request.invalid')
    expect((await choose({ current, next: current }).expect(422)).body.code).toBe('request.invalid')
    await session.get('/api/me').expect(200)
    await choose({ current, next }).expect(200)
    await session.get('/api/me').expect(401)
    await signIn(email, current).expect(401)
    await signIn(email, next).expect(200)
    const { rows } = await server.database.db.query(
      `select actor_name from account_events e join users u on u.id = e.user_id where u.email = $1 and kind = 'password-set'`,
      [email],
    )
    expect(rows).toEqual([{ actor_name: person.name }])
    expect(JSON.stringify(server.lines)).not.toContain(next)
  })

  test('wrong guesses are limited like those at sign-in', async () => {
    const session = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await session.post('/api/auth/sign-in/email').send({ email, password: next }).expect(200)
    const statuses: number[] = []
    for (let i = 0; i < attemptLimits.accountAndAddress + 2; i++) {
      const answer = await session.post('/api/me/password').send({ current: `guess ${i}`, next: `${next} mới` })
      statuses.push(answer.status)
    }
    expect(statuses.slice(0, attemptLimits.accountAndAddress)).toEqual(Array(attemptLimits.accountAndAddress).fill(403))
    expect(statuses.at(-1)).toBe(429)
  })
})

describe('who is left', () => {
  test('nobody disables themselves or takes their own role away', async () => {
    const id = await idOf(emailOf('admin'))
    expect((await admin.post(`/api/accounts/${id}/disable`).send({}).expect(409)).body.code).toBe('account.yourself')
    const change = { name: 'Quản trị', role: 'officer', areas: [] }
    expect((await admin.put(`/api/accounts/${id}`).send(change).expect(409)).body.code).toBe('account.yourself')
    await admin
      .put(`/api/accounts/${id}`)
      .send({ ...change, role: 'admin' })
      .expect(200)
  })

  test('the last administrator stays, also when somebody at the database tries', async () => {
    const { db } = server.database
    const atTheDatabase: Actor = { id: 'cli', name: 'loa', role: 'admin', areas: [] }
    const id = await idOf(emailOf('admin'))
    await expect(setAccountInUse(db, atTheDatabase, id, false)).rejects.toMatchObject({ code: 'account.last-admin' })
    const change = { name: 'Quản trị', role: 'officer' as const, areas: [] }
    await expect(changeAccount(db, atTheDatabase, id, change)).rejects.toMatchObject({ code: 'account.last-admin' })
  })

  test('two administrators who disable each other at the same moment: one of them stays', async () => {
    const { db } = server.database
    const first = await idOf(emailOf('admin'))
    for (let i = 0; i < 5; i++) {
      const email = `quan-tri-${i}@quangtri.example`
      const { account } = await addAccount(db, actorOf(first), { ...person, email, role: 'admin', areas: [] })
      const tries = await Promise.allSettled([
        setAccountInUse(db, actorOf(first), account.id, false),
        setAccountInUse(db, actorOf(account.id), first, false),
      ])
      expect(tries.filter(t => t.status === 'fulfilled')).toHaveLength(1)
      const { rows } = await db.query(`select id from users where role = 'admin' and disabled_at is null`)
      expect(rows).toHaveLength(1)
      await db.query('update users set disabled_at = null where id = $1', [first])
      await db.query('delete from users where id = $1', [account.id])
    }
  })
})

const actorOf = (id: string): Actor => ({ id, name: 'Quản trị', role: 'admin', areas: [] })

test('the journal says who did what to whom, newest first, and holds no password', async () => {
  // The race above has ended the sessions of this administrator.
  admin = await server.as('admin')
  const made = await admin
    .post('/api/accounts')
    .send({ ...person, email: 'nhat-ky@quangtri.example' })
    .expect(201)
  const { id } = made.body.account
  await admin.post(`/api/accounts/${id}/reset-password`).send({}).expect(200)
  await admin.put(`/api/accounts/${id}`).send({ name: 'Tên Mới', role: 'approver', areas: [] }).expect(200)
  await admin.post(`/api/accounts/${id}/disable`).send({}).expect(200)
  await admin.post(`/api/accounts/${id}/disable`).send({}).expect(200)
  await admin.post(`/api/accounts/${id}/enable`).send({}).expect(200)
  const { body } = await admin.get('/api/accounts/journal').expect(200)
  const mine = body.filter((e: { accountEmail: string }) => e.accountEmail === 'nhat-ky@quangtri.example')
  expect(mine.map((e: { kind: string }) => e.kind)).toEqual([
    'enabled',
    'disabled',
    'changed',
    'password-set',
    'created',
  ])
  expect(mine[0]).toEqual({
    at: expect.any(String),
    kind: 'enabled',
    actorName: 'Quản trị',
    accountName: 'Tên Mới',
    accountEmail: 'nhat-ky@quangtri.example',
  })
  const { rows } = await server.database.db.query('select detail from account_events where user_id = $1 order by id', [
    id,
  ])
  expect(rows.map(r => r.detail)).toEqual([
    { role: 'officer', areas: ['44'] },
    {},
    { renamed: true, role: { from: 'officer', to: 'approver' }, areas: { from: ['44'], to: [] } },
    {},
    {},
  ])
})

test('only administrators, whoever calls the use cases; and only accounts that exist', async () => {
  const { db } = server.database
  const input = { ...person, role: 'admin' as const, email: 'leo-quyen@quangtri.example' }
  const id = await idOf(emailOf('approver'))
  const forbidden = { code: 'auth.forbidden' }
  await expect(addAccount(db, officerActor, input)).rejects.toMatchObject(forbidden)
  await expect(changeAccount(db, officerActor, id, input)).rejects.toMatchObject(forbidden)
  await expect(resetPassword(db, officerActor, id)).rejects.toMatchObject(forbidden)
  await expect(setAccountInUse(db, officerActor, id, false)).rejects.toMatchObject(forbidden)
  const nobody = '00000000-0000-4000-8000-000000000000'
  for (const action of ['disable', 'enable', 'reset-password']) {
    await admin.post(`/api/accounts/${nobody}/${action}`).send({}).expect(404)
    await admin.post(`/api/accounts/khong-co/${action}`).send({}).expect(404)
  }
})
