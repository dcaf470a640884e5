import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compileDictionary, type DictionaryEntry } from '../../../../services/text/speech/dictionary.ts'
import { readAloud } from '../../../../services/text/speech/index.ts'

const entry = (
  written: string,
  spoken: string,
  areaCode: string | null = null,
  caseSensitive = false,
): DictionaryEntry => ({ written, spoken, areaCode, areaName: areaCode && `địa bàn ${areaCode}`, caseSensitive })

const here = { code: '19333', provinceCode: '44' }
const there = { code: '19742', provinceCode: '44' }
const elsewhere = { code: '00118', provinceCode: '01' }

function read(text: string, entries: DictionaryEntry[], audience = [here]) {
  return readAloud(text, { dictionary: compileDictionary(entries, audience) })
}

describe('where an entry applies', () => {
  test.each([
    ['a whole word', 'Đi Cửa Việt.', 'Cửa Việt', 'Đi của việt.'],
    ['across any blanks', 'Đi Cửa   Việt.', 'Cửa Việt', 'Đi của việt.'],
    ['whatever the capitals', 'ĐI CỬA VIỆT.', 'Cửa Việt', 'ĐI của việt.'],
    ['wherever the tone mark stands', 'Xã Hoà Lạc', 'Hòa Lạc', 'Xã của việt'],
    ['whatever the apostrophe', 'Xã Ea H’Leo', "Ea H'Leo", 'Xã của việt'],
    ['with figures in it', 'Trên QL9, xe', 'QL9', 'Trên của việt, xe'],
    ['in decomposed text', 'Đi Cửa Việt.'.normalize('NFD'), 'Cửa Việt', 'Đi của việt.'],
    ['before all rules', 'UBND', 'UBND', 'của việt'],
    ['with its own mark', 'TX. Quảng Trị', 'TX.', 'của việt Quảng Trị'],
    ['beside a hyphen', 'Covid-A', 'covid', 'của việt A'],
    ['behind a short form without a blank', 'P.Đông Hà', 'Đông Hà', 'phường của việt'],
  ])('%s', (_, text, written, spoken) => {
    expect(read(text, [entry(written, 'của việt')]).text).toBe(spoken)
  })

  test.each([
    ['inside a word', 'Cửa Việtt', 'Cửa Việt'],
    ['behind letters', 'XCửa Việt', 'Cửa Việt'],
    ['in a word with figures', 'QL9A', 'QL9'],
    ['in a web address', 'xem dongha.example/cua', 'dongha'],
    ['in a mail address', 'gửi loa@dongha.example', 'loa'],
    ['in half a name', "Xã Ea H'Leo", 'Ea H'],
    ['across a line end', 'Cửa\nViệt', 'Cửa Việt'],
    ['in a larger number', 'mục 1,5', '1'],
  ])('not %s', (_, text, written) => {
    expect(read(text, [entry(written, 'của việt')]).text).toBe(readAloud(text).text)
  })

  test('the longest form is taken, and what is said is not read once more', () => {
    const entries = [entry('Cửa', 'của'), entry('Cửa Việt', 'cửa'), entry('Cửa Việt Hải', 'QL'), entry('QL', 'quốc lộ')]
    expect(read('Cửa Việt Hải Cửa Việt Cửa', entries).text).toBe('QL cửa của')
  })

  test('capitals matter where the entry says so, and then come first', () => {
    const entries = [entry('TT', 'thị trấn', null, true), entry('tt', 'trung tâm')]
    expect(read('TT tt Tt', entries).text).toBe('thị trấn trung tâm trung tâm')
    expect(read('KKT kkt', [entry('KKT', 'khu kinh tế', null, true)]).spans).toHaveLength(1)
  })

  test('an entry that keeps its form protects a word from the rules', () => {
    expect(readAloud('đồi Km').text).not.toBe('đồi Km')
    expect(read('đồi Km', [entry('đồi Km', 'đồi Km')]).text).toBe('đồi Km')
  })

  test('other capitals are no change that is heard, unless they are capitals throughout', () => {
    expect(read('Bản Tà Rụt', [entry('Tà Rụt', 'tà rụt')])).toMatchObject({ text: 'Bản Tà Rụt', spans: [] })
    expect(read('Bản TÀ RỤT', [entry('Tà Rụt', 'tà rụt')]).text).toBe('Bản tà rụt')
  })

  test('what the text itself explains means just that', () => {
    const text = 'giảm nghèo bền vững (GNBV), chương trình GNBV'
    expect(read(text, [entry('GNBV', 'gia nhập')]).text).toBe('giảm nghèo bền vững, chương trình giảm nghèo bền vững')
  })

  test('an explanation in brackets behind the form is not said twice', () => {
    expect(read('KKT (Khu kinh tế) Lao Bảo', [entry('KKT', 'khu kinh tế')]).text).toBe('khu kinh tế Lao Bảo')
  })

  test('spans say where each piece stands', () => {
    const text = 'Ngày 5/8, tại Cửa Việt: UBND họp.'
    const { spans } = read(text, [entry('Cửa Việt', 'của việt')])
    expect(spans.map(s => text.slice(s.at, s.at + s.written.length))).toEqual(spans.map(s => s.written))
    expect(spans).toContainEqual({ at: 14, written: 'Cửa Việt', spoken: 'của việt' })
  })
})

