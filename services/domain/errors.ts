/** A sentence for a person, in the two languages of the screens. Vietnamese comes first. */
export interface Sentence {
  vi: string
  en: string
}

/**
 * Every error a caller can meet, with its HTTP status. A code is stable: scripts and translations rely on it.
 * `docs/errors.md` is generated from this table, and a test checks that it is up to date.
 */
export const errorCodes = {
  'request.invalid': 422,
  'request.malformed': 400,
  'request.too-large': 413,
  'request.unsupported-encoding': 415,
  'request.idempotency-conflict': 409,
  'request.cross-site': 403,
  'request.too-many': 429,
  'auth.required': 401,
  'auth.wrong-password': 401,
  'auth.forbidden': 403,
  'auth.bad-token': 403,
  'account.exists': 409,
  'account.disabled': 403,
  'account.wrong-password': 403,
  'account.yourself': 409,
  'account.last-admin': 409,
  'place.exists': 409,
  'not-found': 404,
  'conflict.version': 409,
  'announcement.wrong-state': 409,
  'announcement.same-person': 403,
  'announcement.hash-mismatch': 409,
  'announcement.not-ready': 422,
  'audience.unknown-area': 422,
  'audience.empty': 422,
  'channel.unknown': 422,
  'channel.disabled': 422,
  'text.empty': 422,
  'text.too-long': 422,
  'text.no-letters': 422,
  'text.control-character': 422,
  'schedule.past': 422,
  'schedule.expiry-past': 422,
  'schedule.expiry-before-start': 422,
  'pronunciation.bad-written': 422,
  'pronunciation.bad-spoken': 422,
  'pronunciation.exists': 409,
  'pronunciation.too-many': 422,
  'citizen.bad-phone': 422,
  'citizen.bad-email': 422,
  'import.bad-encoding': 422,
  'import.no-columns': 422,
  'import.malformed': 422,
  'import.no-consent': 422,
  'import.cancelled': 409,
  'board.unpaired': 401,
  'board.bad-code': 422,
  'board.wrong-kind': 409,
  'posting.bad-photo': 422,
  'posting.ended': 409,
  'posting.settled': 409,
  'device.revoked': 401,
  'device.wrong-state': 409,
  'dispatch.wrong-state': 409,
  'dispatch.nobody-left': 409,
  'airtime.rule-broken': 422,
  'airtime.wrong-state': 409,
  'audio.tool-missing': 503,
  'audio.failed': 500,
  'audio.silent': 422,
  'recording.not-audio': 422,
  'recording.unreadable': 422,
  'recording.too-long': 422,
  'recording.too-short': 422,
  'recording.silent': 422,
  'recording.channels': 422,
  'recording.unknown': 422,
  'media.not-taken': 422,
  'media.unreadable': 422,
  'media.too-much': 422,
  'media.no-such-part': 422,
  'media.locked': 422,
  'media.captions': 422,
  'media.unknown': 422,
  'media.failed': 500,
  'media.tool-missing': 503,
  'setup.port-taken': 500,
  'setup.disk-full': 507,
  'setup.already-running': 500,
  'setup.tool-missing': 500,
  'setup.database': 500,
  'setup.redis': 500,
  'setup.configuration': 500,
  'setup.demo-provider': 500,
  'job.unknown-version': 500,
  'provider.failed': 502,
  'service.unavailable': 503,
  internal: 500,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof errorCodes

/**
 * The one error family of the project. `message` is for the log; `userMessage` is what the officer reads: it says
 * what is wrong and what to do. `details` may name fields and positions, never personal data.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly userMessage: Sentence
  readonly details: Record<string, unknown> | undefined

  constructor(
    code: ErrorCode,
    userMessage: Sentence,
    options: { message?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(options.message ?? userMessage.en, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = errorCodes[code]
    this.userMessage = userMessage
    this.details = options.details
  }
}

/** Narrows an unknown thrown value. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError
}
