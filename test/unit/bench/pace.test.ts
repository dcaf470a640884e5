import { expect, test } from '@jest/globals'
import { enginePace, privateEnv, readEnv } from '../../../config/env.ts'

test('the engine keeps its usual paces unless it is told others', () => {
  expect(enginePace({})).toEqual({ leaseMs: 30_000, sweepEveryMs: 15_000 })
  expect(enginePace({ LOA_LEASE_SECONDS: '', LOA_SWEEP_SECONDS: '2' })).toEqual({
    leaseMs: 30_000,
    sweepEveryMs: 2_000,
  })
})

test('a pace that is no number is named by the reading of the environment and changes nothing before', () => {
  const wrong = { LOA_LEASE_SECONDS: 'soon' }
  expect(enginePace(wrong).leaseMs).toBe(30_000)
  expect(() => readEnv(wrong)).toThrow('LOA_LEASE_SECONDS')
})

test('nothing that steers Loa reaches a private instance except what is given', () => {
  process.env['LOA_SMS_FROM'] = 'SOMEBODY'
  try {
    const env = privateEnv({ LOA_CHANNELS: 'sms' })
    expect(env).toMatchObject({ LOA_CHANNELS: 'sms', LOA_SMS_FROM: '', PATH: process.env['PATH'] })
    expect(env.DATABASE_URL ?? '').toBe('')
  } finally {
    delete process.env['LOA_SMS_FROM']
  }
})
