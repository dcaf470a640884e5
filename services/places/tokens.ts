import { randomBytes } from 'node:crypto'

/**
 * A new bearer token for a station's feed: 192 random bits in 32 characters that need no escaping
 * in a URL. Whoever holds it may read that one place's items, nothing else.
 */
export function newPlaceToken(): string {
  return randomBytes(24).toString('base64url')
}

/** True for anything that {@link newPlaceToken} could have made or that was imported as one (128 bits or more). */
export function looksLikeToken(text: string): boolean {
  return /^[\w-]{22,128}$/.test(text)
}
