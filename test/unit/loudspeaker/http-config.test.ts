import { expect, test } from '@jest/globals'
import { z } from 'zod'
import { fptSpeed, mayFollow } from '../../../channels/loudspeaker/voices/fpt.ts'
import { googleSpeed } from '../../../channels/loudspeaker/voices/google.ts'
import {
  httpVoices,
  httpVoicesHelp,
  httpVoicesShape,
  readHttpVoices,
} from '../../../channels/loudspeaker/voices/http-config.ts'
import { soundFormat } from '../../../channels/loudspeaker/voices/spoken-answer.ts'
import { viettelSpeed } from '../../../channels/loudspeaker/voices/viettel.ts'

function read(values: Record<string, string>) {
  const problems: string[] = []
  const parsed = z.object(httpVoicesShape).safeParse(values)
  if (!parsed.success) return { config: undefined, problems: parsed.error.issues.map(issue => issue.path.join('.')) }
  const config = readHttpVoices(parsed.data, (variable, message) => problems.push(`${variable} ${message}`))
  return { config, problems }
}

test('an empty environment gives no voice over HTTP, and nothing for a demo to refuse', () => {
  const { config, problems } = read({})
  expect([config, problems]).toEqual([{}, []])
  expect(httpVoices(config ?? {})).toEqual([])
})

test('keys bring the vendors’ own addresses and usual voices', () => {
  const { config } = read({ FPT_KEY: 'k'.repeat(8), VIETTEL_TOKEN: 't'.repeat(8), GOOGLE_KEY: 'g'.repeat(8) })
  expect(config?.loopbackOnly).toBe(false)
  expect(httpVoices(config ?? {}).map(voice => voice.id)).toEqual([
    'fpt:banmai',
    'viettel:hn-quynhanh',
    'google:vi-VN-Wavenet-A',
  ])
  expect(config?.fpt?.baseUrl).toBe('https://api.fpt.ai')
})

test.each([
  [{ FPT_KEY: 'k'.repeat(8), LOOPBACK_ONLY: 'true' }, 'FPT_BASE_URL must be on this machine'],
  [{ GOOGLE_KEY: 'k'.repeat(8), GOOGLE_BASE_URL: 'http://tts.example.vn' }, 'GOOGLE_BASE_URL must be https'],
  [{ FPT_KEY: 'k'.repeat(8), FPT_BASE_URL: 'ftp://tts.example.vn' }, 'FPT_BASE_URL'],
  [{ FPT_KEY: 'mật khẩu của xã' }, 'FPT_KEY'],
  [{ FPT_KEY: 'abc\ndefghijk' }, 'FPT_KEY'],
  [{ FPT_VOICE: 'khong-co' }, 'FPT_VOICE'],
  [{ VIETTEL_VOICE: 'hn' }, 'VIETTEL_VOICE'],
  [{ GOOGLE_VOICE: 'en-US-Wavenet-A' }, 'GOOGLE_VOICE'],
])('%o is told as a problem', (values, expected) => {
  expect(read(values as Record<string, string>).problems.join()).toContain(expected)
})

test('every variable has its line of help', () => {
  expect(Object.keys(httpVoicesHelp).sort()).toEqual(Object.keys(httpVoicesShape).sort())
})

test.each([
  ['https://file01.fpt.ai/text2speech-v5/a.mp3', true],
  ['https://s3-ap-southeast-1.amazonaws.com/text2speech-v5/a.mp3', true],
  ['http://file01.fpt.ai/a.mp3', false],
  ['https://fpt.ai.example.com/a.mp3', false],
  ['https://notfpt.ai/a.mp3', false],
  ['https://10.0.0.5/a.mp3', false],
  ['https://file01.fpt.ai:8443/a.mp3', false],
  ['https://a:b@file01.fpt.ai/a.mp3', false],
  ['file:///etc/passwd', false],
  ['khong phai', false],
])('link %s: %s', (link, allowed) => {
  expect(mayFollow(link, { baseUrl: 'https://api.fpt.ai', loopbackOnly: false })).toBe(allowed)
})

test('in training only links to this machine are followed', () => {
  const training = { baseUrl: 'http://127.0.0.1:8090', loopbackOnly: true }
  expect(mayFollow('http://127.0.0.1:8090/a.mp3', training)).toBe(true)
  expect(mayFollow('https://file01.fpt.ai/a.mp3', training)).toBe(false)
})

test('words per minute on the scale of each vendor', () => {
  expect([80, 125, 150, 165, 175, 250].map(fptSpeed)).toEqual([-3, -1, 0, 1, 1, 3])
  expect([80, 135, 150, 165, 250].map(viettelSpeed)).toEqual([0.8, 0.9, 1, 1.1, 1.2])
  expect([80, 150, 250, 600].map(googleSpeed)).toEqual([0.53, 1, 1.67, 2])
})

test.each([
  [Buffer.from('RIFF\0\0\0\0WAVEfmt ', 'latin1'), 'wav'],
  [Buffer.from('ID3\u0003', 'latin1'), 'mp3'],
  [Buffer.from([0xff, 0xfb, 0x90, 0x00]), 'mp3'],
  [Buffer.from([0xff, 0xf3, 0x40]), 'mp3'],
  [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), undefined],
  [Buffer.from('PK\u0003\u0004', 'latin1'), undefined],
  [Buffer.from('<html>'), undefined],
  [Buffer.alloc(0), undefined],
])('the bytes %o are %s', (bytes, format) => {
  expect(soundFormat(bytes as Buffer)).toBe(format)
})
