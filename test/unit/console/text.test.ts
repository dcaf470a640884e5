import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { toCsv } from '../../../services/web/console/src/lib/csv.ts'
import { type DiffPart, diffWords } from '../../../services/web/console/src/lib/diff.ts'
import { matches } from '../../../services/web/console/src/lib/fold.ts'

describe('matches', () => {
  test.each([
    ['Phường Đông Hà', 'dong ha'],
    ['Phường Đông Hà', 'ĐÔNG'],
    ['Xã Hòa Trạch', 'hoà'],
    ['Đặc khu Cồn Cỏ', 'con co dac'],
    ['Xã Ea H’Leo', "h'leo"],
    ['Xã Vĩnh Linh', ''],
  ])('%s is found by "%s"', (name, query) => expect(matches(name, query)).toBe(true))

  test('every word has to occur', () => expect(matches('Phường Đông Hà', 'dong hoi')).toBe(false))
})

describe('diffWords', () => {
  const side = (parts: DiffPart[], leave: DiffPart['kind']) =>
    parts
      .filter(part => part.kind !== leave)
      .map(part => part.text)
      .join('')

  test('one changed word', () => {
    expect(diffWords('nộp hồ sơ trước ngày 15', 'nộp hồ sơ trước ngày 20')).toEqual([
      { kind: 'same', text: 'nộp hồ sơ trước ngày ' },
      { kind: 'removed', text: '15' },
      { kind: 'added', text: '20' },
    ])
  })

  test('an inserted sentence keeps what surrounds it', () => {
    const parts = diffWords('Câu một. Câu ba.', 'Câu một. Câu hai. Câu ba.')
    expect(side(parts, 'added')).toBe('Câu một. Câu ba.')
    expect(parts.some(part => part.kind === 'removed')).toBe(false)
  })

  test('both texts can be read back from the parts', () => {
    const words = fc.array(fc.constantFrom('xã', 'phường', ' ', '\n', 'thông', 'báo'), { maxLength: 40 })
    fc.assert(
      fc.property(words, words, (a, b) => {
        const [before, after] = [a.join(''), b.join('')]
        const parts = diffWords(before, after)
        expect(side(parts, 'added')).toBe(before)
        expect(side(parts, 'removed')).toBe(after)
        for (const [i, part] of parts.entries()) expect(part.kind).not.toBe(parts[i + 1]?.kind)
      }),
    )
  })

  test('very long and wholly different texts are reported as one replacement', () => {
    const many = (word: string) => Array.from({ length: 3_000 }, (_, i) => `${word}${i}`).join(' ')
    const parts = diffWords(many('a'), many('b'))
    expect(parts.map(part => part.kind)).toEqual(['removed', 'added'])
  })
})

describe('toCsv', () => {
  test('quotes everything, CRLF, byte order mark', () => {
    expect(
      toCsv([
        ['Dòng', 'Lý do'],
        [3, 'thiếu "số"'],
      ]),
    ).toBe('\uFEFF"Dòng","Lý do"\r\n"3","thiếu ""số"""\r\n')
  })

  test.each(['=1+1', '+84912', '-1', '@SUM(A1)', ' =1', '\tx', '＝1'])('text %j cannot be taken for a formula', text =>
    expect(toCsv([[text]])).toBe(`\uFEFF"'${text}"\r\n`),
  )

  test('a negative number stays a number', () => expect(toCsv([[-5]])).toBe('\uFEFF"-5"\r\n'))
})
