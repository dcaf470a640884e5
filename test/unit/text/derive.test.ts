import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AnnouncementContent, announcementContentSchema } from '../../../services/domain/announcement.ts'
import { boardText, smsText, speechText } from '../../../services/text/derive.ts'
import { smsParts } from '../../../services/text/sms.ts'

const basis = [
  'Căn cứ Luật Tổ chức chính quyền địa phương ngày 16/6/2025;',
  'Căn cứ Nghị định số 49/2024/NĐ-CP của Chính phủ;',
  'Theo đề nghị của Giám đốc Sở Nội vụ.',
].join('\n')
const sentences = Array.from(
  { length: 12 },
  (_, index) => `Đây là câu thứ ${index + 1} của thông báo và câu này có một độ dài vừa phải.`,
).join(' ')

function content(change: Partial<AnnouncementContent> = {}): AnnouncementContent {
  return {
    ...announcementContentSchema.parse({
      title: 'Lấy ý kiến người dân về cải cách hành chính',
      body: `${basis}\n\nTừ ngày 01/12/2026, người dân gửi ý kiến tại nhà văn hóa thôn. ${sentences}`,
      issuer: 'Sở Nội vụ tỉnh Quảng Trị',
      documentNumber: 'Kế hoạch số 12/KH-SNV',
    }),
    ...change,
  }
}