describe('places that read a form differently', () => {
  const general = entry('Tà Rụt', 'một')
  const province = entry('Tà Rụt', 'hai', '44')
  const commune = entry('Tà Rụt', 'ba', '19333')
  const neighbour = entry('Tà Rụt', 'bốn', '19742')

  test('the commune goes before the province, the province before the instance', () => {
    expect(read('Tà Rụt', [general, province, commune]).text).toBe('ba')
    expect(read('Tà Rụt', [general, province]).text).toBe('hai')
    expect(read('Tà Rụt', [general]).text).toBe('một')
  })

  test('entries of places that do not hear it are not there', () => {
    expect(read('Tà Rụt', [province, commune], [elsewhere])).toMatchObject({ text: 'Tà Rụt', warnings: [] })
    expect(read('Tà Rụt', [general, commune], []).text).toBe('một')
  })

  test('one commune among several may teach a word that nobody else knows', () => {
    expect(read('Tà Rụt', [commune], [here, there])).toMatchObject({ text: 'ba', warnings: [] })
  })

  test('two communes that disagree: neither is taken, and the officer is told who', () => {
    const { text, warnings, spans } = read('Bản Tà Rụt', [commune, neighbour], [here, there])
    expect([text, spans]).toEqual(['Bản Tà Rụt', []])
    expect(warnings).toHaveLength(1)
    expect(warnings[0]?.vi).toMatch(/địa bàn 19333: “ba”; địa bàn 19742: “bốn”/)
    expect(warnings[0]?.at).toBe(4)
  })

  test('a wider entry settles it for everybody, with a word about it', () => {
    const { text, warnings } = read('Tà Rụt', [province, commune, neighbour], [here, there])
    expect([text, warnings.length]).toEqual(['hai', 1])
    expect(warnings[0]?.vi).toContain('“hai”')
    expect(read('Tà Rụt', [province, commune], [here, there])).toMatchObject({ text: 'hai' })
    expect(read('Tà Rụt', [general, province], [here, elsewhere])).toMatchObject({ text: 'một' })
  })

  test('communes that agree are no disagreement', () => {
    const same = entry('Tà Rụt', 'ba', '19742')
    expect(read('Tà Rụt', [province, commune, same], [here, there])).toMatchObject({ text: 'ba', warnings: [] })
  })

  test('provinces that disagree are not settled by one commune', () => {
    const far = entry('Tà Rụt', 'năm', '01')
    const { text, warnings } = read('Tà Rụt', [province, far, commune], [here, elsewhere])
    expect([text, warnings.length]).toEqual(['Tà Rụt', 1])
  })

  test('a form that does not occur is not talked about', () => {
    expect(read('Cam Lộ', [commune, neighbour], [here, there]).warnings).toEqual([])
  })
})

const syllable = fc.constantFrom(
  'Cửa',
  'Việt',
  'Hòa',
  'Hoà',
  'TT.',
  'QL9',
  '15',
  'tà',
  '(',
  '-',
  ',',
  '.',
  '\n',
  '@',
  'UBND',
)
const text = fc
  .array(fc.tuple(syllable, fc.constantFrom('', ' ')), { maxLength: 20 })
  .map(parts => parts.flat().join(''))

describe('for any text', () => {
  test('a dictionary without a word of it changes nothing', () => {
    const dictionary = compileDictionary([entry('Lao Bảo', 'lao bảo'), entry('Cửa Tùng', 'x', '19333')], [here])
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 40 })), written => {
        expect(readAloud(written, { dictionary })).toEqual(readAloud(written))
      }),
      { numRuns: 1000 },
    )
  })

  test('what is said holds no form any more, so reading it again changes nothing', () => {
    const dictionary = compileDictionary([entry('Cửa Việt', 'gio'), entry('hòa', 'mai'), entry('TT.', 'lan')], [here])
    const words = fc.array(syllable, { maxLength: 20 }).map(list => list.join(' '))
    fc.assert(
      fc.property(words, written => {
        const once = readAloud(written, { dictionary })
        expect(readAloud(once.text, { dictionary }).spans).toEqual(readAloud(once.text).spans)
      }),
      { numRuns: 1000 },
    )
  })

  test('spans are in order, apart, and stand where they say', () => {
    const dictionary = compileDictionary([entry('Cửa', 'của'), entry('Cửa Việt', 'cửa'), entry('15', 'mười')], [here])
    fc.assert(
      fc.property(text, written => {
        const reading = readAloud(written, { dictionary })
        let end = 0
        for (const span of reading.spans) {
          expect(span.at).toBeGreaterThanOrEqual(end)
          end = span.at + span.written.length
          expect(reading.written.slice(span.at, end)).toBe(span.written)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

test('time does not grow with the number of entries', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => entry(`thôn ${i}`, 'thôn ta'))
  const dictionary = compileDictionary(many, [here])
  const written = 'Bà con thôn 19999 và thôn x chú ý. '.repeat(20_000)
  const started = process.cpuUsage().user
  expect(readAloud(written, { dictionary }).spans.length).toBeGreaterThanOrEqual(20_000)
  // Some 0.4 s; asking each entry would take hours.
  expect((process.cpuUsage().user - started) / 1_000_000).toBeLessThan(15)
})
