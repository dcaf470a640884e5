import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { projectRoot } from '../../../services/runtime/paths.ts'

/** What a newcomer meets first; a new entry needs a reason. */
const house = [
  'services',
  'channels',
  'workers',
  'config',
  'test',
  'docker-compose.yml',
  'package.json',
  'tsconfig.json',
  'README.md',
]
const beside = ['docs', 'Dockerfile', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE']
const tools = ['biome.json', 'jest.config.js', 'package-lock.json', 'tsconfig.test.json']

test('the top level holds the house and nothing else', () => {
  const entries = tracked().filter(name => !name.startsWith('.'))
  expect(entries.filter(name => ![...house, ...beside, ...tools].includes(name))).toEqual([])
  expect(house.filter(name => !entries.includes(name))).toEqual([])
})

test('data, builds and packages are not part of it', () => {
  expect(tracked().filter(name => ['data', 'dist', 'node_modules', 'out', '.env'].includes(name))).toEqual([])
})

/** Entries that belong to the project; without git (an unpacked archive) everything but what is made here. */
function tracked(): string[] {
  try {
    const files = execFileSync('git', ['ls-files'], {
      cwd: projectRoot,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    return [
      ...new Set(
        files
          .split('\n')
          .filter(Boolean)
          .map(path => path.split('/')[0] ?? ''),
      ),
    ]
  } catch {
    const made = ['data', 'dist', 'node_modules', 'out', 'coverage', '.env', '.git']
    return readdirSync(projectRoot).filter(name => !made.includes(name))
  }
}
