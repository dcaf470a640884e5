import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { envHelp } from '../../../config/env.ts'
import { envExample } from '../../../services/cli/doctor/env-example.ts'
import { projectPath } from '../../../services/runtime/paths.ts'

test('.env.example is what the code says (renew: npx loa doctor --env-example > .env.example)', () => {
  expect(readFileSync(projectPath('.env.example'), 'utf8')).toBe(envExample())
})

test('it names every variable and sets none', () => {
  const lines = envExample().split('\n')
  for (const { name } of envHelp()) expect(lines).toContain(`# ${name}=`)
  expect(lines.filter(line => line !== '' && !line.startsWith('#'))).toEqual([])
})
