import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { getMigrations } from 'better-auth/db/migration'
import { createAccount, listAccounts, setPassword } from '../../../services/accounts/accounts.ts'
import { authOptions } from '../../../services/accounts/auth.ts'
import { type TestDatabase, testDatabase } from '../../support/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('our migration gives the sign-in library every table, column and index it wants', async () => {
  const options = authOptions({ db: database.db, secret: 'x'.repeat(40), publicUrl: 'http://127.0.0.1:8080' })
  const wanted = await getMigrations(options, { throwOnUnsafe: false })
  expect(wanted.toBeCreated).toEqual([])
  expect(wanted.toBeAdded).toEqual([])
  expect(wanted.toBeAddedIndexes).toEqual([])
  expect(wanted.schemaProblems).toEqual([])
})

test('accounts get a strong random password that is stored as a hash only', async () => {
  const made = await createAccount(database.db, {
    email: ' Chuyen.Vien@QuangTri.example ',
    name: 'Chuyên viên thử',
    role: 'officer',
    areas: ['44'],
  })
  expect(made.email).toBe('chuyen.vien@quangtri.example')
  expect(made.password).toMatch(/^([A-Za-z2-9]{4}-){4}[A-Za-z2-9]{4}$/)
  const { rows } = await database.db.query('select password from user_credentials where user_id = $1', [made.id])
  expect(rows[0].password).not.toContain(made.password)
  expect(await listAccounts(database.db)).toEqual([
    {
      id: made.id,
      email: made.email,
      name: 'Chuyên viên thử',
      role: 'officer',
      areas: ['44'],
      createdAt: expect.any(Date),
      lastSignInAt: null,
      disabledAt: null,
    },
  ])
})

test('a second account with the same address is refused, whatever its case, and leaves nothing', async () => {
  const account = { email: 'trung@quangtri.example', name: 'Trùng', role: 'approver' as const }
  await createAccount(database.db, account)
  await expect(createAccount(database.db, { ...account, email: 'TRUNG@quangtri.example' })).rejects.toMatchObject({
    code: 'account.exists',
  })
  const { rows } = await database.db.query(`select count(*)::int as n from users where email like 'trung@%'`)
  expect(rows[0].n).toBe(1)
})

test.each([
  ['a bad address', { email: 'khong phai', name: 'A', role: 'officer' as const }],
  ['no name', { email: 'a@quangtri.example', name: '  ', role: 'officer' as const }],
  ['a bad area', { email: 'a@quangtri.example', name: 'A', role: 'officer' as const, areas: ['Quảng Trị'] }],
  ['a short password', { email: 'a@quangtri.example', name: 'A', role: 'officer' as const, password: 'ngắn' }],
])('%s is refused', async (_what, account) => {
  await expect(createAccount(database.db, account)).rejects.toMatchObject({ code: 'request.invalid' })
})

test('a password for nobody is refused', async () => {
  await expect(setPassword(database.db, 'khong-co@quangtri.example')).rejects.toMatchObject({ code: 'not-found' })
})
