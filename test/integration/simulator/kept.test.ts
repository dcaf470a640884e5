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

async function start() {
  const ports = { LOA_SIMULATOR_PORT: '0', LOA_SIMULATOR_SMTP_PORT: '0', LOA_SIMULATOR_SMPP_PORT: '0' }
  const dataDir = { at: (name: string) => join(folder, name) } as DataDir
  const { simulator, channelValues } = await startDemoSimulator(readEnv(ports), dataDir, createLog({ level: 'silent' }))
  await simulator.close()
  return { credentials: simulator.credentials, sms: channelValues('sms') }
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
