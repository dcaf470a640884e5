import type { AnnouncementContent } from '../domain/announcement.ts'
import { limits } from '../domain/announcement.ts'
import type { BoardMedia } from '../domain/board-content.ts'
import type { Sentence } from '../domain/errors.ts'
import { AppError } from '../domain/errors.ts'
import { type Cue, captionLimits, tidyCues } from './captions.ts'

type BoardVariant = NonNullable<AnnouncementContent['variants']['board']>

/** How a field is called in the sentences for the officer. */
export type FieldName = Sentence

const lineBreaks = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g
const blanks = /[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g
/** Invisible: soft hyphen, zero-width marks, BOM, and the direction marks that can show a text in another order. */
const invisible = /[\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g
/** A zero-width joiner is kept only where it glues an emoji together. */
const looseJoiner = /(?<!\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)\u200d/gu
/** Old fonts put Eth (U+00D0) or African D (U+0189) where Vietnamese has Đ; real Eth stands beside þ, æ, ö or ð. */
const falseD = /[\u00d0\u0189](?!\p{L}{0,30}[þæöð])/gu
/** More marks on one letter than any script has (UAX #15, stream-safe text): composing them takes quadratic time. */
const tooManyMarks = /(\p{M}{30})\p{M}+/gu
const loneSurrogate = /\p{Surrogate}/gu

/**
 * Brings text from the world (Word, web pages, old keyboards) to the one form that everything behind it expects: NFC,
 * `\n` line breaks, plain spaces, no invisible characters, Đ where Đ is meant, no blanks at line ends or around the
 * text. Control characters stay, so that `checkText` can name them. Idempotent; never throws.
 */
export function cleanText(raw: string): string {
  return raw
    .replace(lineBreaks, '\n')
    .replace(blanks, ' ')
    .replace(invisible, '')
    .replace(looseJoiner, '')
    .replace(falseD, 'Đ')
    .replace(tooManyMarks, '$1')
    .replace(loneSurrogate, '\ufffd')
    .normalize('NFC')
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')
    .trim()
}

const controlCharacter = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

/** Number of characters as a person counts them (code points, not UTF-16 units). */
export function countCharacters(text: string): number {
  let count = 0
  for (const _ of text) count += 1
  return count
}

/** Dot-grouped, the way numbers are written in Viet Nam: 20.000. */
function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, '.')
}

/** @throws AppError text.control-character naming the code point and its position (from 1). */
export function refuseControlCharacters(text: string, field: FieldName): void {
  const at = text.search(controlCharacter)
  if (at < 0) return
  const code = `U+${text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')}`
  const position = countCharacters(text.slice(0, at)) + 1
  throw new AppError(
    'text.control-character',
    {
      vi: `${field.vi} có ký tự điều khiển ${code} ở vị trí ${grouped(position)}. Ông/Bà vui lòng xóa ký tự đó hoặc dán lại dưới dạng văn bản thuần.`,
      en: `${field.en} has the control character ${code} at position ${position}. Remove it, or paste as plain text.`,
    },
    { details: { code, position } },
  )
}

/** @throws AppError text.control-character for U+FFFD, which stands where a wrong encoding has lost a letter for good. */
function refuseLostLetters(text: string, field: FieldName): void {
  const at = text.indexOf('\ufffd')
  if (at < 0) return
  const position = countCharacters(text.slice(0, at)) + 1
  throw new AppError(
    'text.control-character',
    {
      vi: `${field.vi} có chữ bị hỏng (\ufffd) ở vị trí ${grouped(position)}, thường do tệp sai bảng mã. Ông/Bà vui lòng gõ lại chữ đó.`,
      en: `${field.en} holds a letter that was lost (\ufffd) at position ${position}, usually by a wrong encoding. Please type it again.`,
    },
    { details: { code: 'U+FFFD', position } },
  )
}

/** @throws AppError text.too-long with the length found and the length allowed, in characters. */
export function refuseTooLong(text: string, maxCharacters: number, field: FieldName): void {
  if (text.length <= maxCharacters) return
  const characters = countCharacters(text)
  if (characters <= maxCharacters) return
  throw new AppError(
    'text.too-long',
    {
      vi: `${field.vi} dài ${grouped(characters)} ký tự, vượt quá giới hạn ${grouped(maxCharacters)} ký tự. Ông/Bà vui lòng rút gọn.`,
      en: `${field.en} has ${characters} characters; at most ${maxCharacters} are allowed. Please shorten it.`,
    },
    { details: { characters, maxCharacters } },
  )
}

/**
 * The checks on a cleaned text that is going to be published.
 * @throws AppError text.control-character | text.empty | text.too-long | text.no-letters
 */
