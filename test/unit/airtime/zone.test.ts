import { expect, test } from '@jest/globals'
import { cleanEnvironment, startProgram } from '../../support/server-process.ts'

test.each([
  ['America/New_York', 300],
  ['Asia/Ho_Chi_Minh', -480],
  ['Pacific/Auckland', -720],
])('the air schedule is that of Viet Nam on a server in %s', async (zone, expected) => {
  const program = startProgram('test/support/zone.ts', [], { env: cleanEnvironment({ TZ: zone }) })
  const { offset, ...said } = JSON.parse(await program.nextLine())
  await program.ended
  // Of 1970: proves that the process really stands elsewhere.
  expect(offset).toBe(expected)
  expect(said).toEqual({
    starts: ['2026-11-24T22:30:00.000Z', '2026-11-25T10:00:00.000Z'],
    day: '2026-11-25',
    clock: '00:30',
    moment: '2026-03-07T19:30:00.000Z',
  })
})
