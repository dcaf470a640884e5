import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { projectPath } from '../../services/runtime/paths.ts'
import { startDemoInstance } from '../support/demo-instance.ts'
import { quietNow } from '../support/quiet.ts'

/* Quiet hours that hold now must not keep a first start or a demo from its end. */

// Without sound, so that what takes time is the waiting alone.
const settings = { LOA_CHANNELS: 'board,sms', LOA_QUIET_HOURS: quietNow() }
let out: string
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'loa-e2e-out-'))
})
afterAll(() => rm(out, { recursive: true, force: true }))

test('the first start says what waits until when, and serves', async () => {
  const demo = await startDemoInstance(settings)
  try {
    expect(demo.output()).toContain('Đang chờ')
    expect(demo.output()).toMatch(/Tin nhắn SMS chưa gửi, sẽ gửi lúc \d\d:\d\d/)
    expect((await fetch(`${demo.console}/readyz`)).status).toBe(200)
  } finally {
    expect(await demo.stop()).toBe(0)
  }
}, 300_000)

test('loa demo --json ends with the counts as they are and a warning on stderr', async () => {
  const { code, stdout, stderr } = await run(['demo', '--json', '--out', out])
  expect([code, stderr]).toEqual([0, expect.stringContaining('Quiet hours: ')])
  const report = JSON.parse(stdout)
  const [board, sms] = ['board', 'sms'].map(id => report.dispatches.find((d: { channel: string }) => d.channel === id))
  expect(board).toMatchObject({ waiting: 0, sending: 0 })
  expect(sms).toMatchObject({ sending: 0, accepted: 0, confirmed: 0, audience: sms.waiting + sms.skipped })
  expect(sms.waiting).toBeGreaterThan(1_000)
  expect(Object.keys(report.artefacts)).toEqual(expect.arrayContaining(['sms', 'board', 'phones']))
}, 300_000)

function run(args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [projectPath('services/cli/loa.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings },
  })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', chunk => {
    said.stdout += chunk
  })
  child.stderr.on('data', chunk => {
    said.stderr += chunk
  })
  return new Promise(resolve => {
    child.once('close', code => resolve({ code, ...said }))
  })
}