export function checkText(text: string, rule: { maxCharacters: number; field: FieldName }): void {
  const { field } = rule
  refuseControlCharacters(text, field)
  refuseLostLetters(text, field)
  if (text.trim() === '') {
    throw new AppError('text.empty', {
      vi: `${field.vi} đang để trống. Ông/Bà vui lòng nhập nội dung.`,
      en: `${field.en} is empty. Please enter it.`,
    })
  }
  refuseTooLong(text, rule.maxCharacters, field)
  if (!/\p{L}/u.test(text)) {
    throw new AppError('text.no-letters', {
      vi: `${field.vi} không có chữ cái nào. Ông/Bà vui lòng kiểm tra lại nội dung.`,
      en: `${field.en} contains no letters. Please check it.`,
    })
  }
}

const names = {
  title: { vi: 'Tiêu đề', en: 'The title' },
  body: { vi: 'Nội dung', en: 'The body' },
  issuer: { vi: 'Cơ quan ban hành', en: 'The issuing agency' },
  documentNumber: { vi: 'Số, ký hiệu văn bản', en: 'The document number' },
  urgencyReason: { vi: 'Lý do khẩn cấp', en: 'The reason for urgency' },
  tag: { vi: 'Nhóm người nhận', en: 'The recipient group' },
  sms: { vi: 'Nội dung tin nhắn', en: 'The SMS text' },
  speech: { vi: 'Bản đọc trên loa', en: 'The speech text' },
  board: { vi: 'Nội dung bảng tin', en: 'The board text' },
  transcript: { vi: 'Lời của bản ghi âm', en: 'The transcript of the recording' },
  cue: { vi: 'Phụ đề của video trên bảng tin', en: "A caption of the board's video" },
} as const satisfies Record<string, FieldName>

/** The schedule may lie this far back, milliseconds: the clock of the officer's machine is not ours. */
const scheduleToleranceMs = 60_000

/**
 * Cleans an announcement and checks it. A draft is lenient (only control characters and lengths), because a half
 * written text must be savable; submitting demands everything that an approver and the channels rely on.
 * @returns the cleaned content, which is what must be stored and hashed
 * @throws AppError text.* | schedule.* | announcement.not-ready | audience.empty
 */
export function checkContent(
  content: AnnouncementContent,
  now: Date,
  options: { forSubmit: boolean },
): AnnouncementContent {
  const cleaned = cleanContent(content)
  checkLengths(cleaned)
  if (options.forSubmit) checkReady(cleaned, now)
  return cleaned
}

/** A title is one line; so are the small fields. */
function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ')
}

function cleanContent(content: AnnouncementContent): AnnouncementContent {
  const { sms, speech, board, recording } = content.variants
  const smsText = cleanText(sms?.text ?? '')
  const speechText = cleanText(speech?.text ?? '')
  const boardText = cleanText(board?.text ?? '')
  return {
    ...content,
    title: oneLine(content.title),
    body: cleanText(content.body),
    issuer: oneLine(content.issuer),
    documentNumber: oneLine(content.documentNumber),
    urgencyReason: cleanText(content.urgencyReason),
    audience: { ...content.audience, tags: content.audience.tags.map(oneLine).filter(tag => tag !== '') },
    variants: {
      ...(smsText !== '' || sms?.form !== undefined
        ? {
            sms: {
              ...(smsText !== '' ? { text: smsText } : {}),
              ...(sms?.form !== undefined ? { form: sms.form } : {}),
            },
          }
        : {}),
      ...(speechText !== '' ? { speech: { text: speechText } } : {}),
      ...cleanBoard(board, boardText),
      ...(recording ? { recording: { ...recording, transcript: cleanText(recording.transcript) } } : {}),
    },
  }
}

/** The board's version: its text, and what is said about showing, unless nothing is. */
function cleanBoard(board: BoardVariant | undefined, text: string): { board?: BoardVariant } {
  const { text: _, media, ...showing } = board ?? {}
  const said = Object.fromEntries(Object.entries(showing).filter(([, value]) => value !== undefined))
  const cleaned = {
    ...(text !== '' ? { text } : {}),
    ...said,
    ...(media && media.length > 0 ? { media: media.map(cleanMedia) } : {}),
  }
  return Object.keys(cleaned).length > 0 ? { board: cleaned } : {}
}

function cleanMedia(media: BoardMedia): BoardMedia {
  const caption = oneLine(media.caption)
  return media.kind === 'video'
    ? { ...media, caption, cues: tidyCues(media.cues.map(cleanCue), media.durationMs) }
    : { ...media, caption }
}

const cleanCue = (cue: Cue): Cue => ({ ...cue, text: cleanText(cue.text) })

/** A picture or video of the board's version as sentences name it. */
function mediaField(at: number): FieldName {
  return { vi: `Chú thích của hình thứ ${at + 1} trên bảng tin`, en: `The caption of the board's picture ${at + 1}` }
}

