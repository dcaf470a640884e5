import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { AppError } from '../domain/errors.ts'
import { createKeys, type InstanceKeys } from './keys.ts'

/**
 * Signed addresses for people and devices that have no session: download links of operators, one-click refusals of
 * citizens. HMAC-SHA256 under keys derived from the instance's secret, one key per purpose.
 */
export interface Links {
  publicUrl: string
  /** Keys for what is signed or sealed rather than linked to. */
  keys: InstanceKeys
  /** Absolute URL of `path` that is accepted until `expiresAt`. */
  signUrl(path: string, expiresAt: Date): string
  /** @throws AppError auth.bad-token when forged, altered or out of date */
  checkSignedPath(path: string, query: { exp?: string; sig?: string }, now: Date): void
  /** Bearer of a commune's feed: names the area and proves that we gave it out; it does not expire. */
  areaFeedToken(areaCode: string): string
  /** @throws AppError auth.bad-token */
  readAreaFeedToken(token: string): string
  /** Absolute address of the refusal page of one person on one channel; it does not expire. */
  unsubscribeUrl(channelId: string, citizenId: string): string
  /** @throws AppError auth.bad-token */
  readUnsubscribeToken(token: string): { channelId: string; citizenId: string }
  /** Absolute address of an announcement's public page. Anybody may open it, once the announcement is public. */
  publicPage(announcementId: string): string
  /** The announcement that the code in such an address names; undefined when it cannot be one. */
  readPublicCode(code: string): string | undefined
  /** Absolute address of the page on which the posting of a notice on a paper board is confirmed; it does not expire. */
  postingPage(dispatchId: string, boardId: string): string
  /** What the token in such an address names; undefined when it is forged or altered. */
  readPostingToken(token: string): { dispatchId: string; boardId: string } | undefined
  /** Short-lived bearer of a board's player; says who without a look into the database. */
  boardAccess(who: BoardAccess, expiresAt: Date): string
  /**
   * Who comes with it, and the end that it was given (to the millisecond: it tells one access token of a session from the
   * next); undefined when it is forged, altered or out of date. Some microseconds.
   */
  readBoardAccess(token: string, now: Date): (BoardAccess & { expiresAt: Date }) | undefined
}

/** A board and the session that its player runs under. */
export interface BoardAccess {
  boardId: string
  sessionId: string
}

function badToken(): AppError {
  return new AppError('auth.bad-token', {
    vi: 'Đường dẫn không hợp lệ hoặc đã hết hạn. Ông/Bà vui lòng dùng đường dẫn mới nhất đã nhận.',
    en: 'This address is not valid or has expired. Please use the newest one you were sent.',
  })
}

function sameText(a: string, b: string): boolean {
  const x = Buffer.from(a)
  const y = Buffer.from(b)
  return x.length === y.length && timingSafeEqual(x, y)
}

/**
 * @param secret the instance's secret, 32 characters or more
 * @param publicUrl address under which this instance is reached; a trailing slash is dropped
 */
export function createLinks(secret: string, publicUrl: string): Links {
  const key = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, 'loa', purpose, 32))
  const urlKey = key('signed-url')
  const refusalKey = key('unsubscribe')
  const areaKey = key('area-feed')
  const boardKey = key('board-access')
  const postingKey = key('posting')
  const mac = (k: Buffer, text: string) => createHmac('sha256', k).update(text).digest('base64url')
  // 132 bits: it stands in a code on paper, and the shorter the address, the coarser and surer the code.
  const postingMac = (payload: string) => mac(postingKey, payload).slice(0, 22)
  const base = publicUrl.replace(/\/$/, '')

  return {
    publicUrl: base,
    keys: createKeys(secret),
    signUrl(path, expiresAt) {
      const exp = String(Math.floor(expiresAt.getTime() / 1000))
      return `${base}${path}?exp=${exp}&sig=${mac(urlKey, `${path}\n${exp}`)}`
    },
    checkSignedPath(path, { exp, sig }, now) {
      if (!exp || !sig || !/^\d{1,12}$/.test(exp)) throw badToken()
      if (!sameText(mac(urlKey, `${path}\n${exp}`), sig)) throw badToken()
      if (Number(exp) * 1000 < now.getTime()) throw badToken()
    },
    areaFeedToken: areaCode => `${areaCode}-${mac(areaKey, areaCode)}`,
    readAreaFeedToken(token) {
      const [, areaCode = '', signature = ''] = /^(\d{2,5})-([\w-]{43})$/.exec(token) ?? []
      if (areaCode === '' || !sameText(mac(areaKey, areaCode), signature)) throw badToken()
      return areaCode
    },
    unsubscribeUrl(channelId, citizenId) {
      const payload = `${channelId}.${citizenId}`
      return `${base}/u/${payload}.${mac(refusalKey, payload)}`
    },
    readUnsubscribeToken(token) {
      const match = /^([a-z][a-z0-9-]*)\.(\d{1,19})\.([\w-]+)$/.exec(token)
      if (!match) throw badToken()
      const [, channelId = '', citizenId = '', signature = ''] = match
      if (!sameText(mac(refusalKey, `${channelId}.${citizenId}`), signature)) throw badToken()
      return { channelId, citizenId }
    },
    publicPage: id => `${base}/tb/${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`,
    readPublicCode(code) {
      if (!/^[\w-]{22}$/.test(code)) return undefined
      const hex = Buffer.from(code, 'base64url').toString('hex')
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
    },
    postingPage(dispatchId, boardId) {
      const payload = `${dispatchId}.${boardId}`
      return `${base}/n/${payload}.${postingMac(payload)}`
    },
    readPostingToken(token) {
      const [, dispatchId = '', boardId = '', signature = ''] =
        /^(\d{1,18})\.(\d{1,18})\.([\w-]{22})$/.exec(token) ?? []
      if (dispatchId === '' || !sameText(postingMac(`${dispatchId}.${boardId}`), signature)) return undefined
      return { dispatchId, boardId }
    },
    boardAccess({ boardId, sessionId }, expiresAt) {
      const payload = `${boardId}.${sessionId}.${expiresAt.getTime()}`
      return `${payload}.${mac(boardKey, payload)}`
    },
    readBoardAccess(token, now) {
      const [, boardId = '', sessionId = '', expiry = '', signature = ''] =
        /^(\d{1,18})\.(\d{1,18})\.(\d{1,15})\.([\w-]{43})$/.exec(token) ?? []
      if (boardId === '' || Number(expiry) < now.getTime()) return undefined
      if (!sameText(mac(boardKey, `${boardId}.${sessionId}.${expiry}`), signature)) return undefined
      return { boardId, sessionId, expiresAt: new Date(Number(expiry)) }
    },
  }
}
