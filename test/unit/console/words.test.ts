import { expect, test } from '@jest/globals'
import { esmsCodes } from '../../../channels/sms/esms/codes.ts'
import { smppCodes } from '../../../channels/sms/smpp/codes.ts'
import { announcementStates, priorities } from '../../../services/domain/announcement.ts'
import { deliveryStates } from '../../../services/domain/delivery.ts'
import { reasonWords, wordFor } from '../../../services/web/console/src/i18n/dictionary.ts'
import { en } from '../../../services/web/console/src/i18n/en.ts'
import { vi } from '../../../services/web/console/src/i18n/vi.ts'

/** Every text of a dictionary with its path; functions are called with their number of arguments. */
function texts(node: object, path = ''): [string, string][] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const here = `${path}.${key}`
    if (typeof value === 'string') return [[here, value]]
    if (typeof value === 'function') return [[here, String(value(...Array(value.length).fill('7')))]]
    return texts(value as object, here)
  })
}

test.each(Object.entries({ vi, en }))(
  '%s: no text is empty, none is decomposed, arguments are used',
  (_name, words) => {
    for (const [path, text] of texts(words)) {
      expect([path, text.trim() === '']).toEqual([path, false])
      expect([path, text]).toEqual([path, text.normalize('NFC')])
    }
  },
)

test('both languages use their arguments in the same places', () => {
  const uses = (words: object) => texts(words).map(([path, text]) => [path, text.includes('7')] as const)
  const argued = new Map(uses(en).filter(([, used]) => used))
  // Texts with a literal 7 of their own (UTC+7) are the same in both.
  for (const [path, used] of uses(vi)) expect([path, used]).toEqual([path, argued.has(path)])
})

test('every state of the domain has its words', () => {
  for (const state of announcementStates) expect(vi.state[state]).toBeTruthy()
  for (const priority of priorities) expect(vi.priority[priority]).toBeTruthy()
  for (const state of deliveryStates) expect(vi.delivery[state] && vi.deliveryMeaning[state]).toBeTruthy()
})

test('reasons: known codes in words, mail replies with their code, unknown codes as they are', () => {
  expect(reasonWords(vi, 'no-consent')).toBe('chưa có sự đồng ý')
  expect(reasonWords(vi, 'smtp-550-5.1.1')).toBe('máy chủ thư từ chối (550-5.1.1)')
  expect(reasonWords(vi, 'x-9')).toBe('x-9')
  expect(wordFor(vi.history.actions, 'station.aired')).toBe('Đài xác nhận đã phát')
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
