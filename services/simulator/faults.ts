import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Sentence } from '../domain/errors.ts'
import { type SmsVendor, type SpeechVendor, smsVendors, speechVendors } from './vendors.ts'

/** What is known of a kind of fault. */
interface FaultDescription extends Sentence {
  stage: FaultStage
  /** The protocols that can show it; all of the channel when absent. */
  vendors?: readonly (SmsVendor | SpeechVendor)[]
}

const overHttp = ['twilio', 'esms'] as const

/**
 * Faults on demand. Each kind acts at one stage of one channel; at each stage the first rule that matches wins. The
 * kinds of text messages say what happens, and each vendor's protocol says it in its own codes (in brackets: Twilio,
 * eSMS, SMPP).
 *
 *   answer: how a vendor answers the request            rcpt: the mail server's answer to RCPT TO
 *   receipt: which delivery reports follow              data: its answer after DATA
 *   delay: how long the answer takes                    auth: its answer to AUTH; for SMPP, to a bind
 */
export const faultKinds = {
  'sms.invalid-number': {
    stage: 'answer',
    vi: 'Báo số không hợp lệ (21211; 108; 0x0B)',
    en: 'Answers: invalid number (21211; 108; 0x0B)',
  },
  'sms.opted-out': {
    stage: 'answer',
    vendors: overHttp,
    vi: 'Báo người nhận đã từ chối (21610; 99)',
    en: 'Answers: opted out (21610; 99)',
  },
  'sms.auth': {
    stage: 'answer',
    vendors: overHttp,
    vi: 'Báo sai thông tin xác thực (20003; 101)',
    en: 'Answers: not authenticated (20003; 101)',
  },
  'sms.too-many': {
    stage: 'answer',
    vi: 'Báo gửi quá nhanh (429; 429; 0x58)',
    en: 'Answers: too many requests (429; 429; 0x58)',
  },
  'sms.queue-full': {
    stage: 'answer',
    vendors: ['smpp'],
    vi: 'Báo hàng đợi của nhà mạng đã đầy (0x14)',
    en: 'Answers: queue full (0x14)',
  },
  'sms.code': {
    stage: 'answer',
    vendors: ['esms', 'smpp'],
    vi: 'Từ chối với mã tự chọn (mặc định 146; 0x45)',
    en: 'Refuses with a code of your choice (146; 0x45 by default)',
  },
  'sms.unavailable': {
    stage: 'answer',
    vendors: overHttp,
    vi: 'Báo tạm ngừng phục vụ (503)',
    en: 'Answers: unavailable (503)',
  },
  'sms.server-error': {
    stage: 'answer',
    vi: 'Báo lỗi máy chủ (500; 500; 0x08)',
    en: 'Answers: server error (500; 500; 0x08)',
  },
  'sms.drop-before': {
    stage: 'answer',
    vi: 'Ngắt kết nối, chưa nhận tin',
    en: 'Drops the connection, message not taken',
  },
  'sms.drop-after': {
    stage: 'answer',
    vi: 'Nhận tin rồi ngắt kết nối',
    en: 'Takes the message, then drops the connection',
  },
  'sms.no-answer': {
    stage: 'answer',
    vi: 'Nhận tin rồi không trả lời',
    en: 'Takes the message and never answers',
  },
  'sms.garbage': {
    stage: 'answer',
    vendors: overHttp,
    vi: 'Nhận tin rồi trả lời bằng chuỗi vô nghĩa (200)',
    en: 'Takes the message, answers with garbage (200)',
  },
  'sms.html': {
    stage: 'answer',
    vendors: overHttp,
    vi: 'Nhận tin rồi trả lời bằng trang HTML (200)',
    en: 'Takes the message, answers with a page of HTML (200)',
  },
  'sms.empty': {
    stage: 'answer',
    vendors: overHttp,
    vi: 'Nhận tin rồi trả lời rỗng (200)',
    en: 'Takes the message, answers with nothing (200)',
  },
  'sms.bind-failed': {
    stage: 'auth',
    vendors: ['smpp'],
    vi: 'Từ chối kết nối SMPP (bind, 0x0D)',
    en: 'Refuses the SMPP bind (0x0D)',
  },
  'sms.slow': { stage: 'delay', vi: 'Trả lời chậm', en: 'Answers slowly' },
  'sms.undelivered': { stage: 'receipt', vi: 'Máy không nhận được (undelivered)', en: 'Not delivered to the handset' },
  'sms.failed': { stage: 'receipt', vi: 'Nhà mạng báo gửi lỗi (failed)', en: 'The carrier reports failure' },
  'sms.expired': {
    stage: 'receipt',
    vendors: ['smpp'],
    vi: 'Hết hạn trước khi máy nhận (EXPIRED)',
    en: 'Expires before the handset takes it (EXPIRED)',
  },
  'sms.no-receipt': { stage: 'receipt', vi: 'Không gửi báo cáo nhận tin', en: 'Sends no delivery receipt' },
  'sms.repeat-receipt': { stage: 'receipt', vi: 'Gửi lặp báo cáo nhận tin', en: 'Sends each receipt twice' },
  'email.temporary': { stage: 'rcpt', vi: 'Từ chối tạm thời (450)', en: 'Temporary refusal (450)' },
  'email.permanent': {
    stage: 'rcpt',
    vi: 'Từ chối hẳn: không có hộp thư (550)',
    en: 'Permanent refusal: no mailbox (550)',
  },
  'email.greylist': { stage: 'rcpt', vi: 'Hoãn lần đầu (greylisting, 451)', en: 'Greylisting (451 the first time)' },
  'email.drop-before': {
    stage: 'rcpt',
    vi: 'Ngắt kết nối trước khi nhận thư',
    en: 'Drops the connection before the message',
  },
  'email.data-temporary': {
    stage: 'data',
    vi: 'Nhận nội dung rồi từ chối tạm thời (451)',
    en: 'Temporary refusal after DATA (451)',
  },
  'email.data-permanent': {
    stage: 'data',
    vi: 'Nhận nội dung rồi từ chối hẳn (554)',
    en: 'Permanent refusal after DATA (554)',
  },
  'email.drop-after': {
    stage: 'data',
    vi: 'Nhận thư rồi ngắt kết nối',
    en: 'Takes the message, then drops the connection',
  },
  'email.auth': { stage: 'auth', vi: 'Báo sai mật khẩu (535)', en: 'Refuses the password (535)' },
  'email.slow': { stage: 'delay', vi: 'Trả lời chậm', en: 'Answers slowly' },
  'speech.auth': { stage: 'answer', vi: 'Báo sai khóa truy cập', en: 'Refuses the key' },
  'speech.quota': { stage: 'answer', vi: 'Báo hết hạn mức (429)', en: 'Answers: quota used up (429)' },
  'speech.server-error': { stage: 'answer', vi: 'Báo lỗi máy chủ (500)', en: 'Answers: server error (500)' },
  'speech.unavailable': { stage: 'answer', vi: 'Báo tạm ngừng phục vụ (503)', en: 'Answers: unavailable (503)' },
  'speech.drop': { stage: 'answer', vi: 'Ngắt kết nối', en: 'Drops the connection' },
  'speech.no-answer': { stage: 'answer', vi: 'Không trả lời', en: 'Never answers' },
  'speech.json-error': { stage: 'answer', vi: 'Báo lỗi bằng JSON (200)', en: 'Tells of an error in JSON (200)' },
  'speech.html': { stage: 'answer', vi: 'Trả về trang HTML (200)', en: 'Gives a page of HTML (200)' },
  'speech.empty': { stage: 'answer', vi: 'Trả về tệp rỗng (200)', en: 'Gives an empty file (200)' },
  'speech.garbage': { stage: 'answer', vi: 'Trả về tệp hỏng (200)', en: 'Gives a broken file (200)' },
  'speech.silence': { stage: 'answer', vi: 'Trả về âm thanh im lặng', en: 'Gives silence' },
  'speech.short': { stage: 'answer', vi: 'Trả về âm thanh quá ngắn', en: 'Gives much less sound than the text' },
  'speech.long': { stage: 'answer', vi: 'Trả về 60 phút âm thanh', en: 'Gives an hour of sound' },
  'speech.link-never': {
    stage: 'answer',
    vendors: ['fpt'],
    vi: 'Đường dẫn tải không bao giờ có tệp',
    en: 'The link never holds the file',
  },
  'speech.link-elsewhere': {
    stage: 'answer',
    vendors: ['fpt'],
    vi: 'Đường dẫn tải trỏ sang máy khác',
    en: 'The link points to another machine',
  },
  'speech.slow': { stage: 'delay', vi: 'Trả lời chậm', en: 'Answers slowly' },
} as const satisfies Record<string, FaultDescription>
export type FaultKind = keyof typeof faultKinds
export type FaultStage = 'answer' | 'receipt' | 'delay' | 'rcpt' | 'data' | 'auth'

