import { describe, expect, test } from '@jest/globals'
import { pushChangeSchemas } from '../../../services/domain/station-push.ts'
import type { StationPush } from '../../../services/http/schemas-devices.ts'
import {
  checkFields,
  fieldsOf,
  type PushFields,
  settingsOf,
  standingOf,
} from '../../../services/web/console/src/lib/pushes.ts'

const kept = (push: Partial<StationPush> = {}): StationPush => ({
  kind: 'icecast',
  settings: { url: 'http://radio.example:8000/dong-ha.mp3', user: 'source', silence: false },
  hasPassword: true,
  updatedBy: 'Chuyên viên',
  updatedAt: '2026-11-25T10:00:00.000Z',
  triedAt: null,
  problem: null,
  ...push,
})
const fields = (part: Partial<PushFields> = {}): PushFields => ({
  url: 'http://radio.example:8000/dong-ha.mp3',
  user: 'source',
  password: 'x',
  silence: true,
  ...part,
})

describe('the form of a way to a station', () => {
  test('begins with what is kept, never with a password', () => {
    expect(fieldsOf('icecast', kept())).toEqual(fields({ password: '', silence: false }))
    expect(fieldsOf('icecast', undefined)).toEqual({ url: '', user: 'source', password: '', silence: true })
    expect(fieldsOf('axis', undefined).user).toBe('')
  })

  test.each([
    ['', 'missing'],
    ['radio.example/a.mp3', 'not-address'],
    ['ftp://radio.example/a.mp3', 'not-address'],
    ['http://:b@radio.example/a.mp3', 'account-in-address'],
    ['http://a:b@radio.example/a.mp3', 'account-in-address'],
    ['http://radio.example:8000/', 'mount-missing'],
    [`http://radio.example/${'a'.repeat(300)}`, 'too-long'],
    ['https://radio.example/a.mp3', undefined],
  ] as const)('says of the address %s: %s, as the server would', (url, problem) => {
    expect(checkFields('icecast', fields({ url }), undefined).url).toBe(problem)
    expect(pushChangeSchemas.icecast.safeParse(settingsOf('icecast', fields({ url }))).success).toBe(!problem)
  })

  test('a loudspeaker needs no path, but an account', () => {
    expect(checkFields('axis', fields({ url: 'http://192.0.2.7', user: ' ' }), undefined)).toEqual({ user: 'missing' })
    expect(checkFields('mqtt', fields({ url: '' }), undefined)).toEqual({})
    expect(settingsOf('mqtt', fields())).toEqual({})
  })

  test('asks for the password where none is kept or the address is another', () => {
    const empty = { password: '' }
    expect(checkFields('icecast', fields(empty), kept())).toEqual({})
    expect(settingsOf('icecast', fields(empty))).not.toHaveProperty('password')
    expect(checkFields('icecast', fields(empty), kept({ hasPassword: false }))).toEqual({ password: 'missing' })
    expect(checkFields('icecast', fields({ ...empty, url: 'http://other.example/a.mp3' }), kept())).toEqual({
      password: 'missing',
    })
  })
})

test('a way that was changed after its last try has not been tried', () => {
  expect(standingOf(kept())).toBe('waiting')
  expect(standingOf(kept({ triedAt: '2026-11-25T09:59:00.000Z' }))).toBe('waiting')
  expect(standingOf(kept({ triedAt: '2026-11-25T10:00:05.000Z' }))).toBe('well')
  expect(standingOf(kept({ triedAt: '2026-11-25T09:59:00.000Z', problem: 'unreachable' }))).toBe('failing')
})
