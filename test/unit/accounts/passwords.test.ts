import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { accountKey } from '../../../services/accounts/attempts.ts'
import { passwordCharacters } from '../../../services/accounts/auth.ts'
import { checkPassword, randomPassword } from '../../../services/accounts/passwords.ts'

test('random passwords pass their own check, differ, and hold no look-alikes', () => {
  const made = Array.from({ length: 500 }, randomPassword)
  expect(new Set(made).size).toBe(500)
  for (const password of made) {
    checkPassword(password)
    expect(password).not.toMatch(/[0O1lI]/)
  }
  // Every letter is used: a broken generator would favour some.
  expect(new Set(made.join('').replaceAll('-', '')).size).toBe(56)
})

test('a password is judged by its length in characters, not in bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
      const length = [...text].length
      const fits = length >= passwordCharacters.least && length <= passwordCharacters.most
      if (fits) checkPassword(text)
      else expect(() => checkPassword(text)).toThrow(expect.objectContaining({ code: 'request.invalid' }))
    }),
  )
})

test('the key of an account shows nothing of the address and is the same for its spellings', () => {
  const secret = 's'.repeat(32)
  expect(accountKey(secret, ' A@B.vn ')).toBe(accountKey(secret, 'a@b.vn'))
  expect(accountKey(secret, 'a@b.vn')).not.toBe(accountKey(secret, 'c@b.vn'))
  expect(accountKey(secret, 'a@b.vn')).not.toBe(accountKey('t'.repeat(32), 'a@b.vn'))
  expect(accountKey(secret, 'a@b.vn')).toMatch(/^[\w-]{43}$/)
})
