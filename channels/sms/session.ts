import type { Outcome } from '../../services/domain/delivery.ts'
import type { Sentence } from '../../services/domain/errors.ts'
import { vendorHealthSettings } from '../../services/domain/vendor-health.ts'
import type { Batch, ChannelDeps, CitizenTarget, LookupQuestion, Receipt, Session, Slot } from '../contract.ts'
import { sendEach } from '../send-each.ts'
import type { SmsConfig, VendorTerms } from './config.ts'
import { createEsms } from './esms/vendor.ts'
import { badToken } from './forged.ts'
import type { SmsContent } from './render.ts'
import { createRouting, weightsOf } from './routing.ts'
import { createSmpp } from './smpp/vendor.ts'
import { isTrouble } from './trouble.ts'
import { createTwilio } from './twilio/vendor.ts'
import { type Finding, type Message, parseRef, type Vendor, type VendorId } from './vendor.ts'

/** Opens the vendors in use. */
function openVendors(config: SmsConfig, deps: ChannelDeps): Map<VendorId, Vendor> {
  const { concurrency, timeoutMs } = config
  const { now, log, news } = deps
  const over = (v: VendorId) => ({
    now,
    concurrency,
    timeoutMs,
    // Our own ids, so that a receipt settles even a message whose reference never came back.
    callbackUrl: ({ dispatchId, targetId }: Message) =>
      `${deps.publicUrl}/receipts/sms?${new URLSearchParams({ v, d: dispatchId, t: targetId })}`,
  })
  const open = new Map<VendorId, Vendor>()
  if (config.twilio) open.set('twilio', createTwilio(config.twilio, over('twilio')))
  if (config.esms) open.set('esms', createEsms(config.esms, over('esms')))
  if (config.smpp) open.set('smpp', createSmpp(config.smpp, { news, log, now, timeoutMs }))
  return open
}

