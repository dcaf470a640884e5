import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { envExample } from '../../../services/cli/doctor/env-example.ts'
import { projectPath } from '../../../services/runtime/paths.ts'
import { findTool } from '../../../services/runtime/tools.ts'
import { cleanEnvironment } from '../../support/server-process.ts'

const file = readFileSync(projectPath('docker-compose.yml'), 'utf8')
const channelVariables = [...envExample().matchAll(/^# (LOA_(?:SMS|EMAIL|LOUDSPEAKER|BOARD)_\w+)=$/gm)].map(
  m => m[1] ?? '',
)

describe('docker-compose.yml', () => {
  test('hands every setting of every channel on', () => {
    expect(channelVariables.length).toBeGreaterThan(10)
    expect(channelVariables.filter(name => !file.includes(`  ${name}: \${${name}:-}\n`))).toEqual([])
  })

  test('publishes the console only, and only on this machine', () => {
    const ports = file.split('\n').filter(line => /^\s+ports:/.test(line))
    expect(ports).toHaveLength(1)
    expect(ports[0]).toMatch(/\["127\.0\.0\.1:\$\{LOA_PORT:-8080\}:8080"\]$/)
  })

  test('holds no secret of its own', () => {
    expect(file).not.toMatch(/(PASSWORD|SECRET|TOKEN|KEY): (?!\$\{)\S/)
  })

  const withCompose = findTool('docker-compose') ? test : test.skip
  withCompose('is accepted by docker-compose, which names a secret that is not set', () => {
    const config = (env: Record<string, string>) =>
      spawnSync('docker-compose', ['-f', projectPath('docker-compose.yml'), 'config', '--quiet'], {
        encoding: 'utf8',
        env: cleanEnvironment(env),
      })
    const secrets = { POSTGRES_PASSWORD: 'a1', REDIS_PASSWORD: 'b2', LOA_SECRET: 'c'.repeat(32) }
    expect(config(secrets)).toMatchObject({ status: 0, stderr: '' })
    for (const name of Object.keys(secrets)) {
      const refused = config({ ...secrets, [name]: '' })
      expect(refused.status).not.toBe(0)
      expect(refused.stderr).toContain(`Set ${name}`)
    }
  })
})