describe('smsText', () => {
  test('a title that says "Thông báo" gets no second one before it', () => {
    const title = 'Thông báo lịch tiếp nhận hồ sơ'
    const texts = [{}, { documentNumber: '' }, { documentNumber: '', issuer: '' }].map(
      given => smsText(content({ title, ...given })).text,
    )
    for (const text of texts) expect(text).not.toMatch(/thông báo:\s*thông báo/iu)
    expect(texts[2]).toMatch(/^Thông báo lịch tiếp nhận hồ sơ/)
    expect(smsText(content({ title: 'Thông báoX', documentNumber: '' })).text).toMatch(/^Thông báo: Thông báoX/)
  })

  test('names the issuer and the gist and ends with the source, in at most three parts', () => {
    const { text, derived } = smsText(content())
    expect(derived).toBe(true)
    expect(text.startsWith('Sở Nội vụ tỉnh Quảng Trị thông báo: Lấy ý kiến người dân')).toBe(true)
    expect(text.endsWith('Nguồn: Kế hoạch số 12/KH-SNV.')).toBe(true)
    expect(text).not.toContain('Căn cứ')
    expect(smsParts(text).parts).toBeLessThanOrEqual(3)
  })

  test('names an issuer without a document once, as the source', () => {
    const { text } = smsText(content({ documentNumber: '' }))
    expect(text.split('Sở Nội vụ tỉnh Quảng Trị')).toHaveLength(2)
    expect(text.endsWith('Nguồn: Sở Nội vụ tỉnh Quảng Trị.')).toBe(true)
  })

  test('takes whole sentences of the body as long as they fit', () => {
    const { text } = smsText(content({ documentNumber: '', issuer: '' }))
    expect(text).toContain('tại nhà văn hóa thôn.')
    expect(text).not.toMatch(/…/)
  })

  test('cuts a long title at a word border', () => {
    const title = Array.from({ length: 60 }, (_, index) => `từ${index}`).join(' ')
    const { text } = smsText(content({ title }))
    expect(smsParts(text).parts).toBeLessThanOrEqual(3)
    const cut = /thông báo: (.*)… Nguồn/.exec(text)?.[1] ?? ''
    expect(title.startsWith(`${cut} `)).toBe(true)
    expect(cut.length).toBeGreaterThan(60)
  })

  test('says that it is urgent', () => {
    expect(smsText(content({ priority: 'emergency' })).text).toMatch(/^KHẨN CẤP\. /)
  })

  test('says once that it is urgent when the title already begins so', () => {
    for (const title of ['KHẨN CẤP: sơ tán trước lũ', 'Khẩn: sơ tán trước lũ']) {
      const { text } = smsText(content({ priority: 'emergency', title, documentNumber: '' }))
      expect(text.startsWith(title)).toBe(true)
    }
    const { text } = smsText(content({ priority: 'emergency', title: 'Khẩn trương sơ tán', documentNumber: '' }))
    expect(text).toMatch(/^KHẨN CẤP\. .*Khẩn trương sơ tán/)
  })

  test('tells the officer and the approver that the title was cut and nothing of the body is in it', () => {
    const title = Array.from({ length: 60 }, (_, index) => `từ${index}`).join(' ')
    const warned = (form: 'unicode' | 'unaccented') =>
      smsText(content({ title, variants: { sms: { form } } })).warnings.map(one => one.vi)
    expect(warned('unicode')).toEqual([expect.stringContaining('tiêu đề bị cắt bớt')])
    expect(warned('unaccented')).toEqual([expect.stringContaining('phần đầu')])
  })

  test('tells that only the title is in it when the first sentence of the body is too long', () => {
    const body = `${'mưa lũ '.repeat(60).trim()}. Ngắn.`
    expect(smsText(content({ body })).warnings.map(one => one.vi)).toEqual([
      expect.stringMatching(/^Tin nhắn chỉ có tiêu đề/),
    ])
  })

  test('tells that sentences of the body were left out, and says nothing when all of it is there', () => {
    expect(smsText(content()).warnings.map(one => one.vi)).toEqual([expect.stringContaining('phần đầu')])
    const whole = smsText(content({ body: `${basis}\n\nMời người dân đến nhà văn hóa thôn.`, documentNumber: '' }))
    expect(whole.text).toContain('nhà văn hóa thôn.')
    expect(whole.warnings).toEqual([])
  })

  test('gives the officer’s own words untouched, even when they are long', () => {
    const text = 'Mưa lũ. '.repeat(80).trim()
    expect(smsText(content({ variants: { sms: { text } } }))).toEqual({ text, derived: false, warnings: [] })
  })

  test('is unaccented as a whole when the form says so, and says what got lost', () => {
    const result = smsText(content({ variants: { sms: { text: 'Mưa lớn 😀', form: 'unaccented' } } }))
    expect(result.text).toBe('Mua lon')
    expect(result.warnings).toHaveLength(1)
    const derived = smsText(content({ variants: { sms: { form: 'unaccented' } } })).text
    expect(smsParts(derived)).toMatchObject({ encoding: 'GSM-7' })
    expect(smsParts(derived).parts).toBeLessThanOrEqual(3)
  })

  test('never more than three parts, never half a word, whatever the title and body', () => {
    const words = fc.array(fc.constantFrom('mưa', 'lũ', 'Ủy ban', 'sơ tán.', 'đến', 'nơi', '12/3', '😀'), {
      minLength: 1,
      maxLength: 90,
    })
    fc.assert(
      fc.property(words, words, fc.constantFrom('unicode' as const, 'unaccented' as const), (title, body, form) => {
        const { text } = smsText(content({ title: title.join(' '), body: body.join(' '), variants: { sms: { form } } }))
        expect(smsParts(text).parts).toBeLessThanOrEqual(3)
        if (form === 'unicode') {
          for (const word of text.split(/[\s…]+/)) {
            if (/^(?:mư|l|sơ t|nơ)$/.test(word)) throw new Error(`half a word: ${word}`)
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('speechText', () => {
  test('greets with the issuer, then title, then body without the chain of legal bases', () => {
    const { text, derived, warnings } = speechText(content())
    const lines = text.split('\n\n')
    expect(derived).toBe(true)
    expect(warnings).toEqual([])
    expect(lines[0]).toBe('Kính mời nhân dân nghe thông báo của Sở Nội vụ tỉnh Quảng Trị.')
    expect(lines[1]).toBe('Lấy ý kiến người dân về cải cách hành chính.')
    expect(lines[2]).toMatch(/^Từ ngày 01\/12\/2026/)
    expect(text).not.toContain('Căn cứ')
    expect(text).not.toContain('Theo đề nghị')
  })

  test('keeps a sentence that merely begins with "Căn cứ"', () => {
    const body = 'Căn cứ tình hình mưa lũ, Ủy ban nhân dân xã yêu cầu người dân sơ tán.'
    expect(speechText(content({ body })).text).toContain(body)
  })

  test('takes the chain away inside one line as well', () => {
    const body = 'Căn cứ Luật A; Căn cứ Nghị định B; Ủy ban nhân dân xã thông báo.'
    expect(speechText(content({ body })).text.endsWith('\n\nỦy ban nhân dân xã thông báo.')).toBe(true)
  })

  test('says the priority', () => {
    expect(speechText(content({ priority: 'emergency' })).text).toMatch(/^Thông báo khẩn cấp của Sở Nội vụ/)
    expect(speechText(content({ priority: 'priority' })).text).toMatch(/chú ý nghe thông báo quan trọng/)
  })

  test('speaks no addresses of the web and tells the officer', () => {
    const body = 'Nộp hồ sơ tại https://dichvucong.gov.vn hoặc gửi a.b@quangtri.gov.vn (xem www.quangtri.gov.vn).'
    const { text, warnings } = speechText(content({ body }))
    expect(text.endsWith('Nộp hồ sơ tại trang thông tin điện tử hoặc gửi hộp thư điện tử.')).toBe(true)
    expect(warnings).toHaveLength(1)
  })

  test('gives the officer’s own script', () => {
    expect(speechText(content({ variants: { speech: { text: 'Bà con chú ý.' } } }))).toEqual({
      text: 'Bà con chú ý.',
      derived: false,
      warnings: [],
    })
  })
})

describe('boardText', () => {
  test('is about 300 characters and ends with a sentence', () => {
    const { text, warnings } = boardText(content())
    expect(warnings.map(one => one.vi)).toEqual([expect.stringContaining('phần đầu')])
    expect(text.length).toBeLessThanOrEqual(300)
    expect(text.length).toBeGreaterThan(200)
    expect(text).toMatch(/^Từ ngày 01\/12\/2026.*\.$/)
  })

  test('cuts one endless sentence at a word', () => {
    const { text } = boardText(content({ body: 'mưa lũ '.repeat(100).trim() }))
    expect(text.length).toBeLessThanOrEqual(300)
    expect(text).toMatch(/(?:mưa|lũ)…$/)
  })

  test('leaves a short body and the officer’s own words as they are', () => {
    expect(boardText(content({ body: 'Ngắn gọn.' }))).toMatchObject({ text: 'Ngắn gọn.', warnings: [] })
    expect(boardText(content({ body: 'Tập trung tại:\n\n-  Khu phố 1;\n- Khu phố 2.' })).text).toBe(
      'Tập trung tại:\n- Khu phố 1;\n- Khu phố 2.',
    )
    expect(boardText(content({ variants: { board: { text: 'Bảng' } } }))).toMatchObject({
      text: 'Bảng',
      derived: false,
    })
  })
})
