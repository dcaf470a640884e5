import { AppError } from '../../services/domain/errors.ts'
import { type CitizenTarget, defineChannel, type Receipt } from '../contract.ts'
import { sendEach } from '../send-each.ts'
import { type SmsConfig, smsConfigHelp, smsConfigSchema } from './config.ts'
import { receiptState } from './outcomes.ts'
import { renderSms, type SmsContent } from './render.ts'
import { createTwilioSide } from './twilio.ts'

/**
 * Text messages through Twilio's API. A person would get a repeat twice, so nothing uncertain is ever sent again by
 * itself; every message carries a callback address that names the dispatch and the target, so that a receipt settles
 * even a message whose reference never came back.
 */
export const sms = defineChannel<SmsConfig, SmsContent>({
  id: 'sms',
  method: 'telecom-message',
  name: { vi: 'Tin nhắn SMS', en: 'SMS' },
  audience: 'citizens',
  address: 'phone',
  configSchema: smsConfigSchema,
  configHelp: smsConfigHelp,
  traits: { bestEvidence: 'delivered-to-handset', repeat: 'unsafe', maxBatch: 500, quietHours: true },
  render: async source => renderSms(source),
  estimate({ content }, count, config) {
    const cost = config.priceDong === undefined ? {} : { costDong: content.parts * count * config.priceDong }
    return { ...cost, parts: content.parts, warnings: [] }
  },
  async open(config, deps) {
    const side = createTwilioSide(config)

    function receipt(ref: string, status: string, errorCode: string | undefined): Receipt | undefined {
      const state = receiptState(status)
      if (!state) return undefined
      const code = state === 'rejected' ? (errorCode ?? status) : undefined
      return { ref, state, at: deps.now(), ...(code === undefined ? {} : { code }) }
    }

    return {
      async send(batch, signal) {
        const targets = batch.targets as CitizenTarget[]
        const onDefect = (error: unknown) => {
          const name = error instanceof Error ? error.name : 'unknown'
          deps.log.error({ dispatchId: batch.dispatchId, error: name }, 'sending a text message failed')
        }
        const outcomes = await sendEach(
          targets,
          { concurrency: config.concurrency, signal, onDefect },
          (target, ends) => {
            const query = new URLSearchParams({ d: batch.dispatchId, t: target.id })
            return side.send(target.address, batch.content.text, `${deps.publicUrl}/receipts/sms?${query}`, ends)
          },
        )
        const failures: Record<string, number> = {}
        for (const outcome of outcomes) {
          if (outcome.kind === 'accepted') continue
          const name = `${outcome.kind} ${outcome.code}`
          failures[name] = (failures[name] ?? 0) + 1
        }
        if (Object.keys(failures).length > 0) {
          deps.log.warn({ dispatchId: batch.dispatchId, failures }, 'some text messages were not accepted')
        }
        return outcomes
      },
      receipts: {
        verifyAndParse(request) {
          const signature = request.headers['x-twilio-signature'] ?? ''
          if (!URL.canParse(request.url) || !side.isSigned(signature, request.url, request.body)) {
            throw new AppError('auth.bad-token', {
              vi: 'Báo cáo nhận tin không có chữ ký hợp lệ của nhà cung cấp SMS nên không được ghi nhận.',
              en: 'The delivery receipt does not carry a valid signature of the SMS provider and was not recorded.',
            })
          }
          const { MessageSid: ref, MessageStatus: status = '', ErrorCode: errorCode } = request.body
          // Early states add nothing to the answer that was already given to the request itself.
          if (!ref || ['accepted', 'scheduled', 'queued', 'sending'].includes(status)) return []
          const parsed = receipt(ref, status, errorCode)
          if (!parsed) return []
          // Read from the signed address, not from what the server made of it.
          const { searchParams } = new URL(request.url)
          const dispatchId = searchParams.get('d')
          const targetId = searchParams.get('t')
          return [{ ...parsed, ...(dispatchId && targetId ? { dispatchId, targetId } : {}) }]
        },
      },
      async lookup(asked, signal) {
        const found: Receipt[] = []
        const onDefect = () => deps.log.warn({}, 'looking up a text message failed')
        await sendEach(asked, { concurrency: config.concurrency, signal, onDefect }, async (question, ends) => {
          const { ref, dispatchId, targetId } = question
          const message = ref ? await side.status(ref, ends) : undefined
          const parsed = ref && message && receipt(ref, message.status, message.errorCode?.toString())
          if (parsed) found.push({ ...parsed, dispatchId, targetId })
          return { kind: 'accepted' }
        })
        return found
      },
      async health() {
        try {
          await side.verify()
          return { ok: true, detail: { vi: 'Nhà cung cấp SMS trả lời bình thường.', en: 'The SMS provider answers.' } }
        } catch (error) {
          const { code, reason } = error as { code?: number; reason?: string }
          const why = code ?? reason ?? 'unknown'
          return {
            ok: false,
            detail: {
              vi: `Không kết nối được nhà cung cấp SMS (${why}). Ông/Bà vui lòng kiểm tra các biến LOA_SMS_*.`,
              en: `The SMS provider cannot be reached (${why}). Please check the LOA_SMS_* variables.`,
            },
          }
        }
      },
      async close() {
        side.close()
      },
    }
  },
})
