import { describe, expect, test } from '@jest/globals'
import { smsConfigHelp, smsConfigSchema } from '../../../channels/sms/config.ts'
import { sms } from '../../../channels/sms/index.ts'
import { renderSms } from '../../../channels/sms/render.ts'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'

const source = (content: Record<string, unknown>, demo = false) => ({
  announcementId: 'a',
  revision: 1,
  demo,
  content: announcementContentSchema.parse({ title: 'Thông báo', body: 'Mưa lớn, lũ lên nhanh.', ...content }),
})
const values = {
  ACCOUNT_SID: `AC${'0'.repeat(32)}`,
  AUTH_TOKEN: '0123456789abcdef',
  FROM: 'UBND TINH',
  PRICE_DONG: '800',
}

describe('sms rendition', () => {
  test('keeps the words of the officer and counts 70/67 for Unicode', () => {
    const text = `Mưa lớn${'ă'.repeat(63)}`
    expect(renderSms(source({ variants: { sms: { text } } })).content).toEqual({
      text,
      form: 'unicode',
      encoding: 'UCS-2',
      parts: 1,
      units: 70,
    })
    expect(renderSms(source({ variants: { sms: { text: `${text}ă` } } })).content.parts).toBe(2)
  })

  test('is wholly unaccented or wholly not', () => {
    const { content } = renderSms(source({ variants: { sms: { form: 'unaccented', text: 'Đề phòng mưa lũ' } } }))
    expect(content).toMatchObject({ text: 'De phong mua lu', encoding: 'GSM-7', parts: 1 })
  })

  test('marks a test in either form', () => {
    expect(renderSms(source({}, true)).content.text).toMatch(/^THỬ NGHIỆM: /)
    const bare = renderSms(source({ variants: { sms: { form: 'unaccented' } } }, true)).content
    expect(bare.text).toMatch(/^THU NGHIEM: /)
    expect(bare.encoding).toBe('GSM-7')
  })

  test('leaves room for that mark: a derived text stays within three parts', () => {
    const title = Array.from({ length: 60 }, (_, index) => `từ${index}`).join(' ')
    for (const form of ['unicode', 'unaccented']) {
      const { content } = renderSms(source({ title, body: 'Mưa lũ. '.repeat(60), variants: { sms: { form } } }, true))
      expect(content.parts).toBe(3)
    }
  })

  test('warns of many parts and refuses what the provider would refuse', () => {
    const long = (letters: number) => renderSms(source({ variants: { sms: { text: 'ă'.repeat(letters) } } }))
    expect(long(67 * 3).warnings).toEqual([])
    expect(long(67 * 3 + 1).warnings[0]?.vi).toContain('4 bản tin')
    expect(long(1600).content.text).toHaveLength(1600)
    expect(() => long(1601)).toThrow(expect.objectContaining({ code: 'text.too-long' }))
  })

  test('costs parts times price times people, and nothing when no price is known', () => {
    const rendition = renderSms(source({ variants: { sms: { text: 'ă'.repeat(100) } } }))
    expect(sms.estimate(rendition, 1500, smsConfigSchema.parse(values))).toMatchObject({
      parts: 2,
      costDong: 2_400_000,
    })
    const { PRICE_DONG: _price, ...free } = values
    expect(sms.estimate(rendition, 1500, smsConfigSchema.parse(free))).toEqual({ parts: 2, warnings: [] })
  })
})

describe('sms configuration', () => {
  const problems = (changed: Record<string, string | undefined>) => {
    const result = smsConfigSchema.safeParse(
      Object.fromEntries(Object.entries({ ...values, ...changed }).filter(([, v]) => v !== undefined)),
    )
    return result.success ? [] : result.error.issues.map(issue => issue.path.join('.'))
  }
  test('documents every variable it reads', () => {
    expect(Object.keys(smsConfigHelp)).toEqual(expect.arrayContaining(Object.keys(values)))
  })
  test('names what is missing or wrong', () => {
    expect(problems({})).toEqual([])
    expect(problems({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined })).toEqual(['ACCOUNT_SID', 'AUTH_TOKEN'])
    expect(problems({ FROM: 'Ủy ban tỉnh' })).toEqual(['FROM'])
    expect(problems({ FROM: 'MORE THAN ELEVEN' })).toEqual(['FROM'])
    expect(problems({ FROM: '123456' })).toEqual(['FROM'])
    expect(problems({ FROM: '+84912345678' })).toEqual([])
    expect(problems({ BASE_URL: 'http://sms.example.vn' })).toEqual(['BASE_URL'])
    expect(problems({ BASE_URL: 'https://sms.example.vn' })).toEqual([])
  })
  test('LOOPBACK_ONLY lets nothing leave the machine', () => {
    expect(problems({ LOOPBACK_ONLY: 'true' })).toEqual(['BASE_URL'])
    expect(problems({ LOOPBACK_ONLY: 'true', BASE_URL: 'https://127.0.0.1.example.vn' })).toEqual(['BASE_URL'])
    expect(problems({ LOOPBACK_ONLY: 'true', BASE_URL: 'http://127.0.0.1:8090' })).toEqual([])
  })
})
