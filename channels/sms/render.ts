import type { SmsForm } from '../../services/domain/announcement.ts'
import { AppError, type Sentence } from '../../services/domain/errors.ts'
import { smsText } from '../../services/text/derive.ts'
import { smsParts } from '../../services/text/sms.ts'
import type { RenderSource, Rendition } from '../contract.ts'

/** The text message that all targets share, with what it costs on the air. */
export interface SmsContent {
  text: string
  form: SmsForm
  encoding: 'GSM-7' | 'UCS-2'
  /** Messages that the carrier counts and charges. */
  parts: number
  /** Septets (GSM-7) or UTF-16 units (UCS-2). */
  units: number
}

/** Twilio takes no longer message (error 21617). */
const longestText = 1600
/** Carriers in Viet Nam commonly refuse or split more than this. */
const usualParts = 3

/**
 * Pure: the same source gives the same text. In a demo instance the text opens with the word that it is a test.
 * @throws AppError text.too-long beyond what the provider takes
 */
export function renderSms(source: RenderSource): Rendition<SmsContent> {
  const form: SmsForm = source.content.variants.sms?.form ?? 'unicode'
  const mark = source.demo ? (form === 'unaccented' ? 'THU NGHIEM: ' : 'THỬ NGHIỆM: ') : ''
  const { text: body, warnings } = smsText(source.content, mark)
  const text = `${mark}${body}`.normalize('NFC')
  if (text.length > longestText) {
    throw new AppError('text.too-long', {
      vi: `Tin nhắn dài ${text.length} ký tự, vượt mức ${longestText} ký tự mà nhà cung cấp nhận. Ông/Bà vui lòng rút gọn nội dung SMS.`,
      en: `The text message has ${text.length} characters; the provider takes at most ${longestText}. Please shorten it.`,
    })
  }
  const { encoding, parts, units } = smsParts(text)
  const long: Sentence[] =
    parts > usualParts
      ? [
          {
            vi: `Tin nhắn gồm ${parts} bản tin; nhiều nhà mạng chỉ nhận đến ${usualParts}. Ông/Bà nên rút gọn hoặc dùng bản không dấu.`,
            en: `The message has ${parts} parts; many carriers take at most ${usualParts}. Consider shortening it or the unaccented form.`,
          },
        ]
      : []
  return { content: { text, form, encoding, parts, units }, files: [], warnings: [...warnings, ...long] }
}
