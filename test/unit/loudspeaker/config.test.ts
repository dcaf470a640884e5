import { expect, test } from '@jest/globals'
import { loudspeakerConfigHelp, loudspeakerConfigSchema } from '../../../channels/loudspeaker/config.ts'

test('an empty environment gives a working channel', () => {
  expect(loudspeakerConfigSchema.parse({})).toEqual({
    voice: 'vi',
    speed: 150,
    chime: true,
    profile: 'north',
    documents: 'expanded',
  })
})

test('values of the environment are strings', () => {
  const values = {
    VOICE: 'vi-vn-x-south',
    SPEED: '170',
    CHIME: 'false',
    PROFILE: 'south',
    DOCUMENTS: 'verbatim',
  }
  expect(loudspeakerConfigSchema.parse(values)).toEqual({
    voice: 'vi-vn-x-south',
    speed: 170,
    chime: false,
    profile: 'south',
    documents: 'verbatim',
  })
})

test.each([
  ['VOICE', '--help', /must be one of vi, /],
  ['SPEED', 'fast', /80 to 250/],
  ['SPEED', '10', /80 to 250/],
  ['CHIME', 'perhaps', /./],
])('%s=%s is refused by name', (name, value, message) => {
  const issues = loudspeakerConfigSchema.safeParse({ [name]: value }).error?.issues ?? []
  expect(issues.map(issue => issue.path.join('_'))).toEqual([name])
  expect(issues[0]?.message).toMatch(message)
})

test('every variable is documented', () => {
  expect(Object.keys(loudspeakerConfigHelp)).toEqual(['VOICE', 'SPEED', 'CHIME', 'PROFILE', 'DOCUMENTS'])
})
