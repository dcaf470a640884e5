import { expect, test } from '@jest/globals'
import { loudspeakerConfigHelp, loudspeakerConfigSchema } from '../../../channels/loudspeaker/config.ts'

const usual = {
  voices: ['espeak'],
  voice: 'vi',
  piper: { model: undefined, speaker: 0 },
  speed: 150,
  chime: true,
  powerOnLeadSeconds: 0,
  forms: ['mp3'],
  profile: 'north',
  documents: 'expanded',
}

test('an empty environment gives a working channel', () => {
  expect(loudspeakerConfigSchema.parse({})).toEqual(usual)
})

test('values of the environment are strings', () => {
  const values = {
    VOICE: 'vi-vn-x-south',
    SPEED: '170',
    CHIME: 'false',
    POWER_ON_LEAD_SECONDS: '30',
    FORMS: 'wav',
    PROFILE: 'south',
    DOCUMENTS: 'verbatim',
  }
  expect(loudspeakerConfigSchema.parse(values)).toEqual({
    ...usual,
    voice: 'vi-vn-x-south',
    speed: 170,
    chime: false,
    powerOnLeadSeconds: 30,
    forms: ['mp3', 'wav'],
    profile: 'south',
    documents: 'verbatim',
  })
})

test('a model makes Piper the first voice, and espeak-ng stays behind it', () => {
  expect(loudspeakerConfigSchema.parse({ PIPER_MODEL: '/m' })).toMatchObject({ voices: ['piper', 'espeak'] })
  const chosen = { PIPER_MODEL: '/m', VOICES: ' espeak, piper,espeak ' }
  expect(loudspeakerConfigSchema.parse(chosen)).toMatchObject({ voices: ['espeak', 'piper'] })
})

test.each([
  ['VOICE', '--help', /must be one of vi, /],
  ['SPEED', 'fast', /80 to 250/],
  ['SPEED', '10', /80 to 250/],
  ['CHIME', 'perhaps', /./],
  ['POWER_ON_LEAD_SECONDS', '61', /0 to 60/],
  ['FORMS', 'ogg', /mp3-22050/],
  ['VOICES', 'google-translate', /must be of piper, espeak/],
  ['VOICES', ' , ', /must name one of/],
])('%s=%s is refused by name', (name, value, message) => {
  const issues = loudspeakerConfigSchema.safeParse({ [name]: value }).error?.issues ?? []
  expect(issues.map(issue => issue.path[0])).toEqual([name])
  expect(issues[0]?.message).toMatch(message)
})

test('Piper without a model is refused, naming the variable', () => {
  const issues = loudspeakerConfigSchema.safeParse({ VOICES: 'piper' }).error?.issues ?? []
  expect(issues.map(issue => issue.path[0])).toEqual(['PIPER_MODEL'])
})

test('every variable is documented, and none that is not there', () => {
  for (const name of Object.keys(loudspeakerConfigHelp)) expect(loudspeakerConfigHelp[name]).toMatch(/.{20}/)
  // What is documented is parsed: an impossible value is refused under its name, a free text aside.
  for (const name of Object.keys(loudspeakerConfigHelp).filter(n => n !== 'PIPER_MODEL')) {
    const issues = loudspeakerConfigSchema.safeParse({ [name]: '\u0000' }).error?.issues ?? []
    expect(issues.map(issue => issue.path[0])).toEqual([name])
  }
})
