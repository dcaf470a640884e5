import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { countLines, layout, paginate, runningHeading } from '../../../channels/board/fit.ts'

const title = 'Thông báo về việc tiếp nhận hồ sơ thủ tục hành chính'
const sentence = 'Ủy ban nhân dân xã tiếp nhận hồ sơ vào các buổi sáng từ thứ Hai đến thứ Sáu hằng tuần.'
const words = (text: string) => text.split(/\s+/).filter(Boolean)
const textOf = (pages: { text: string }[]) => pages.map(p => p.text).join(' ')

describe('paginate', () => {
  test('keeps a short notice on one page under its title', () => {
    expect(paginate(title, sentence, false)).toEqual([{ heading: title, running: false, text: sentence }])
  })

  test('splits a long text between sentences and reminds of the title on later pages', () => {
    const pages = paginate(title, Array(12).fill(sentence).join(' '), false)
    expect(pages.length).toBeGreaterThan(2)
    for (const page of pages) expect(page.text.endsWith('hằng tuần.')).toBe(true)
    expect(pages.map(p => p.running)).toEqual(pages.map((_, i) => i > 0))
  })

  test('leaves no page with a few last words', () => {
    for (let n = 4; n < 16; n++) {
      const pages = paginate(title, Array(n).fill(sentence).join(' '), false)
      const lengths = pages.slice(1).map(p => p.text.length)
      expect(Math.min(...lengths)).toBeGreaterThan(Math.max(...lengths) / 4)
    }
  })

  test('does not end a sentence at a number or an abbreviation', () => {
    const text = `1. ${sentence} Người dân TP. Đông Hà liên hệ bộ phận một cửa.`
    const pages = paginate(title, Array(6).fill(text).join('\n'), false)
    for (const page of pages) {
      expect(page.text).not.toMatch(/(^|\n)Đông Hà/)
      expect(page.text).not.toMatch(/TP\.$|1\.$/)
    }
  })

  test('gives a very long title a page of its own', () => {
    const long = Array(5).fill(title).join(' ').slice(0, 290)
    const text = Array(4).fill(sentence).join(' ')
    const pages = paginate(long, text, false)
    expect(pages[0]).toEqual({ heading: long, running: false, text: '' })
    expect(pages.slice(1).map(p => [p.heading, p.running])).toEqual(
      pages.slice(1).map(() => [runningHeading(long), true]),
    )
    expect(textOf(pages).trim()).toBe(text)
  })

  test('shows an emergency headline alone unless all of the text fits below it', () => {
    expect(paginate('Bão số 10 đổ bộ', 'Người dân không ra khỏi nhà.', true)).toHaveLength(1)
    const pages = paginate('Bão số 10 đổ bộ đêm nay', Array(5).fill(sentence).join(' '), true)
    expect(pages[0]?.text).toBe('')
    expect(pages[1]?.text).not.toBe('')
  })

  test('plans a headline whole that an upright screen of 9:16 holds whole as well', () => {
    const headline = 'Sơ tán khẩn cấp khu vực ven sông Hiếu trong tối nay'
    expect(paginate(headline, Array(5).fill(sentence).join(' '), true)[0]).toMatchObject({
      heading: headline,
      text: '',
    })
    // 10 % of the shorter side in 91 % of the width; bars leave three quarters of the height.
    expect(countLines(headline, 0.91 / 0.1) * 0.1 * 1.4).toBeLessThan((16 / 9) * 0.74)
  })

  test('keeps a range of numbers on one line', () => {
    const [page] = paginate('Giai đoạn 2021 - 2030', 'Từ ngày 01 – 15 tháng 11, kinh tế - xã hội.', false)
    expect(page?.heading).toBe('Giai đoạn 2021\u00A0-\u00A02030')
    expect(page?.text).toBe('Từ ngày 01\u00A0–\u00A015 tháng 11, kinh tế - xã hội.')
  })

  test('makes one page of a title without text', () => {
    expect(paginate(title, ' \n ', false)).toEqual([{ heading: title, running: false, text: '' }])
  })

  test('loses and repeats no word, and keeps every page within its box', () => {
    const word = fc.stringMatching(/^[a-zàảãáạăđêơưýA-ZĐ]{1,12}[.,;]?$/)
    const paragraph = fc.array(word, { minLength: 1, maxLength: 120 }).map(w => w.join(' '))
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 40 }).map(w => w.join(' ')),
        fc.array(paragraph, { maxLength: 6 }).map(p => p.join('\n')),
        fc.boolean(),
        (heading, text, emergency) => {
          const pages = paginate(heading, text, emergency)
          expect(words(textOf(pages))).toEqual(words(text))
          const shown = pages.filter(p => !p.running).map(p => p.heading)
          expect(words(shown.join(' '))).toEqual(words(heading))
          const width = layout.boxWidth / layout.textSize
          for (const page of pages) {
            const scale = page.running
              ? layout.headingScale.running
              : emergency
                ? layout.headingScale.emergency
                : layout.headingScale.normal
            const size = layout.textSize * scale
            const head = countLines(page.heading, layout.boxWidth / size) * size * layout.headingLineHeight
            const lines = page.text === '' ? 0 : page.text.split('\n').reduce((n, p) => n + countLines(p, width), 0)
            expect(head + lines * layout.textSize * layout.lineHeight).toBeLessThanOrEqual(layout.boxHeight + 1e-9)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('runningHeading', () => {
  test('cuts a long title between words', () => {
    const short = runningHeading(`${title} ${title}`)
    expect(short.endsWith('…')).toBe(true)
    expect(title.startsWith(short.slice(0, -1)) || `${title} ${title}`.startsWith(short.slice(0, -1))).toBe(true)
    expect(`${title} ${title} `).toContain(`${short.slice(0, -1)} `)
  })
})
