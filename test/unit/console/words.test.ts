import { expect, test } from '@jest/globals'
import { esmsCodes } from '../../../channels/sms/esms/codes.ts'
import { smppCodes } from '../../../channels/sms/smpp/codes.ts'
import { asRunKinds } from '../../../services/airtime/as-run-file.ts'
import { announcementStates, priorities } from '../../../services/domain/announcement.ts'
import { deliveryStates } from '../../../services/domain/delivery.ts'
import { accountsWords } from '../../../services/web/console/src/i18n/accounts.ts'
import { boardsWords } from '../../../services/web/console/src/i18n/boards.ts'
import { reasonWords, roughWords, stateList, wordFor } from '../../../services/web/console/src/i18n/dictionary.ts'
import { en } from '../../../services/web/console/src/i18n/en.ts'
import { pronunciationWords } from '../../../services/web/console/src/i18n/pronunciation.ts'
import { readingWords } from '../../../services/web/console/src/i18n/reading.ts'
import { registryWords } from '../../../services/web/console/src/i18n/registry.ts'
import { setupWords } from '../../../services/web/console/src/i18n/setup.ts'
import { vi } from '../../../services/web/console/src/i18n/vi.ts'

/** Every text of a dictionary with its path; functions are called with their number of arguments. */
function texts(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const here = `${path}.${key}`
    if (typeof value === 'string') return [[here, value]]
    if (typeof value === 'function') return [[here, String(value(...Array(value.length).fill('987')))]]
    return texts(value as object, here)
  })
}

/** Pages with a file of words of their own. */
const pages = { accountsWords, boardsWords, pronunciationWords, readingWords, registryWords, setupWords }
const whole = {
  vi: { ...vi, ...Object.fromEntries(Object.entries(pages).map(([name, words]) => [name, words.vi])) },
  en: { ...en, ...Object.fromEntries(Object.entries(pages).map(([name, words]) => [name, words.en])) },
}

test.each(Object.entries(whole))('%s: no text is empty, none is decomposed, arguments are used', (_name, words) => {
  for (const [path, text] of texts(words)) {
    expect([path, text.trim() === '']).toEqual([path, false])
    expect([path, text]).toEqual([path, text.normalize('NFC')])
  }
})

test('both languages use their arguments in the same places', () => {
  const uses = (words: object) => texts(words).map(([path, text]) => [path, text.includes('987')] as const)
  const argued = new Map(uses(whole.en).filter(([, used]) => used))
  for (const [path, used] of uses(whole.vi)) expect([path, used]).toEqual([path, argued.has(path)])
})

test('every state of the domain has its words', () => {
  for (const state of announcementStates) expect(vi.state[state]).toBeTruthy()
  for (const priority of priorities) expect(vi.priority[priority]).toBeTruthy()
  for (const state of deliveryStates) expect(vi.delivery[state] && vi.deliveryMeaning[state]).toBeTruthy()
})

test('every kind of the as-run log has its words', () => {
  for (const words of [vi, en]) {
    for (const kind of asRunKinds) expect([kind, wordFor(words.asRun.kinds, kind) !== kind]).toEqual([kind, true])
  }
})

test('reasons: known codes in words, mail replies with their code, unknown codes as they are', () => {
  expect(reasonWords(vi, 'no-consent')).toBe('chưa có sự đồng ý')
  expect(reasonWords(vi, 'smtp-550-5.1.1')).toBe('máy chủ thư từ chối (550-5.1.1)')
  expect(reasonWords(vi, 'x-9')).toBe('x-9')
  expect(reasonWords(vi, 'smtp-login')).toBe('máy chủ thư không nhận tài khoản gửi')
  expect(reasonWords(vi, 'http-500')).toBe('nhà cung cấp trả lời mã 500')
  expect(reasonWords(vi, 'gave-up:20429')).toBe('đã thử nhiều lần không được: nhà cung cấp yêu cầu gửi chậm lại')
  expect(reasonWords(en, 'gave-up:x-9')).toBe('tried many times in vain: x-9')
  for (const code of [
    'reached-before',
    'said-by-person',
    'never-arrived',
    'interrupted',
    'aborted',
    'opted-out',
    'gone',
  ]) {
    for (const words of [vi, en]) expect(reasonWords(words, code)).not.toBe(code)
  }
  expect(wordFor(vi.history.actions, 'station.aired')).toBe('Đài xác nhận đã phát')
})

test('states within a sentence, and lengths of time, in words', () => {
  expect(stateList(vi, ['rejected', 'unknown'])).toBe('bị từ chối, không rõ')
  expect(roughWords(vi, 6_540)).toBe('khoảng 1 giờ 50 phút')
  expect(roughWords(vi, 7_200)).toBe('khoảng 2 giờ')
  expect(roughWords(vi, 61)).toBe('khoảng 2 phút')
  expect(roughWords(vi, 12)).toBe('chưa đến 1 phút')
  expect(roughWords(en, 6_540)).toBe('about 1 h 50 min')
})

test('every code with which a vendor of text messages can end one has its words', () => {
  const ends = Object.entries({ ...esmsCodes, ...smppCodes })
    .filter(([code, { meaning }]) => meaning !== 'accepted' && !code.startsWith('http-'))
    .map(([code]) => code)
  expect(ends.length).toBeGreaterThan(30)
  for (const code of [...ends, 'never-arrived', 'partly-sent']) {
    expect([code, reasonWords(vi, code) === code, reasonWords(en, code) === code]).toEqual([code, false, false])
  }
})
