import { expect, test } from '@jest/globals'
import { readEmail } from '../../../services/people/email.ts'

test.each([
  ['An.Nguyen@Thu.example', 'an.nguyen@thu.example'],
  [' hoa+tin@mail.quangtri.example ', 'hoa+tin@mail.quangtri.example'],
  ["'lan@thu.example", 'lan@thu.example'],
  ['lan\u200b@thu.example', 'lan@thu.example'],
  ['x@xn--vit-xx7a.example', 'x@xn--vit-xx7a.example'],
])('%j is read as %s', (cell, email) => {
  expect(readEmail(cell)).toEqual({ ok: true, email })
})

test.each([
  ['không có', 'not-an-email'],
  ['an@', 'not-an-email'],
  ['@thu.example', 'not-an-email'],
  ['an@thu', 'not-an-email'],
  ['an..b@thu.example', 'not-an-email'],
  ['an@thu..example', 'not-an-email'],
  ['an b@thu.example', 'not-an-email'],
  ['<an@thu.example>', 'not-an-email'],
  ['an@thu.example\r\nBcc: x', 'not-an-email'],
  [`${'a'.repeat(65)}@thu.example`, 'not-an-email'],
  [`a@${'b.'.repeat(130)}example`, 'not-an-email'],
  ['an@thu.example; hoa@thu.example', 'several'],
  ['nguyễn@thu.example', 'diacritics'],
])('%j is refused: %s', (cell, problem) => {
  expect(readEmail(cell)).toMatchObject({ ok: false, problem })
})
