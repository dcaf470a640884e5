import { expect, test } from '@jest/globals'
import { openDb, requireReachable } from '../../../services/store/db.ts'
import { testDatabase } from '../../support/postgres.ts'

test('a database that does not answer is named without its password', async () => {
  const url = 'postgres://loa:very-secret@127.0.0.1:1/province'
  const db = openDb(url, 1)
  const error = await requireReachable(db, url).catch(e => e)
  await db.end()
  expect(error.code).toBe('setup.database')
  expect(error.userMessage.vi).toContain('127.0.0.1:1/province')
  expect(JSON.stringify([error.userMessage, error.message])).not.toContain('very-secret')
})

test('one that answers is left alone', async () => {
  const { db, url, drop } = await testDatabase({ migrated: false })
  await expect(requireReachable(db, url)).resolves.toBeUndefined()
  await drop()
})
