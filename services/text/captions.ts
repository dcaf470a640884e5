import type { z } from 'zod'
import type { captionSchema } from '../domain/board-content.ts'
import { AppError, type Sentence } from '../domain/errors.ts'

/*
 * Captions of silent videos: read from WebVTT or SRT, which phones, editors and subtitle programs write, and brought into
 * the one order that the player relies on. Pure.
 */

export type Cue = z.infer<typeof captionSchema>

export const captionLimits = {
  cues: 500,
  /** What two or three lines on a screen hold. */
  characters: 200,
  /** A flash is not read. */
  shortestMs: 500,
  /** Characters that a person reads in a second, standing and looking up; subtitlers allow 15 to 17. */
  charactersPerSecond: 17,
  /** Of a file; 500 cues are 60 KB. */
  bytes: 500_000,
} as const

/** `00:01:02.345`, `01:02,345`: hours may be left out, SRT has a comma. */
const time = String.raw`(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})`
const timing = new RegExp(String.raw`^\s*${time}\s*-->\s*${time}`)

/**
 * Reads a caption file; what it is, is seen from its lines. Marks (`<b>`, `{\an8}`, voices, positions) are dropped: the
 * player has one place and one size, those that can be read. Comments and styles are no captions.
 * @returns cues as they stand in the file; see {@link tidyCues}
 * @throws AppError media.captions
 */
export function parseCaptions(raw: string): Cue[] {
  if (raw.includes('\u0000') || raw.includes('\ufffd')) throw notRead()
  const lines = raw.replace(/^\ufeff/, '').split(/\r\n?|\n/)
  const cues: Cue[] = []
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (!line.includes('-->')) continue
    const match = timing.exec(line)
    if (!match) throw badTime(at + 1)
    const text: string[] = []
    // A cue ends at an empty line, or where the next one begins without one.
    while (at + 1 < lines.length && (lines[at + 1] ?? '').trim() !== '' && !(lines[at + 1] ?? '').includes('-->')) {
      at++
      text.push(lines[at] ?? '')
    }
    if ((lines[at + 1] ?? '').includes('-->') && /^\s*\d+\s*$/.test(text.at(-1) ?? '')) text.pop()
    cues.push({ fromMs: millis(match.slice(1, 5)), toMs: millis(match.slice(5, 9)), text: plain(text.join('\n')) })
    if (cues.length > captionLimits.cues * 4) throw tooMany(cues.length)
  }
  const said = cues.filter(cue => cue.text !== '')
  if (said.length === 0) throw notRead()
  if (said.length > captionLimits.cues) throw tooMany(said.length)
  return said
}

