import { expect, test } from '@jest/globals'
import { loudspeakerConfigHelp, loudspeakerConfigSchema } from '../../../channels/loudspeaker/config.ts'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import { voicesOf } from '../../../channels/loudspeaker/voices/chain.ts'
import { installChannels } from '../../../channels/registry.ts'
import { checkDemoProviders } from '../../../services/compose.ts'

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
  ['VOICES', 'google-translate', /must be of piper, fpt, viettel, google, espeak/],
  ['VOICES', ' , ', /must name one of/],
])('%s=%s is refused by name', (name, value, message) => {
  const issues = loudspeakerConfigSchema.safeParse({ [name]: value }).error?.issues ?? []
  expect(issues.map(issue => issue.path[0])).toEqual([name])
  expect(issues[0]?.message).toMatch(message)
})

test.each([
  ['piper', 'PIPER_MODEL'],
  ['fpt', 'FPT_KEY'],
  ['viettel', 'VIETTEL_TOKEN'],
  ['google', 'GOOGLE_KEY'],
])('%s without %s is refused, naming the variable', (engine, variable) => {
  const issues = loudspeakerConfigSchema.safeParse({ VOICES: `${engine},espeak` }).error?.issues ?? []
  expect(issues.map(issue => issue.path[0])).toEqual([variable])
})

const keys = { GOOGLE_KEY: 'khoa-cua-google', FPT_KEY: 'khoa-cua-fpt' }

test('without a list the voices that are set up come first, on this machine before others, and espeak-ng last', () => {
  const unset = (values: Record<string, string>) => loudspeakerConfigSchema.parse(values).voices
  expect(unset(keys)).toEqual(['fpt', 'google', 'espeak'])
  expect(unset({ ...keys, PIPER_MODEL: '/m' })).toEqual(['piper', 'fpt', 'google', 'espeak'])
  expect(unset({ ...keys, VOICES: 'espeak,google' })).toEqual(['espeak', 'google'])
})

test('the chain opens each voice of the list once, in its order', () => {
  const config = loudspeakerConfigSchema.parse({ ...keys, VOICES: 'google,espeak,fpt' })
  const voices = voicesOf(config)
  expect(voices.map(voice => voice.id)).toEqual(['google:vi-VN-Wavenet-A', 'espeak:vi', 'fpt:banmai'])
  expect(voicesOf(config)).toBe(voices)
})

test('a demo refuses voices of other machines, and starts without any', () => {
  const table = (values: Record<string, string>) => installChannels([loudspeaker], ['loudspeaker'], () => values)
  expect(() => checkDemoProviders(table({}))).not.toThrow()
  expect(() => checkDemoProviders(table(keys))).toThrow(expect.objectContaining({ code: 'setup.demo-provider' }))
  const held = { FPT_KEY: 'khoa-cua-fpt', FPT_BASE_URL: 'http://127.0.0.1:8090', LOOPBACK_ONLY: 'true' }
  expect(() => checkDemoProviders(table(held))).not.toThrow()
})

test('every variable is documented, and none that is not there', () => {
  for (const name of Object.keys(loudspeakerConfigHelp)) expect(loudspeakerConfigHelp[name]).toMatch(/.{20}/)
  // What is documented is parsed: an impossible value is refused under its name, a free text aside.
  for (const name of Object.keys(loudspeakerConfigHelp).filter(n => n !== 'PIPER_MODEL')) {
    const issues = loudspeakerConfigSchema.safeParse({ [name]: '\u0000' }).error?.issues ?? []
    expect(issues.map(issue => issue.path[0])).toEqual([name])
  }
})
