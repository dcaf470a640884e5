import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readEnv } from '../../../config/env.ts'
import { startDemoSimulator } from '../../../services/cli/instance/simulator.ts'
import type { DataDir } from '../../../services/runtime/datadir.ts'
import { createLog } from '../../../services/runtime/log.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-kept-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function start(more: Record<string, string> = {}) {
  const ports = { LOA_SIMULATOR_PORT: '0', LOA_SIMULATOR_SMTP_PORT: '0', LOA_SIMULATOR_SMPP_PORT: '0' }
  const dataDir = { at: (name: string) => join(folder, name) } as DataDir
  const { simulator, channelValues } = await startDemoSimulator(
    readEnv({ ...ports, ...more }),
    dataDir,
    createLog({ level: 'silent' }),
  )
  await simulator.close()
  return { credentials: simulator.credentials, sms: channelValues('sms'), sound: channelValues('loudspeaker') }
}

test('a restart finds the same accounts, and one of an older version gets those it did not have yet', async () => {
  const old = { accountSid: `AC${'0'.repeat(32)}`, authToken: 't'.repeat(32), smtpUser: 'u', smtpPassword: 'p' }
  await writeFile(join(folder, 'simulator.json'), JSON.stringify(old))
  const first = await start()
  expect(first.credentials).toMatchObject(old)
  expect(first.sms).toMatchObject({
    ACCOUNT_SID: old.accountSid,
    ESMS_SECRET_KEY: expect.stringMatching(/^[0-9A-F]{32}$/),
    SMPP_SYSTEM_ID: 'loa-simulator',
    SMPP_PASSWORD: expect.stringMatching(/^.{8}$/),
  })
  expect((await start()).credentials).toEqual(first.credentials)
})

test('a file that cannot be read is replaced', async () => {
  await writeFile(join(folder, 'simulator.json'), '{"acc')
  const { credentials } = await start()
  expect(JSON.parse(await readFile(join(folder, 'simulator.json'), 'utf8'))).toEqual(credentials)
})

test('the environment chooses the vendors of a demo, and nothing else about them', async () => {
  expect((await start()).sms).not.toHaveProperty('VENDORS')
  const given = {
    LOA_SMS_VENDORS: 'twilio:60,esms:40',
    LOA_SMS_BASE_URL: 'https://vendor.example',
    LOA_SMS_PRICE_DONG: '9',
  }
  const { sms } = await start(given)
  expect(sms).toMatchObject({ VENDORS: 'twilio:60,esms:40', LOOPBACK_ONLY: 'true' })
  expect(sms.BASE_URL).toMatch(/^http:\/\/127\.0\.0\.1:/)
  // Invented prices and rates for every vendor, so that the screens show cost and duration whichever are chosen.
  for (const vendor of ['', 'ESMS_', 'SMPP_']) {
    expect(Number(sms[`${vendor}PRICE_DONG`])).toBe(500)
    expect(Number(sms[`${vendor}PARTS_PER_SECOND`])).toBeGreaterThan(0)
  }
})

test('a demo sounds as its environment says, with voices of this machine unless simulated ones are named', async () => {
  const usual = await start({ LOA_LOUDSPEAKER_VOICE: 'vi-vn-x-south', LOA_LOUDSPEAKER_PROFILE: 'south' })
  expect(usual.sound).toMatchObject({
    VOICES: 'espeak',
    VOICE: 'vi-vn-x-south',
    PROFILE: 'south',
    LOOPBACK_ONLY: 'true',
  })
  expect((await start({ LOA_LOUDSPEAKER_PIPER_MODEL: '/m' })).sound.VOICES).toBe('piper,espeak')
  const outside = { LOA_LOUDSPEAKER_FPT_KEY: 'khoa-that', LOA_LOUDSPEAKER_FPT_BASE_URL: 'https://api.fpt.ai' }
  const { sound, credentials } = await start({ ...outside, LOA_LOUDSPEAKER_VOICES: 'fpt,espeak' })
  expect(sound).toMatchObject({ VOICES: 'fpt,espeak', FPT_KEY: credentials.fptKey, LOOPBACK_ONLY: 'true' })
  expect(sound.FPT_BASE_URL).toMatch(/^http:\/\/127\.0\.0\.1:/)
})