function millis([hours = '', minutes = '', seconds = '', fraction = '']: (string | undefined)[]): number {
  return ((Number(hours || 0) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'))
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', nbsp: ' ', lrm: '', rlm: '', quot: '"' }

/** Text alone: no marks, entities resolved, each line trimmed. */
function plain(marked: string): string {
  const unmarked = marked.replace(/<\/?[a-z\d][^<>]{0,200}>/gi, '').replace(/\{\\[^{}]{0,200}\}/g, '')
  const resolved = unmarked.replace(/&(amp|lt|gt|nbsp|lrm|rlm|quot);/g, (_, name: string) => entities[name] ?? '')
  return tidyText(resolved)
}

/** A caption has no empty lines: they would end it in a file. */
function tidyText(text: string): string {
  return text
    .normalize('NFC')
    .split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/)
    .map(line => line.trim().replace(/\s+/g, ' '))
    .filter(line => line !== '')
    .join('\n')
}

/**
 * Brings cues into order: sorted, within the video, none over another (the earlier one gives way), none without words or
 * too short to be seen, texts cleaned. Idempotent; what it returns is what may be saved.
 */
export function tidyCues(cues: Cue[], durationMs: number): Cue[] {
  const whole = (ms: number) => Math.min(Math.max(Math.round(ms), 0), durationMs)
  const sorted = cues
    .map(({ fromMs, toMs, text }) => ({ fromMs: whole(fromMs), toMs: whole(toMs), text: tidyText(text) }))
    .filter(cue => cue.text !== '' && cue.toMs - cue.fromMs >= captionLimits.shortestMs)
    .sort((a, b) => a.fromMs - b.fromMs || a.toMs - b.toMs || (a.text < b.text ? -1 : 1))
  const kept: Cue[] = []
  for (const cue of sorted) {
    const before = kept.at(-1)
    if (!before || before.toMs <= cue.fromMs) kept.push(cue)
    else if (cue.fromMs - before.fromMs >= captionLimits.shortestMs) {
      before.toMs = cue.fromMs
      kept.push(cue)
    } else if (cue.toMs - before.toMs >= captionLimits.shortestMs) {
      // Both begin together: the second has what is left after the first.
      kept.push({ ...cue, fromMs: before.toMs })
    }
  }
  return kept.slice(0, captionLimits.cues)
}

/** What the officer should know of captions that are in order. @param given before they were, where that is known */
export function captionWarnings(cues: Cue[], given?: Cue[]): Sentence[] {
  const warnings: Sentence[] = []
  const lost = (given?.length ?? cues.length) - cues.length
  if (lost > 0) {
    warnings.push({
      vi: `Bỏ ${lost} phụ đề trống, nằm ngoài video hoặc bị phụ đề khác che.`,
      en: `${lost} captions were dropped: empty, outside the video, or covered by others.`,
    })
  }
  const fast = cues.filter(cue => charactersPerSecond(cue) > captionLimits.charactersPerSecond)
  const [first] = fast
  if (first) {
    warnings.push({
      vi: `${fast.length} phụ đề hiện quá nhanh so với tốc độ đọc (${captionLimits.charactersPerSecond} ký tự mỗi giây), đầu tiên ở giây ${Math.floor(first.fromMs / 1000)}. Ông/Bà nên rút gọn hoặc cho hiện lâu hơn.`,
      en: `${fast.length} captions pass too quickly to be read (${captionLimits.charactersPerSecond} characters a second), the first at second ${Math.floor(first.fromMs / 1000)}. Shorten them, or show them for longer.`,
    })
  }
  const long = cues.filter(cue => countCharacters(cue.text) > captionLimits.characters / 2)
  if (long.length > 0) {
    warnings.push({
      vi: `${long.length} phụ đề dài hơn ${captionLimits.characters / 2} ký tự, phải xuống nhiều dòng. Ông/Bà nên chia nhỏ.`,
      en: `${long.length} captions are longer than ${captionLimits.characters / 2} characters and take many lines. Split them.`,
    })
  }
  return warnings
}

const countCharacters = (text: string) => [...text].length

/** How fast a caption must be read. */
export function charactersPerSecond(cue: Cue): number {
  return countCharacters(cue.text.replaceAll('\n', ' ')) / Math.max((cue.toMs - cue.fromMs) / 1000, 0.001)
}

/** The captions as a WebVTT file, for editing elsewhere. */
export function formatCaptions(cues: Cue[]): string {
  const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const parts = cues.map(cue => `${clock(cue.fromMs)} --> ${clock(cue.toMs)}\n${escaped(cue.text)}`)
  return `${['WEBVTT', ...parts].join('\n\n')}\n`
}

function clock(ms: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const seconds = Math.floor(ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return `${two(h)}:${two(m)}:${two(s)}.${String(ms % 1000).padStart(3, '0')}`
}

function notRead(): AppError {
  return new AppError('media.captions', {
    vi: 'Không đọc được phụ đề: tệp phải ở dạng WebVTT (.vtt) hoặc SRT (.srt), bảng mã UTF-8, và có ít nhất một phụ đề.',
    en: 'No captions were read: the file must be WebVTT (.vtt) or SRT (.srt) in UTF-8 and have at least one caption.',
  })
}

function badTime(line: number): AppError {
  return new AppError(
    'media.captions',
    {
      vi: `Phụ đề sai ở dòng ${line}: thời gian phải viết dạng 00:00:01.000 --> 00:00:04.000.`,
      en: `The captions are wrong in line ${line}: times are written as 00:00:01.000 --> 00:00:04.000.`,
    },
    { details: { line } },
  )
}

function tooMany(count: number): AppError {
  return new AppError(
    'media.captions',
    {
      vi: `Có ${count} phụ đề, quá mức ${captionLimits.cues}. Video tối đa một phút; Ông/Bà vui lòng kiểm tra có đúng tệp không.`,
      en: `There are ${count} captions; at most ${captionLimits.cues} are taken. A video lasts a minute at most; check whether it is the right file.`,
    },
    { details: { count } },
  )
}
