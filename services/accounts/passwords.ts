import { randomInt } from 'node:crypto'
import { AppError } from '../domain/errors.ts'
import { passwordCharacters } from './auth.ts'

/** No look-alikes (0 O 1 l I): the password is read from a screen and typed once. */
const alphabet = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A new password of five groups of four characters, about 116 bits. */
export function randomPassword(): string {
  const group = () => Array.from({ length: 4 }, () => alphabet[randomInt(alphabet.length)]).join('')
  return Array.from({ length: 5 }, group).join('-')
}

/**
 * Checks a password that a person chose: only its length, as NIST SP 800-63B advises.
 * @throws AppError request.invalid
 */
export function checkPassword(password: string): void {
  const length = [...password].length
  if (length >= passwordCharacters.least && length <= passwordCharacters.most) return
  throw new AppError('request.invalid', {
    vi: `Mật khẩu phải có từ ${passwordCharacters.least} đến ${passwordCharacters.most} ký tự.`,
    en: `A password needs ${passwordCharacters.least} to ${passwordCharacters.most} characters.`,
  })
}
