import { expect, test } from '@jest/globals'
import { EnvProblems, readEnv } from '../../../config/env.ts'

test('all problems of the environment are told together, in Vietnamese and English, without their values', () => {
  const read = () => readEnv({ LOA_PORT: 'abc', DATABASE_URL: 'mysql://root:geheim@db/x', LOA_SECRET: 'kurz' })
  expect(read).toThrow(EnvProblems)
  expect(read).toThrow(/Cấu hình có 3 chỗ chưa đúng · the configuration has 3 problem/)
  expect(read).toThrow(/LOA_PORT: .*mong đợi số.* · .*expected number/)
  expect(read).toThrow(/LOA_SECRET: cần ít nhất 32 ký tự · needs at least 32 characters/)
  expect(read).not.toThrow(/geheim|kurz|mysql/)
})

test('a command that signs nothing needs no secret beside a database', () => {
  expect(readEnv({ DATABASE_URL: 'postgres://loa@db/loa' }).env.DATABASE_URL).toBe('postgres://loa@db/loa')
})
