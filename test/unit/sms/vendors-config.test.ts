import { describe, expect, test } from '@jest/globals'
import { smsConfigHelp, smsConfigSchema } from '../../../channels/sms/config.ts'
import { sms } from '../../../channels/sms/index.ts'
import { checkDemoProviders } from '../../../services/compose.ts'
import { isAppError } from '../../../services/domain/errors.ts'

const twilio = { ACCOUNT_SID: `AC${'0'.repeat(32)}`, AUTH_TOKEN: '0123456789abcdef', FROM: 'UBND TINH' }
const esms = { ESMS_API_KEY: 'key-of-ours', ESMS_SECRET_KEY: 'secret-of-ours', ESMS_BRANDNAME: 'UBND TINH' }
const smpp = { SMPP_HOST: 'smsc.example.vn', SMPP_SYSTEM_ID: 'loa', SMPP_PASSWORD: 'secret', SMPP_FROM: 'UBND TINH' }

const problems = (values: Record<string, string>) =>
  smsConfigSchema.safeParse(values).error?.issues.map(issue => issue.path.join('.')) ?? []

describe('vendors in use', () => {
  test('twilio alone unless said otherwise, and then nothing of the others is asked for', () => {
    expect(smsConfigSchema.parse(twilio).vendors).toEqual([
      {
        id: 'twilio',
        weight: 1,
        priceDong: undefined,
        partsPerSecond: undefined,
        account: `twilio:${twilio.ACCOUNT_SID}`,
      },
    ])
    expect(problems({ VENDORS: 'esms', ...esms })).toEqual([])
    expect(problems({ VENDORS: 'smpp', ...smpp })).toEqual([])
  })

  test('every problem of every vendor in use names its variable', () => {
    expect(problems({ VENDORS: 'twilio:60,esms:30,smpp:10' }).sort()).toEqual(
      [...Object.keys(twilio), ...Object.keys(esms), ...Object.keys(smpp)].sort(),
    )
    expect(problems({ VENDORS: 'esms', ...esms, ESMS_BRANDNAME: 'MORE THAN ELEVEN' })).toEqual(['ESMS_BRANDNAME'])
    expect(problems({ VENDORS: 'smpp', ...smpp, SMPP_LONG: 'zip', SMPP_PORT: '0' }).sort()).toEqual([
      'SMPP_LONG',
      'SMPP_PORT',
    ])
    expect(problems({ ...twilio, PARTS_PER_SECOND: '0' })).toEqual(['PARTS_PER_SECOND'])
  })

  test('weights, rates and prices belong to their vendor', () => {
    const config = smsConfigSchema.parse({
      VENDORS: ' twilio:60 , esms:40,smpp',
      ...twilio,
      ...esms,
      ...smpp,
      PRICE_DONG: '800',
      ESMS_PRICE_DONG: '850',
      SMPP_PARTS_PER_SECOND: '30',
    })
    expect(config.vendors.map(v => [v.id, v.weight, v.priceDong, v.partsPerSecond])).toEqual([
      ['twilio', 60, 800, undefined],
      ['esms', 40, 850, undefined],
      ['smpp', 1, undefined, 30],
    ])
    // The name of an account goes into the database, its keys do not.
    expect(JSON.stringify(config.vendors)).not.toContain(esms.ESMS_API_KEY)
    expect(new Set(config.vendors.map(v => v.account)).size).toBe(3)
  })

  test.each(['nobody', 'twilio:0', 'twilio:1,twilio:2', 'twilio;esms', 'twilio:-1', ','])(
    'VENDORS=%s is refused',
    list => {
      expect(problems({ VENDORS: list, ...twilio })).toContain('VENDORS')
    },
  )

  test('all variables are documented', () => {
    for (const name of [...Object.keys(twilio), ...Object.keys(esms), ...Object.keys(smpp), 'VENDORS']) {
      expect(Object.keys(smsConfigHelp)).toContain(name)
    }
  })
})

describe('LOOPBACK_ONLY', () => {
  const all = { VENDORS: 'twilio,esms,smpp', ...twilio, ...esms, ...smpp, LOOPBACK_ONLY: 'true' }
  test('binds every vendor in use to this machine, also where an address is not given', () => {
    expect(problems(all).sort()).toEqual(['BASE_URL', 'ESMS_BASE_URL', 'SMPP_HOST'])
    const here = { BASE_URL: 'http://127.0.0.1:8090', ESMS_BASE_URL: 'http://localhost:8090', SMPP_HOST: '127.0.0.1' }
    expect(problems({ ...all, ...here })).toEqual([])
    expect(problems({ ...all, ...here, SMPP_HOST: '127.0.0.1.example.vn' })).toEqual(['SMPP_HOST'])
    expect(problems({ ...all, ...here, ESMS_BASE_URL: 'https://rest.esms.vn' })).toEqual(['ESMS_BASE_URL'])
  })

  test('without it a demo does not start', () => {
    const table = (values: Record<string, string>) =>
      new Map([['sms', { channel: sms, config: smsConfigSchema.parse(values) }]])
    let thrown: unknown
    try {
      checkDemoProviders(table({ VENDORS: 'smpp', ...smpp, SMPP_HOST: '127.0.0.1' }))
    } catch (error) {
      thrown = error
    }
    expect(isAppError(thrown) && thrown.code).toBe('setup.demo-provider')
    checkDemoProviders(table({ VENDORS: 'smpp', ...smpp, SMPP_HOST: '127.0.0.1', LOOPBACK_ONLY: 'true' }))
  })

  test('plain http is for this machine only', () => {
    expect(problems({ VENDORS: 'esms', ...esms, ESMS_BASE_URL: 'http://rest.esms.vn' })).toEqual(['ESMS_BASE_URL'])
    expect(problems({ VENDORS: 'esms', ...esms, ESMS_BASE_URL: 'https://rest.esms.vn' })).toEqual([])
  })
})
