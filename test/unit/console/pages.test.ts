import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { consolePages } from '../../../services/http/console.ts'
import { projectPath } from '../../../services/runtime/paths.ts'

test('every page of the console can be opened by its address, not only by a link within it', () => {
  const router = readFileSync(projectPath('services/web/console/src/app/router.tsx'), 'utf8')
  const paths = [...router.matchAll(/path: '([^'*]+)'/g)].map(match => match[1] ?? '')
  expect(paths.length).toBeGreaterThan(10)
  for (const path of paths)
    expect([path, consolePages.test(path.startsWith('/') ? path : `/${path}`)]).toEqual([path, true])
})
