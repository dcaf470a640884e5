import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from '@jest/globals'
import { errorCodes } from '../../../services/domain/errors.ts'
import { errorsDoc } from '../../../services/http/errors-doc.ts'

const file = new URL('../../../docs/errors.md', import.meta.url)

test('docs/errors.md is what the code table says', async () => {
  if (process.env.LOA_WRITE_DOCS === '1') await writeFile(file, errorsDoc())
  // To mend a failure, write the file again; the command stands at its head.
  expect(await readFile(file, 'utf8')).toBe(errorsDoc())
})

test('every code has a meaning and a sensible status', () => {
  for (const [code, status] of Object.entries(errorCodes)) {
    expect(errorsDoc()).toMatch(new RegExp(`\\| \`${code.replace('.', '\\.')}\` \\| ${status} \\| \\S.+\\. \\|`))
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
  }
})
