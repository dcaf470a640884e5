import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseCases } from '../../../../services/cli/score/cases.ts'
import { readAloud, splitForSpeech } from '../../../../services/text/speech/index.ts'

/** Pieces from which officers' texts are made, thrown together in every order. */
const piece = fc.constantFrom(
  ...'ngày tháng năm số từ đến thứ khóa quý điểm gọi UBND CC TT. P. Q. V/v đ/c XIV ix h g đ % / - – : . , ; ( ) + & ° ² 13 8 2021 0 05 1.5 1,25 0905 113 1.000.000 QĐ-BTTTT NĐ-CP TU @ .vn www. km/h m2 $ 😀 “ ” tr t k x A 12/3 7h30 \n biển mã hồ sơ 74A -123.45 BĐ III TM. QCVN 01:2021 /BXD mẫu 1/500 22/0,4kV 16°45 phản ánh 1022 nhóm 8/10 hộ'.split(
    ' ',
  ),
)
const text = fc.array(fc.tuple(piece, fc.constantFrom('', ' ')), { maxLength: 25 }).map(parts => parts.flat().join(''))
/** What no officer types and some page or some prankster does. */
const hostilePiece = fc.constantFrom(
  '<speak>',
  '<break time="3s"/>',
  '</prosody>',
  "[[h@l'oU]]",
  '$(rm -rf /)',
  '`id`',
  '; shutdown -h now',
  '| tee',
  '&& ls',
  "' OR 1=1 --",
  '%s%n',
  '\u200b',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\ud83d',
  '\ude00',
  '\u0000',
  '\u001b[31m',
  '中文',
  'ﷺ',
  '𝟙𝟚',
  '٣',
  '①',
  'e\u0301\u0301\u0301',
  '9'.repeat(400),
  '({['.repeat(9),
  '-'.repeat(40),
)
const anything = fc.oneof(
  text,
  fc.array(fc.oneof(piece, hostilePiece), { maxLength: 12 }).map(parts => parts.join(' ')),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
)

describe('for any text', () => {
  test('the reading never throws, is NFC, and leaves no digit without a warning', () => {
    fc.assert(
      fc.property(
        anything,
        fc.constantFrom('north', 'south'),
        fc.constantFrom('expanded', 'verbatim'),
        (written, profile, documents) => {
          const { text: spoken, warnings } = readAloud(written, { profile, documents })
          expect(spoken.normalize('NFC')).toBe(spoken)
          expect(spoken).not.toMatch(/\p{Surrogate}/u)
          if (/[0-9]/.test(spoken)) expect(warnings.length).toBeGreaterThan(0)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('nothing reaches a voice that it could take for mark-up, phonemes or a command', () => {
    fc.assert(
      fc.property(anything, written => {
        expect(readAloud(written).text).not.toMatch(
          /[<>[\]{}|\\`$#*^~\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u,
        )
      }),
      { numRuns: 1000 },
    )
  })

  test('composed or decomposed, the text is read alike', () => {
    fc.assert(
      fc.property(text, written => {
        expect(readAloud(written.normalize('NFD')).text).toBe(readAloud(written).text)
      }),
      { numRuns: 500 },
    )
  })

  test('the southern reading differs from the northern in its words alone', () => {
    fc.assert(
      fc.property(text, written => {
        const north = readAloud(written).text.split(/\s+/)
        const south = readAloud(written, { profile: 'south' }).text.split(/\s+/)
        expect(south).toHaveLength(north.length)
        north.forEach((word, index) => {
          if (word !== south[index]) expect(['nghìn', 'linh', 'tư'].some(own => word.startsWith(own))).toBe(true)
        })
      }),
      { numRuns: 500 },
    )
  })
})

describe('what is read once', () => {
  const folder = join(process.cwd(), 'test', 'fixtures', 'reading')
  const cases = readdirSync(folder)
    .filter(name => /\.(tsv|txt)$/.test(name))
    .flatMap(name => parseCases(name, readFileSync(join(folder, name), 'utf8')))
    // Letters of an address stand alone and would get their names.
    .filter(({ written }) => !/@|\w\.(?:vn|com|me)/.test(written))

  test('is not changed by reading it again', () => {
    const changed = cases.flatMap(({ written }) => {
      const once = readAloud(written).text
      const twice = readAloud(once).text
      return once === twice ? [] : [{ once, twice }]
    })
    expect(cases.length).toBeGreaterThan(1000)
    expect(changed).toEqual([])
  })

  test('is read the same inside a sentence', () => {
    const changed = cases
      .filter(({ category }) => ['int', 'money', 'unit', 'time', 'year', 'dec'].includes(category))
      .flatMap(({ written }) => {
        const alone = readAloud(written).text
        const inside = readAloud(`Xin nhắc lại: ${written}; xin cảm ơn.`).text
        return inside === `Xin nhắc lại: ${alone}; xin cảm ơn.` ? [] : [{ alone, inside }]
      })
    expect(changed).toEqual([])
  })
})

describe('parts for the voice', () => {
  test('they hold the same words in the same order and are never long', () => {
    const words = (value: string) => value.replace(/\s+/g, ' ').trim()
    const sentence = fc
      .array(fc.constantFrom('mưa', 'lũ,', 'và', 'sơ tán.', 'về', 'nhà;', 'Ủy ban', '\n', '\n\n', 'thôn'), {
        maxLength: 150,
      })
      .map(parts => parts.join(' '))
    fc.assert(
      fc.property(sentence, spoken => {
        const parts = splitForSpeech(spoken)
        expect(words(parts.map(part => part.text).join(' '))).toBe(words(spoken))
        for (const part of parts) {
          expect(part.text.length).toBeLessThanOrEqual(220)
          expect([0.2, 0.45, 0.9, 1.2]).toContain(part.pauseSeconds)
        }
      }),
      { numRuns: 500 },
    )
  })

  test('heading, sentence, paragraph, and a breath inside a long sentence', () => {
    const long = `${'người dân khẩn trương sơ tán đến nơi an toàn, '.repeat(6)}xin cảm ơn.`
    const parts = splitForSpeech(`THÔNG BÁO\nCâu một. Câu hai.\n\n${long}`)
    expect(parts.slice(0, 3)).toEqual([
      { text: 'THÔNG BÁO', pauseSeconds: 1.2 },
      { text: 'Câu một.', pauseSeconds: 0.45 },
      { text: 'Câu hai.', pauseSeconds: 0.9 },
    ])
    expect(parts[3]?.text.endsWith('an toàn,')).toBe(true)
    expect(parts[3]?.pauseSeconds).toBe(0.2)
  })

  test('a line of marks alone is silence, not a part', () => {
    expect(splitForSpeech('---\n***')).toEqual([])
  })
})
