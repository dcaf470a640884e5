import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { createAccount, listAccounts, setPassword } from '../../../services/accounts/accounts.ts'
import { attemptLimits } from '../../../services/accounts/attempts.ts'
import { emailOf, type HttpServer, httpServer, signedIn } from './server.ts'

let server: HttpServer
beforeAll(async () => {
  server = await httpServer()
})
afterAll(() => server.close())

const tryIn = (body: object, app = server.app) =>
  supertest(app).post('/api/auth/sign-in/email').set('Sec-Fetch-Site', 'same-origin').send(body)

/** Journal lines after `id`, without the times. */
async function journal(afterId: string) {
  const { rows } = await server.database.db.query(
    'select kind, user_id, account_key, ip from account_events where id > $1 order by id',
    [afterId],
  )
  return rows
}
async function lastEvent(): Promise<string> {
  const { rows } = await server.database.db.query('select coalesce(max(id), 0)::text as id from account_events')
  return rows[0].id
}

describe('signing in', () => {
  test('gives a session by an http-only, same-site cookie, and says who it is', async () => {
    const answer = await tryIn({ email: emailOf('officer'), password: server.passwords.officer }).expect(200)
    expect(answer.body).toEqual({
      id: expect.any(String),
      name: 'Tài khoản officer',
      email: emailOf('officer'),
      role: 'officer',
      areas: ['44'],
    })
    const [cookie = ''] = answer.get('Set-Cookie') ?? []
    expect(cookie).toMatch(/^loa\.session_token=[^;]+;/)
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Lax/i)
    expect(cookie).not.toMatch(/Secure/i)
    // The token itself is nowhere but in the cookie.
    const token = decodeURIComponent(cookie.split(/[=;]/)[1] ?? '').split('.')[0] ?? ''
    expect(token.length).toBeGreaterThan(20)
    expect(JSON.stringify(answer.body)).not.toContain(token)
  })

  test('takes the address in any case and with blanks around it', async () => {
    await tryIn({ email: ` ${emailOf('officer').toUpperCase()} `, password: server.passwords.officer }).expect(200)
  })

  test('sets Secure cookies when the instance is reached by https', async () => {
    const https = await httpServer({ publicUrl: 'https://loa.test' })
    try {
      const answer = await tryIn({ email: emailOf('admin'), password: https.passwords.admin }, https.app).expect(200)
      expect(answer.get('Set-Cookie')?.[0]).toMatch(/^__Secure-loa\.session_token=.*; Secure/)
      expect(answer.get('Strict-Transport-Security')).toBeDefined()
    } finally {
      await https.close()
    }
  })

  test('a wrong password and an unknown address get the same answer', async () => {
    const wrong = await tryIn({ email: emailOf('admin'), password: 'not the password' }).expect(401)
    const unknown = await tryIn({ email: 'nobody@quangtri.example', password: 'not the password' }).expect(401)
    const noAddress = await tryIn({ email: 'khong phai dia chi', password: 'not the password' }).expect(401)
    expect(wrong.body.code).toBe('auth.wrong-password')
    expect(unknown.body).toEqual(wrong.body)
    expect(noAddress.body).toEqual(wrong.body)
    expect(wrong.get('Set-Cookie')).toBeUndefined()
    expect(wrong.get('Content-Type')).toMatch(/^application\/problem\+json/)
  })

  test('writes successes and failures to the journal, and never what was typed', async () => {
    const before = await lastEvent()
    await tryIn({ email: emailOf('approver'), password: 'hunter2 typed here' }).expect(401)
    await tryIn({ email: 'matkhau-go-nham@quangtri.example', password: 'hunter2 typed here' }).expect(401)
    await tryIn({ email: emailOf('approver'), password: server.passwords.approver }).expect(200)
    const rows = await journal(before)
    expect(rows.map(r => r.kind)).toEqual(['sign-in-failed', 'sign-in-failed', 'sign-in'])
    expect(rows[0].user_id).toBe(rows[2].user_id)
    expect(rows[1].user_id).toBeNull()
    expect(rows[0].ip).toMatch(/127\.0\.0\.1/)
    const text = JSON.stringify([rows, server.lines])
    for (const secret of ['hunter2', 'matkhau-go-nham', emailOf('approver'), server.passwords.approver]) {
      expect(text).not.toContain(secret)
    }
  })

  test('there is no way to make or change an account over HTTP', async () => {
    const before = (await listAccounts(server.database.db)).length
    const officer = await server.as('officer')
    for (const path of ['sign-up/email', 'update-user', 'change-email', 'change-password', 'delete-user', 'set-role']) {
      const body = { email: 'moi@quangtri.example', password: 'a long enough one', name: 'Mới', role: 'admin' }
      await officer.post(`/api/auth/${path}`).send(body).expect(404)
    }
    await officer.post('/api/auth/sign-in/email').send({
      email: emailOf('officer'),
      password: server.passwords.officer,
      role: 'admin',
    })
    expect((await officer.get('/api/me')).body.role).toBe('officer')
    expect(await listAccounts(server.database.db)).toHaveLength(before)
  })
})

