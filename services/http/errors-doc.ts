import { type ErrorCode, errorCodes } from '../domain/errors.ts'

/** When each code is met, for people who write programs against the API. */
const meanings: Record<ErrorCode, string> = {
  'request.invalid': 'Fields of the request do not fit; `errors` names each with its path.',
  'request.malformed': 'The request could not be read: broken JSON, a bad address.',
  'request.too-large': 'The body is larger than the route takes (1 MB of JSON).',
  'request.unsupported-encoding': 'The body is not JSON in UTF-8, or is compressed in an unknown way.',
  'request.idempotency-conflict':
    'The Idempotency-Key was used for another request, or the first request with it is still running (`Retry-After`).',
  'request.cross-site': 'A page of another web site sent the request with the cookie of a signed-in person.',
  'request.too-many':
    'Too many failed sign-ins, previews, wrong pairing codes or requests of one board; `Retry-After` says when to try again.',
  'auth.required': 'Nobody is signed in, or the session has ended.',
  'auth.wrong-password': 'Email address or password is wrong; which one is not told.',
  'auth.forbidden': 'The role of the account does not allow this.',
  'auth.bad-token': 'A signed address, token or callback signature is forged, altered or out of date.',
  'account.exists': 'There is an account with this email address already.',
  'account.disabled': 'The password was right, but an administrator has switched the account off.',
  'account.wrong-password': 'The present password, asked for to choose another one, is not right; the session goes on.',
  'account.yourself': 'Administrators cannot disable themselves or change their own role.',
  'account.last-admin': 'Nobody would be left who administers the instance.',
  'place.exists': 'The commune has a station or board of that name already, marks aside.',
  'not-found': 'There is nothing at this address.',
  'conflict.version': 'Somebody saved a newer revision in the meantime; nothing was overwritten.',
  'announcement.wrong-state': 'The state of the announcement does not allow this action.',
  'announcement.same-person': 'Author and submitter cannot approve their own announcement.',
  'announcement.hash-mismatch': 'The content, or how it will be read aloud, is not what the approver saw.',
  'announcement.not-ready': 'Something an announcement needs before it is submitted is missing.',
  'audience.unknown-area': 'An area code is not in the present list of provinces and communes.',
  'audience.empty': 'No area was chosen.',
  'channel.unknown': 'There is no such channel in this instance.',
  'channel.disabled': 'The channel exists but is switched off.',
  'text.empty': 'A text that is needed is empty.',
  'text.too-long': 'A text is longer than its limit, in characters.',
  'text.no-letters': 'A text holds no letter at all.',
  'text.control-character': 'A text holds a character that is not printable; the sentence says where.',
  'schedule.past': 'The start lies in the past.',
  'schedule.expiry-past': 'The expiry lies in the past.',
  'schedule.expiry-before-start': 'The expiry lies before the start.',
  'pronunciation.bad-written':
    'The written form of a dictionary entry cannot be looked up: figures only, or a sign first.',
  'pronunciation.bad-spoken': 'The spoken form of a dictionary entry holds something that the voice cannot say.',
  'pronunciation.exists': 'There is an entry for this written form and area already; `details.id` names it.',
  'pronunciation.too-many': 'The pronunciation dictionary, or a list for it, holds more entries than are taken.',
  'citizen.bad-phone': 'A phone number is not one.',
  'citizen.bad-email': 'An email address is not one.',
  'import.bad-encoding': 'An imported file is not in UTF-8.',
  'import.no-columns': 'An imported file lacks the columns it needs.',
  'import.malformed': 'An imported workbook is damaged or unpacks to more than is read.',
  'import.no-consent': 'An imported file says nothing about the consent of the people in it.',
  'import.cancelled': 'The import was stopped before its end; nothing was imported.',
  'board.unpaired':
    "The board's credential is not known, has ended, or was used by two players; it is to be paired anew.",
  'board.bad-code': 'No board shows this pairing code now: it was mistyped, is older than ten minutes, or was used.',
  'board.wrong-kind': 'This cannot be done with a board of this kind, e.g. pairing a paper board.',
  'posting.bad-photo': 'The photo of a posted notice is missing, damaged, too large, or of a kind that cannot be read.',
  'posting.ended': 'The notice was withdrawn, superseded or has expired: it must not be posted any more.',
  'posting.settled': 'The posting or removal is on record already and can no longer be changed, or there is none yet.',
  'device.revoked': 'The link of a station device was revoked or replaced; the device needs a new one.',
  'device.wrong-state': 'The device is revoked, or the station is not in use: nothing can be done with it any more.',
  'dispatch.wrong-state': 'The dispatch has ended, or has not: it cannot be paused, resumed or sent again now.',
  'dispatch.nobody-left': 'Nobody in the chosen states is left to be sent to again.',
  'airtime.rule-broken':
    'A programme or exception breaks rules of airtime; `errors` has a sentence for each. Nothing was stored.',
  'airtime.wrong-state': 'The slot is locked, over, not yet begun, or was taken off: this cannot be done to it now.',
  'audio.tool-missing': 'ffmpeg or the speech engine is not installed on the server.',
  'audio.failed': 'The audio could not be made.',
  'audio.silent': 'The text gave no sound.',
  'recording.not-audio': 'An uploaded recording is no sound: an archive, a picture, a video; `kind` says what it is.',
  'recording.unreadable': 'An uploaded recording is damaged, or its end is missing.',
  'recording.too-long': 'An uploaded recording lasts longer than 30 minutes.',
  'recording.too-short': 'An uploaded recording lasts less than a second.',
  'recording.silent': 'Nothing can be heard in an uploaded recording.',
  'recording.channels': 'An uploaded recording has more than two channels.',
  'recording.unknown': 'The announcement names a recording that is not in this instance, or another file than it was.',
  'media.not-taken':
    'An upload for boards is no picture, PDF or video that is taken (SVG, HEIC, sound, archive); `kind` says what it is.',
  'media.unreadable': 'A picture, PDF or video for boards is damaged, or its end is missing.',
  'media.too-much': 'A picture, PDF or video for boards has more pixels, pages or minutes than are taken.',
  'media.no-such-part': 'The PDF has no such page, or the video no such second.',
  'media.locked': 'A PDF for boards asks for a password.',
  'media.captions':
    'A caption file is not WebVTT or SRT in UTF-8, or has no caption; `line` says where where that is known.',
  'media.unknown':
    'The announcement names a picture or video that is not in this instance, or says of it what it is not.',
  'media.failed': 'A picture, PDF or video for boards could not be worked on, or not in time.',
  'media.tool-missing': 'ffmpeg or poppler-utils is not installed on the server.',
  'setup.port-taken': 'Another program uses the port.',
  'setup.disk-full': 'The disk of the data folder is full.',
  'setup.already-running': 'Another Loa runs on the same data folder.',
  'setup.tool-missing': 'A program that Loa needs is not installed.',
  'setup.database': 'The database cannot be used.',
  'setup.redis': 'Redis cannot be used.',
  'setup.configuration': 'Environment variables are missing or wrong; all are listed together.',
  'setup.demo-provider': 'A demo instance may only send to the simulator.',
  'job.unknown-version': 'A queued job was written by a newer or too old version.',
  'provider.failed': 'A vendor did not do what was asked.',
  'service.unavailable': 'The database is away for the moment; `Retry-After` says when to try again.',
  internal: 'Unexpected; logged under the `X-Request-Id` of the answer.',
}

/** The text of `docs/errors.md`; a test keeps the file in step with the code table. */
export function errorsDoc(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, status]) => `| \`${code}\` | ${status} | ${meanings[code as ErrorCode]} |`,
  )
  return `# Errors

Generated from \`services/domain/errors.ts\`; do not edit. To write it again:
\`LOA_WRITE_DOCS=1 NODE_OPTIONS=--experimental-vm-modules npx jest test/unit/http/errors-doc.test.ts\`.

Every failed request is answered with a problem (RFC 9457, \`application/problem+json\`):

\`\`\`json
{
  "type": "urn:loa:problem:conflict.version",
  "title": "Conflict",
  "status": 409,
  "code": "conflict.version",
  "detail": "Somebody else has just changed this announcement. ...",
  "detailVi": "Người khác vừa sửa thông báo này. ..."
}
\`\`\`

\`code\` is stable: programs and translations may rely on it. \`detail\` and \`detailVi\` are for people and may change.
\`errors\`, when present, names fields: \`[{ "path": "content.title", "message": "..." }]\`. On the command line the same
codes are printed with the sentence.

| code | HTTP status | when |
| --- | --- | --- |
${rows.join('\n')}
`
}
