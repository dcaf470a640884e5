import { AppError, type Sentence } from '../../domain/errors.ts'
import { checkText, cleanText, refuseControlCharacters, refuseTooLong } from '../input.ts'
import { isSyllable } from './syllables.ts'

/** What an entry is about; only for finding it again, all kinds are read alike. */
export const entryKinds = ['place', 'name', 'abbreviation', 'word'] as const
export type EntryKind = (typeof entryKinds)[number]

/** Characters. A dictionary holds words and names, not sentences. */
export const entryLimits = { written: 100, spoken: 200, note: 300 } as const

/** An entry of the pronunciation dictionary as an officer writes it. */
export interface EntryText {
  written: string
  spoken: string
  kind: EntryKind
  note: string
  caseSensitive: boolean
}

const names = {
  written: { vi: 'Cách viết', en: 'The written form' },
  spoken: { vi: 'Cách đọc', en: 'The spoken form' },
  note: { vi: 'Ghi chú', en: 'The note' },
} as const satisfies Record<keyof typeof entryLimits, Sentence>

/**
 * Brings an entry to the one form that is stored (NFC, one line, single blanks) and checks that the voice can say it.
 * @throws AppError text.* | pronunciation.bad-written | pronunciation.bad-spoken
 */
export function checkEntry<E extends EntryText>(raw: E): E {
  const entry = { ...raw, written: oneLine(raw.written), spoken: oneLine(raw.spoken), note: oneLine(raw.note) }
  checkText(entry.spoken, { maxCharacters: entryLimits.spoken, field: names.spoken })
  refuseControlCharacters(entry.note, names.note)
  refuseTooLong(entry.note, entryLimits.note, names.note)
  checkWritten(entry.written)
  checkSpoken(entry.spoken)
  return entry
}

function oneLine(text: string): string {
  return cleanText(text).replace(/\s+/g, ' ')
}

function checkWritten(written: string): void {
  if (/^\d+$/.test(written)) {
    throw badWritten(
      'Cách viết chỉ gồm chữ số. Số được đọc theo ngữ cảnh; Ông/Bà ghi cả chữ đi kèm, ví dụ “QL9”.',
      'The written form holds figures only. Numbers are read by their context; add the word beside them, such as “QL9”.',
    )
  }
  checkText(written, { maxCharacters: entryLimits.written, field: names.written })
  if (!/^[\p{L}\p{N}]/u.test(written)) {
    throw badWritten(
      `Cách viết phải bắt đầu bằng chữ cái hoặc chữ số, không phải “${[...written][0]}”.`,
      `The written form must begin with a letter or a figure, not “${[...written][0]}”.`,
    )
  }
}

function badWritten(vi: string, en: string): AppError {
  return new AppError('pronunciation.bad-written', { vi, en })
}

/** The spoken form goes to the voice as it is: nothing reads it once more, so it must hold nothing that needs reading. */
function checkSpoken(spoken: string): void {
  const sign = /[^\p{Script=Latin}\p{M} '’,-]/u.exec(spoken)?.[0]
  if (sign !== undefined) {
    const at = spoken.indexOf(sign) + 1
    throw badSpoken(
      `Cách đọc có “${sign}” ở vị trí ${at}. Cách đọc chỉ gồm chữ cái, dấu cách, gạch nối, dấu phẩy; số và ký hiệu hãy viết thành chữ, ví dụ “quốc lộ chín”.`,
      `The spoken form has “${sign}” at position ${at}. It may hold letters, blanks, hyphens, apostrophes and commas; write figures and signs in words.`,
    )
  }
  for (const [word] of spoken.matchAll(/[\p{L}\p{M}'’]+/gu)) {
    const bare = word.normalize('NFD').replace(/\p{M}/gu, '')
    const capitals = [...word].length > 1 && word === word.toUpperCase() && !isSyllable(word)
    if (capitals || !/[aeiouy]/i.test(bare)) {
      throw badSpoken(
        `Giọng đọc không phát âm được “${word}”. Ông/Bà viết đầy đủ thành tiếng, ví dụ “ủy ban nhân dân” hoặc “bê o tê”.`,
        `The voice cannot say “${word}”. Write it out in syllables, such as “ủy ban nhân dân” or “bê o tê”.`,
      )
    }
  }
}

function badSpoken(vi: string, en: string): AppError {
  return new AppError('pronunciation.bad-spoken', { vi, en })
}