/** One rule. Without `vendor`, `percent`, `pattern` and `next` it hits everybody; together they must all hold. */
export const faultRuleSchema = z.object({
  id: z
    .string()
    .min(1)
    .max(64)
    .default(() => randomUUID()),
  kind: z.enum(Object.keys(faultKinds) as [FaultKind, ...FaultKind[]]),
  /** Text messages, or texts to be spoken, through this vendor only. */
  vendor: z.enum([...smsVendors, ...speechVendors]).optional(),
  /** Share of addresses that are hit, chosen by the seed. */
  percent: z.number().min(0).max(100).optional(),
  /** Number, mailbox or name of a voice, `*` stands for anything: `+8491*`, `*@example.vn`, `hcm-*`. */
  pattern: z.string().min(1).max(100).optional(),
  /** Hits only the next N. */
  next: z.number().int().min(1).max(10_000_000).optional(),
  /** For slow answers, milliseconds; 2,000 when absent. */
  delayMs: z.number().int().min(0).max(600_000).optional(),
  /**
   * Error code in the receipt of `sms.undelivered` and `sms.failed` (30005 and 30008 at Twilio, 1 in SMPP when absent),
   * or the answer of `sms.code`.
   */
  code: z.number().int().min(1).max(99_999).optional(),
  /** Retry-After of `sms.too-many`, `sms.unavailable` and `speech.unavailable`, seconds; 1 when absent. */
  retryAfterSeconds: z.number().int().min(0).max(3600).optional(),
})
export type FaultRule = z.infer<typeof faultRuleSchema>

