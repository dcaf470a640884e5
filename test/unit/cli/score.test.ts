import { describe, expect, test } from '@jest/globals'
import { parseCases } from '../../../services/cli/score/cases.ts'
import { differencesBetween } from '../../../services/cli/score/house-style.ts'
import { scoreReading } from '../../../services/cli/score/score.ts'

describe('cases of a file', () => {
  test('three shapes, told apart line by line', () => {
    const text =
      '{"cat":"int","in":"4","out":"bốn"}\n\ndate\t1/5\tmột\tngày một\n24~hai mươi tư|hai mươi bốn\n{"in":"a","out":"b","alt":["c"]}\n'
    expect(parseCases('x/test_cases_time.txt', text)).toEqual([
      { category: 'int', written: '4', accepted: ['bốn'], otherHouse: false },
      { category: 'date', written: '1/5', accepted: ['một', 'ngày một'], otherHouse: false },
      { category: 'time', written: '24', accepted: ['hai mươi tư', 'hai mươi bốn'], otherHouse: true },
      { category: 'time', written: 'a', accepted: ['b', 'c'], otherHouse: false },
    ])
  })

  test.each(['{"in":"1"}', '{', 'no separator', '~x'])('%s is no case, and the line is named', line => {
    expect(() => parseCases('f', `a~b\n${line}`)).toThrow(/^Line 2/)
  })
})

describe('the score', () => {
  const cases = parseCases('f.tsv', 'a\t1\tmột\na\t2\thai\nb\t3\tba\tbo\n')

  test('counts by category and lists what failed', () => {
    const score = scoreReading(cases, written => ({ 1: 'một', 2: 'nhị', 3: 'bo' })[written] ?? '')
    expect(score).toMatchObject({
      cases: 3,
      right: 2,
      categories: { a: { cases: 2, right: 1, intended: 0 }, b: { cases: 1, right: 1, intended: 0 } },
      failures: [{ category: 'a', written: '2', expected: 'hai', got: 'nhị' }],
    })
  })

  test("differences of style excuse the other house's files only", () => {
    const ours = () => 'hai nghìn không trăm linh một'
    expect(scoreReading(parseCases('f', '2001~hai nghìn linh một'), ours)).toMatchObject({
      right: 1,
      intended: 1,
      differences: { 'zero hundreds': 1 },
    })
    expect(scoreReading(parseCases('f', 'int\t2001\thai nghìn linh một'), ours).failures).toHaveLength(1)
  })
})

describe('differences of style', () => {
  test.each([
    ['một triệu không trăm linh một nghìn không trăm linh một', 'một triệu một nghìn linh một', '1001001'],
    ['ba phẩy mười bốn tỷ', 'ba phẩy một bốn tỷ', '3,14 tỷ'],
    ['hai mươi lăm độ xê', 'hai mươi lăm độ c', '25°c'],
    ['năm mét nhân hai mét', 'năm mét x hai mét', '5m x 2m'],
    ['thứ tư', 'thứ bốn', 'thứ 4'],
    ['mục xê', 'mục một trăm', 'mục C'],
  ])('%s is said %s', (ours, theirs, written) => {
    expect(differencesBetween(ours, [theirs], written)).toHaveLength(1)
  })

  test.each([
    ['năm', 'bốn', '4'],
    ['mười năm', 'mười lăm', '15'],
    ['hai trăm linh một', 'hai trăm một', '201'],
    ['ba phẩy mười bốn', 'ba phẩy bốn một', '3,14'],
    ['một phần hai', 'ngày một tháng hai', '1/2'],
  ])('%s is wrong for %s', (ours, theirs, written) => {
    expect(differencesBetween(ours, [theirs], written)).toBeUndefined()
  })
})