function checkLengths(content: AnnouncementContent): void {
  const { variants } = content
  const fields: [text: string | undefined, maxCharacters: number, field: FieldName][] = [
    [content.title, limits.titleCharacters, names.title],
    [content.body, limits.bodyCharacters, names.body],
    [content.issuer, 200, names.issuer],
    [content.documentNumber, 100, names.documentNumber],
    [content.urgencyReason, 500, names.urgencyReason],
    [variants.sms?.text, limits.smsCharacters, names.sms],
    [variants.speech?.text, limits.variantCharacters, names.speech],
    [variants.board?.text, limits.variantCharacters, names.board],
    [variants.recording?.transcript, limits.variantCharacters, names.transcript],
    ...(variants.board?.media ?? []).flatMap((media, at): [string, number, FieldName][] => [
      [media.caption, limits.boardCaptionCharacters, mediaField(at)],
      ...(media.kind === 'video' ? media.cues : []).map((cue): [string, number, FieldName] => [
        cue.text,
        captionLimits.characters,
        names.cue,
      ]),
    ]),
    ...content.audience.tags.map((tag): [string, number, FieldName] => [tag, 50, names.tag]),
  ]
  for (const [text, maxCharacters, field] of fields) {
    if (text === undefined) continue
    refuseControlCharacters(text, field)
    refuseTooLong(text, maxCharacters, field)
  }
}

function checkReady(content: AnnouncementContent, now: Date): void {
  const { sms, speech, board, recording } = content.variants
  for (const field of ['issuer', 'documentNumber', 'urgencyReason'] as const) {
    refuseLostLetters(content[field], names[field])
  }
  checkText(content.title, { maxCharacters: limits.titleCharacters, field: names.title })
  checkText(content.body, { maxCharacters: limits.bodyCharacters, field: names.body })
  if (sms?.text !== undefined) checkText(sms.text, { maxCharacters: limits.smsCharacters, field: names.sms })
  if (speech?.text !== undefined) {
    checkText(speech.text, { maxCharacters: limits.variantCharacters, field: names.speech })
  }
  if (board?.text !== undefined) checkText(board.text, { maxCharacters: limits.variantCharacters, field: names.board })
  for (const [at, media] of (board?.media ?? []).entries()) {
    checkText(media.caption, { maxCharacters: limits.boardCaptionCharacters, field: mediaField(at) })
  }
  if (recording) {
    checkText(recording.transcript, { maxCharacters: limits.variantCharacters, field: names.transcript })
  }
  if (content.channels.length === 0) {
    throw new AppError('announcement.not-ready', {
      vi: 'Chưa chọn kênh truyền tải nào. Ông/Bà vui lòng chọn ít nhất một kênh.',
      en: 'No channel is chosen. Please choose at least one.',
    })
  }
  if (content.audience.areas.length === 0) {
    throw new AppError('audience.empty', {
      vi: 'Chưa chọn địa bàn nào. Ông/Bà vui lòng chọn ít nhất một xã, phường, đặc khu hoặc toàn tỉnh.',
      en: 'No area is chosen. Please choose at least one commune, or the whole province.',
    })
  }
  if (content.priority === 'emergency' && !/\p{L}/u.test(content.urgencyReason)) {
    throw new AppError('announcement.not-ready', {
      vi: 'Thông báo khẩn cấp phải có lý do. Ông/Bà vui lòng ghi rõ lý do khẩn cấp.',
      en: 'An emergency announcement needs a reason. Please state it.',
    })
  }
  checkSchedule(content, now)
}

function checkSchedule(content: AnnouncementContent, now: Date): void {
  const start = content.scheduleAt === null ? undefined : Date.parse(content.scheduleAt)
  const end = content.expiresAt === null ? undefined : Date.parse(content.expiresAt)
  const inEnglish = (ms: number) => localTime(ms).replace(' ngày ', ' on ')
  if (start !== undefined && start < now.getTime() - scheduleToleranceMs) {
    throw new AppError('schedule.past', {
      vi: `Thời điểm phát ${localTime(start)} đã qua. Ông/Bà vui lòng chọn thời điểm khác hoặc phát ngay sau khi duyệt.`,
      en: `The scheduled time ${inEnglish(start)} (Viet Nam) has passed. Choose another, or send on approval.`,
    })
  }
  if (end !== undefined && end <= now.getTime()) {
    throw new AppError('schedule.expiry-past', {
      vi: `Thời điểm hết hạn ${localTime(end)} đã qua. Ông/Bà vui lòng chọn một thời điểm trong tương lai.`,
      en: `The expiry ${inEnglish(end)} (Viet Nam) has passed. Choose a time in the future.`,
    })
  }
  if (start !== undefined && end !== undefined && end <= start) {
    throw new AppError('schedule.expiry-before-start', {
      vi: `Thời điểm hết hạn ${localTime(end)} phải sau thời điểm phát ${localTime(start)}.`,
      en: `The expiry ${inEnglish(end)} must be after the scheduled time ${inEnglish(start)} (Viet Nam).`,
    })
  }
}

/** Viet Nam is at UTC+7 all year round. */
function localTime(ms: number): string {
  const [day = '', time = ''] = new Date(ms + 7 * 3_600_000).toISOString().split('T')
  return `${time.slice(0, 5)} ngày ${day.split('-').reverse().join('/')}`
}
