import { expect, test } from '@jest/globals'
import type { Setup } from '../../../services/http/schemas-registry.ts'
import { setupSteps } from '../../../services/web/console/src/lib/setup.ts'

const empty: Setup = {
  communes: 0,
  officers: 0,
  approvers: 0,
  operators: 0,
  stations: 0,
  boards: 0,
  screens: 0,
  paired: 0,
  citizens: 0,
  approved: 0,
  ready: false,
  complete: false,
}
const shown = (state: Partial<Setup>) =>
  setupSteps({ ...empty, ...state }).map(s => `${s.done ? 'x' : s.needed ? '*' : '-'} ${s.id}`)

test('an empty instance needs areas, two people and somewhere to send to', () => {
  expect(shown({})).toEqual(['* areas', '* accounts', '* stations', '- boards', '- citizens', '- first'])
})

test('one of two people is not enough; any kind of place is', () => {
  expect(shown({ communes: 78, officers: 3, boards: 1 })).toEqual([
    'x areas',
    '* accounts',
    '- stations',
    'x boards',
    '- citizens',
    '- first',
  ])
})

test('pairing is a step once there are screens, and done with the first', () => {
  const step = (state: Partial<Setup>) => shown(state).find(line => line.endsWith('pairing'))
  expect(step({ boards: 3, screens: 0 })).toBeUndefined()
  expect(step({ boards: 3, screens: 2 })).toBe('- pairing')
  expect(step({ boards: 3, screens: 2, paired: 1 })).toBe('x pairing')
})

test('all done', () => {
  const all = { communes: 1, officers: 1, approvers: 1, stations: 1, boards: 1, citizens: 1, approved: 1 }
  expect(shown(all).every(line => line.startsWith('x'))).toBe(true)
})
