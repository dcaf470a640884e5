import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { emailConfigHelp, emailConfigSchema } from '../../../channels/email/config.ts'
import { personalise, renderEmail } from '../../../channels/email/render.ts'
import { announcementContentSchema } from '../../../services/domain/announcement.ts'

const source = (content: Record<string, unknown>, demo = false) => ({
  announcementId: 'a',
  revision: 1,
  demo,
  content: announcementContentSchema.parse({
    title: 'Thông báo',
    body: 'Đoạn một.\n\nDòng hai\ndòng ba.',
    issuer: 'UBND xã',
    ...content,
  }),
})
const refusal = 'http://127.0.0.1:8080/u/email.7.sig'

describe('email rendition', () => {
  test('says what it is, from whom, why it came and how to refuse', () => {
    const { content } = renderEmail(source({ documentNumber: '15/TB-UBND', priority: 'priority' }))
    const mail = personalise(content, 'Nguyễn Văn Thử', refusal)
    for (const part of [mail.text, mail.html]) {
      for (const words of [
        'Kính gửi Ông/Bà Nguyễn Văn Thử,',
        'Số: 15/TB-UBND',
        'UBND xã',
        'THÔNG BÁO ƯU TIÊN',
        'đã đồng ý nhận thông báo',
        refusal,
      ]) {
        expect(part).toContain(words)
      }
    }
    expect(mail.html).toContain('Dòng hai<br>dòng ba.')
    expect(mail.text).toContain('Dòng hai\ndòng ba.')
  })

  test('an emergency is marked in the subject and gives its reason; a routine notice carries no banner', () => {
    const urgent = renderEmail(source({ priority: 'emergency', urgencyReason: 'Vỡ đập' })).content
    expect(urgent.subject).toBe('[KHẨN CẤP] Thông báo')
    expect(urgent.html).toContain('Vỡ đập')
    const routine = renderEmail(source({})).content
    expect(routine.html).not.toMatch(/ƯU TIÊN|KHẨN CẤP/)
  })

  test('markup in an announcement stays text', () => {
    const { content } = renderEmail(source({ title: '<b>A & B</b>', body: '<script>alert("x")</script>' }))
    expect(content.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;')
    expect(content.html).not.toContain('<script')
    expect(content.html).toContain('&lt;b&gt;A &amp; B&lt;/b&gt;')
  })

  test('no title can start a header of its own', () => {
    const { content } = renderEmail(source({ title: 'Một\r\nBcc: ai-do@example.vn\u2028hai' }))
    expect(content.subject).toBe('Một Bcc: ai-do@example.vn hai')
  })

  const nasty = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(
      '<!--loa:greeting-->',
      '<!--/loa:greeting-->',
      'href="#tu-choi-nhan-thu"',
      'Kính gửi Ông/Bà,',
      '$&',
      'Từ chối nhận thư: (đường dẫn riêng của từng người nhận)',
    ),
  )
  test('whatever is written, each person gets one greeting and one refusal address at their own places', () => {
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 6 }), nasty, (words, name) => {
        const { content } = renderEmail(
          source({ title: `x ${words[0] ?? ''}`, body: `y ${words.join(' ')}`, issuer: '' }),
        )
        const neutral = personalise(content, '', refusal)
        const personal = personalise(content, name, refusal)
        expect(neutral.text.startsWith('Kính gửi Ông/Bà,')).toBe(true)
        for (const mail of [neutral, personal]) {
          expect(mail.text.endsWith(`Từ chối nhận thư: ${refusal}`)).toBe(true)
          expect(mail.html.split(`href="${refusal}"`)).toHaveLength(2)
          expect(mail.html).not.toContain('href="#tu-choi-nhan-thu"')
          expect(mail.html.match(/<!--/g)).toHaveLength(2)
        }
        // Greeting and address apart, the text is the announcement's own.
        const body = content.text.slice('Kính gửi Ông/Bà,'.length, content.text.lastIndexOf('Từ chối nhận thư:'))
        expect(personal.text).toContain(body)
      }),
    )
  })
})

describe('email configuration', () => {
  const values = { HOST: 'mail.example.vn', FROM: 'Cổng tin <tin@example.vn>' }
  const parse = (changed: Record<string, string>) => emailConfigSchema.safeParse({ ...values, ...changed })
  const problems = (changed: Record<string, string>) => {
    const result = parse(changed)
    return result.success ? [] : result.error.issues.map(issue => issue.path.join('.'))
  }
  test('reads one URL or single variables alike', () => {
    const one = emailConfigSchema.parse({ SMTP_URL: 'smtps://u%40x:p%3Aw@mail.example.vn', FROM: values.FROM })
    const many = emailConfigSchema.parse({ ...values, USER: 'u@x', PASSWORD: 'p:w', PORT: '465' })
    expect(one).toEqual(many)
    expect(one).toMatchObject({ port: 465, secure: true, auth: { user: 'u@x', pass: 'p:w' }, requireTls: true })
    expect(one.from).toEqual({ name: 'Cổng tin', address: 'tin@example.vn' })
  })
  test('names what is wrong', () => {
    expect(problems({})).toEqual([])
    expect(problems({ USER: 'u' })).toEqual(['PASSWORD'])
    expect(problems({ FROM: 'a@x, b@y' })).toEqual(['FROM'])
    expect(problems({ FROM: 'x <a@x>\r\nBcc: b@y' })).toEqual(['FROM'])
    expect(problems({ DKIM_DOMAIN: 'example.vn' })).toEqual(['DKIM_DOMAIN'])
    expect(problems({ LOOPBACK_ONLY: 'true' })).toEqual(['HOST'])
    expect(problems({ LOOPBACK_ONLY: 'true', HOST: '127.0.0.1' })).toEqual([])
    expect(problems({ SMTP_URL: 'http://mail.example.vn' })).toEqual(['SMTP_URL'])
  })
  test('documents every variable it reads', () => {
    expect(Object.keys(emailConfigHelp)).toEqual(expect.arrayContaining(['SMTP_URL', ...Object.keys(values)]))
  })
})
