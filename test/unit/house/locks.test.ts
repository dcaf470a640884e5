import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { projectPath } from '../../../services/runtime/paths.ts'

/** `const pushLock = 7_310_525` in these folders, as name and number. */
function numberedLocks(): [string, number][] {
  return ['services', 'workers'].flatMap(folder =>
    readdirSync(projectPath(folder), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
      .flatMap(entry => [
        ...readFileSync(join(entry.parentPath, entry.name), 'utf8').matchAll(/const (\w*Lock) = ([\d_]+)/g),
      ])
      .map((match): [string, number] => [match[1] ?? '', Number(match[2]?.replaceAll('_', ''))]),
  )
}

test('no two advisory locks have one number: a worker that holds one for good would stop the other for good', () => {
  const locks = numberedLocks()
  expect(locks.length).toBeGreaterThanOrEqual(6)
  const names = new Map<number, string[]>()
  for (const [name, number] of locks) names.set(number, [...(names.get(number) ?? []), name])
  expect([...names.values()].filter(same => same.length > 1)).toEqual([])
})