/** The session over all vendors in use. */
export function openSmsSession(config: SmsConfig, deps: ChannelDeps): Session<SmsContent> {
  const vendors = openVendors(config, deps)
  const terms = new Map<string, VendorTerms>(config.vendors.map(t => [t.id, t]))
  const weights = weightsOf(config.vendors)
  const routing = createRouting({ terms: config.vendors, vendors, pace: deps.pace, shares: deps.vendors })

  async function sendThrough(
    { id, priceDong }: VendorTerms,
    batch: Batch<SmsContent>,
    targets: CitizenTarget[],
    signal: AbortSignal,
  ): Promise<Outcome[]> {
    const vendor = vendors.get(id) as Vendor
    const { dispatchId, content } = batch
    let troubles = 0
    const onDefect = (error: unknown) => {
      const name = error instanceof Error ? error.name : 'unknown'
      deps.log.error({ dispatchId, vendor: id, error: name }, 'sending a text message failed')
    }
    const outcomes = await sendEach(targets, { concurrency: vendor.concurrency, signal, onDefect }, async (t, ends) => {
      const started = performance.now()
      const outcome = await vendor.send({ dispatchId, targetId: t.id, to: t.address, content }, ends)
      const slow = performance.now() - started > vendorHealthSettings.slowMs
      if (isTrouble(outcome) || (slow && outcome.kind === 'accepted')) troubles += 1
      if (outcome.kind !== 'accepted' || priceDong === undefined) return outcome
      return { ...outcome, costDong: content.parts * priceDong }
    })
    tellFailures(deps, dispatchId, id, outcomes)
    if (vendors.size > 1) await deps.vendors.report(weights, id, troubles)
    return outcomes
  }

  /** A batch without a slot: in turns of its own, each with the vendor whose turn it is. */
  async function sendInTurns(batch: Batch<SmsContent>, signal: AbortSignal): Promise<Outcome[]> {
    const targets = batch.targets as CitizenTarget[]
    const { content, priority } = batch
    const outcomes: Outcome[] = []
    while (outcomes.length < targets.length) {
      const slot = await routing.reserve({ count: targets.length - outcomes.length, content, priority }, signal)
      const next = targets.slice(outcomes.length, outcomes.length + slot.count)
      const vendor = terms.get(slot.vendor)
      if (next.length === 0 || !vendor) break
      outcomes.push(...(await sendThrough(vendor, batch, next, signal)))
    }
    return targets.map((_, i) => outcomes[i] ?? { kind: 'retry', code: 'aborted' })
  }

  async function find(question: LookupQuestion<SmsContent>, signal: AbortSignal): Promise<Finding> {
    const known = parseRef(question.ref)
    if (known) return await vendors.get(known.vendor)?.lookup(question, signal)
    // Nobody knows which vendor had it: only that one of them has it is then a proof.
    for (const vendor of vendors.values()) {
      const found = await vendor.lookup(question, signal)
      if (found && found !== 'never-arrived') return found
    }
    return undefined
  }

  const hasCallbacks = [...vendors.values()].some(vendor => vendor.receipt)
  return {
    reserve: routing.reserve,
    async send(batch, signal) {
      const vendor = vendorOf(batch.slot, terms)
      if (!vendor) return await sendInTurns(batch, signal)
      return await sendThrough(vendor, batch, batch.targets as CitizenTarget[], signal)
    },
    ...(hasCallbacks && {
      receipts: {
        verifyAndParse(request) {
          if (!URL.canParse(request.url)) throw badToken()
          // Callbacks of messages from before there were several vendors name none.
          const id = new URL(request.url).searchParams.get('v') ?? 'twilio'
          const vendor = vendors.get(id as VendorId)
          if (!vendor?.receipt) throw badToken()
          return vendor.receipt(request)
        },
      },
    }),
    async lookup(asked, signal) {
      const found: Receipt[] = []
      const onDefect = () => deps.log.warn({}, 'looking up a text message failed')
      await sendEach(asked, { concurrency: config.concurrency, signal, onDefect }, async (question, ends) => {
        const { dispatchId, targetId } = question
        const finding = await find(question, ends)
        const at = deps.now()
        if (finding === 'never-arrived') {
          const ref = question.ref ?? ''
          found.push({ ref, dispatchId, targetId, state: 'rejected', code: 'never-arrived', at })
        } else if (finding) found.push({ ...finding, dispatchId, targetId })
        return { kind: 'accepted' }
      })
      return found
    },
    health: () => healthOf(vendors),
    async close() {
      await Promise.all([...vendors.values()].map(vendor => vendor.close()))
    },
  }
}

function vendorOf(slot: Slot | undefined, terms: Map<string, VendorTerms>): VendorTerms | undefined {
  return slot && terms.get(slot.vendor)
}

function tellFailures(deps: ChannelDeps, dispatchId: string, vendor: VendorId, outcomes: Outcome[]): void {
  const failures: Record<string, number> = {}
  for (const outcome of outcomes) {
    if (outcome.kind === 'accepted') continue
    const name = `${outcome.kind} ${outcome.code}`
    failures[name] = (failures[name] ?? 0) + 1
  }
  if (Object.keys(failures).length > 0) {
    deps.log.warn({ dispatchId, vendor, failures }, 'some text messages were not accepted')
  }
}

/** Well when every vendor in use answers: one that is away for long would leave its share to the others unseen. */
async function healthOf(vendors: Map<VendorId, Vendor>): Promise<{ ok: boolean; detail: Sentence }> {
  const looks = await Promise.all(
    [...vendors].map(async ([id, vendor]) => {
      try {
        await vendor.verify()
        return undefined
      } catch (error) {
        const { code, reason } = error as { code?: number | string; reason?: string }
        return `${id}: ${code ?? reason ?? 'unknown'}`
      }
    }),
  )
  const problems = looks.filter(look => look !== undefined).join(', ')
  if (problems === '') {
    return { ok: true, detail: { vi: 'Nhà cung cấp SMS trả lời bình thường.', en: 'The SMS provider answers.' } }
  }
  return {
    ok: false,
    detail: {
      vi: `Không kết nối được nhà cung cấp SMS (${problems}). Ông/Bà vui lòng kiểm tra các biến LOA_SMS_*.`,
      en: `The SMS provider cannot be reached (${problems}). Please check the LOA_SMS_* variables.`,
    },
  }
}