describe('a session', () => {
  test('ends with sign-out, and the same cookie is worth nothing afterwards', async () => {
    const answer = await tryIn({ email: emailOf('officer'), password: server.passwords.officer })
    const cookie = answer.get('Set-Cookie')?.[0]?.split(';')[0] ?? ''
    const me = () => supertest(server.app).get('/api/me').set('Cookie', cookie)
    await me().expect(200)
    const before = await lastEvent()
    const out = await supertest(server.app)
      .post('/api/auth/sign-out')
      .set({ Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' })
      .send({})
      .expect(200)
    expect(out.get('Set-Cookie')?.[0]).toMatch(/Max-Age=0/)
    expect((await me().expect(401)).body.code).toBe('auth.required')
    expect((await journal(before)).map(r => r.kind)).toEqual(['sign-out'])
  })

  test('signing out without a session does nothing', async () => {
    await supertest(server.app).post('/api/auth/sign-out').set('Sec-Fetch-Site', 'same-origin').send({}).expect(200)
  })

  test('a forged or altered cookie is nobody', async () => {
    const answer = await tryIn({ email: emailOf('officer'), password: server.passwords.officer })
    const cookie = answer.get('Set-Cookie')?.[0]?.split(';')[0] ?? ''
    const [token = ''] = decodeURIComponent(cookie.split('=')[1] ?? '').split('.')
    for (const forged of [token, `${token}.`, `${token}.AAAA`, 'x', '%E0%A4%A']) {
      await supertest(server.app).get('/api/me').set('Cookie', `loa.session_token=${forged}`).expect(401)
    }
  })

  test('ends at once everywhere when the password is changed, and the old password is dead', async () => {
    const email = 'thay-mat-khau@quangtri.example'
    const first = await createAccount(server.database.db, { email, name: 'Người đổi', role: 'operator', areas: [] })
    const signIn = (password: string) => tryIn({ email, password })
    const cookie = (await signIn(first.password).expect(200)).get('Set-Cookie')?.[0] ?? ''
    await supertest(server.app).get('/api/me').set('Cookie', cookie).expect(200)
    const { password } = await setPassword(server.database.db, email)
    expect(password).not.toBe(first.password)
    await supertest(server.app).get('/api/me').set('Cookie', cookie).expect(401)
    await signIn(first.password).expect(401)
    await signIn(password).expect(200)
  })

  test('follows the role in the database at once', async () => {
    const email = 'doi-vai-tro@quangtri.example'
    const { id, password } = await createAccount(server.database.db, { email, name: 'Người đổi vai', role: 'officer' })
    const agent = supertest.agent(server.app).set('Sec-Fetch-Site', 'same-origin')
    await agent.post('/api/auth/sign-in/email').send({ email, password }).expect(200)
    await agent.get('/api/announcements').expect(200)
    await server.database.db.query(`update users set role = 'operator' where id = $1`, [id])
    await agent.get('/api/announcements').expect(403)
  })

  test('is refused after twelve hours', async () => {
    const agent = await signedIn(server.app, 'officer', server.passwords.officer)
    await agent.get('/api/me').expect(200)
    await server.database.db.query(`update sessions set expires_at = now() - interval '1 second'`)
    await agent.get('/api/me').expect(401)
  })
})

describe('failed attempts', () => {
  test('are limited per account and address, also when they come all at once; others are not locked out', async () => {
    const email = 'bi-do-mat-khau@quangtri.example'
    const { password } = await createAccount(server.database.db, { email, name: 'Bị dò', role: 'officer' })
    const guesses = attemptLimits.accountAndAddress + 4
    const from = (ip: string, guess: string) => tryIn({ email, password: guess }).set('X-Forwarded-For', ip)
    const answers = await Promise.all(
      Array.from({ length: guesses }, (_, i) => from('192.0.2.7', `guess ${i} of many`)),
    )
    const refused = answers.filter(a => a.status === 429)
    expect(answers.filter(a => a.status === 401).length).toBeLessThanOrEqual(attemptLimits.accountAndAddress)
    expect(refused.length).toBeGreaterThanOrEqual(4)
    expect(refused[0]?.body.code).toBe('request.too-many')
    expect(Number(refused[0]?.get('Retry-After'))).toBeGreaterThan(0)
    for (let i = 0; i <= attemptLimits.accountAndAddress; i++) await from('192.0.2.7', 'one more guess')
    // Even the right password is refused there for now, but not from the officer's own desk.
    await from('192.0.2.7', password).expect(429)
    await from('198.51.100.9', password).expect(200)
  })

  test('count from the last success on', async () => {
    const email = 'hay-go-nham@quangtri.example'
    const { password } = await createAccount(server.database.db, { email, name: 'Hay gõ nhầm', role: 'officer' })
    const from = (guess: string) => tryIn({ email, password: guess }).set('X-Forwarded-For', '192.0.2.8')
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < attemptLimits.accountAndAddress - 1; i++) await from('a wrong password').expect(401)
      await from(password).expect(200)
    }
  })

  test('an old failure is forgotten', async () => {
    const email = 'lau-roi@quangtri.example'
    const { password } = await createAccount(server.database.db, { email, name: 'Lâu rồi', role: 'officer' })
    const from = (guess: string) => tryIn({ email, password: guess }).set('X-Forwarded-For', '192.0.2.9')
    for (let i = 0; i < attemptLimits.accountAndAddress; i++) await from('a wrong password').expect(401)
    await from(password).expect(429)
    await server.database.db.query(
      `update account_events set at = at - make_interval(mins => $1) where ip = '192.0.2.9'`,
      [attemptLimits.windowMinutes + 1],
    )
    await from(password).expect(200)
  })
})