export const faultSettingsSchema = z.object({
  /** The same seed and the same attempts give the same hits, in whatever order they come. */
  seed: z.number().int().default(1),
  /** Milliseconds that every answer takes at least. */
  latencyMs: z.number().int().min(0).max(60_000).default(0),
  /** Milliseconds from taking an SMS to its `sent` and `delivered` callbacks. */
  sentAfterMs: z.number().int().min(0).max(600_000).default(50),
  deliveredAfterMs: z.number().int().min(0).max(600_000).default(300),
  /** Milliseconds after which an SMPP receipt that nobody acknowledged is sent again. */
  receiptAnswerMs: z.number().int().min(10).max(600_000).default(10_000),
  /** Milliseconds from FPT's link to the file under it. */
  speechReadyMs: z.number().int().min(0).max(600_000).default(700),
  rules: z.array(faultRuleSchema).max(100).default([]),
})
export type FaultSettings = z.infer<typeof faultSettingsSchema>
export type FaultInput = z.input<typeof faultSettingsSchema>

export interface Faults {
  settings(): FaultSettings
  /** Replaces all settings; counters of `next` start again. @throws ZodError */
  set(settings: FaultInput): void
  /**
   * The rule that hits this attempt, if any; counts it.
   * @param address number, mailbox, the account of a bind, or the name of a voice
   * @param vendor whose protocol asks, for text messages and for speech
   */
  decide(
    channel: 'sms' | 'email' | 'speech',
    stage: FaultStage,
    address: string,
    vendor?: SmsVendor | SpeechVendor,
  ): FaultRule | undefined
  /** How often each rule has hit, by rule id. */
  hits(): Record<string, number>
}

/** A number in [0, 1) that depends on its arguments only. */
function chance(seed: number, ruleIndex: number, address: string, attempt: number): number {
  const digest = createHash('sha256').update(`${seed}:${ruleIndex}:${attempt}:${address}`).digest()
  return digest.readUInt32BE(0) / 2 ** 32
}

function matcher(pattern: string): (address: string) => boolean {
  const parts = pattern
    .toLowerCase()
    .split('*')
    .map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`)
  return address => expression.test(address)
}

function showsAt(rule: FaultRule, vendor: SmsVendor | SpeechVendor): boolean {
  const { vendors }: FaultDescription = faultKinds[rule.kind]
  return (rule.vendor === undefined || rule.vendor === vendor) && (vendors === undefined || vendors.includes(vendor))
}

/** @throws ZodError when the initial settings are not valid */
export function createFaults(initial: FaultInput = {}): Faults {
  let settings = faultSettingsSchema.parse(initial)
  let state = prepare(settings)

  function prepare(from: FaultSettings) {
    return from.rules.map(rule => ({
      rule,
      matches: rule.pattern === undefined ? () => true : matcher(rule.pattern),
      left: rule.next ?? Number.POSITIVE_INFINITY,
      hits: 0,
      /** Hits so far by address: keeps percentages independent of the order in which addresses come. */
      hitsOf: new Map<string, number>(),
    }))
  }

  return {
    settings: () => settings,
    set(next) {
      settings = faultSettingsSchema.parse(next)
      state = prepare(settings)
    },
    decide(channel, stage, rawAddress, vendor) {
      if (state.length === 0) return undefined
      const address = rawAddress.toLowerCase()
      for (const [index, entry] of state.entries()) {
        const { rule } = entry
        if (!rule.kind.startsWith(`${channel}.`) || faultKinds[rule.kind].stage !== stage) continue
        if (vendor !== undefined && !showsAt(rule, vendor)) continue
        if (entry.left <= 0 || !entry.matches(address)) continue
        const before = entry.hitsOf.get(address) ?? 0
        // A greylisting server takes the second attempt.
        if (rule.kind === 'email.greylist' && before > 0) continue
        if (rule.percent !== undefined && chance(settings.seed, index, address, before) >= rule.percent / 100) continue
        if (rule.percent !== undefined || rule.kind === 'email.greylist') entry.hitsOf.set(address, before + 1)
        entry.left -= 1
        entry.hits += 1
        return rule
      }
      return undefined
    },
    hits: () => Object.fromEntries(state.map(entry => [entry.rule.id, entry.hits])),
  }
}
