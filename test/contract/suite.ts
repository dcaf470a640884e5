import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type {
  Batch,
  Channel,
  ChannelDeps,
  Log,
  ReceiptRequest,
  RenderSource,
  Rendition,
  Session,
  Target,
} from '../../channels/contract.ts'
import { announcementContentSchema } from '../../services/domain/announcement.ts'
import type { Outcome } from '../../services/domain/delivery.ts'
import { isAppError } from '../../services/domain/errors.ts'
import { evidenceLevels } from '../../services/domain/evidence.ts'
import { restingShares } from '../../services/domain/vendor-health.ts'

/**
 * The suite that every channel goes through, against fakes that speak the vendor's protocol over a real socket.
 * A channel's own test file describes its world (what it talks to and how each outcome is brought about) and calls
 * {@link describeChannel}; what is special about the channel is tested beside that call.
 */
export interface ContractWorld<Content> {
  /** Raw configuration values (prefix removed), as they come from the environment. */
  values: Record<string, string>
  /** What the session gets besides the usual test doubles, e.g. a shelf or a mail port. */
  deps?: Partial<ChannelDeps>
  /** Different, well-formed addressees. */
  targets(count: number): Target[]
  /**
   * For each outcome that the channel can have: arranges that sending to this one target ends so, leaving the other
   * targets alone. Channels whose repeats are `unsafe` must be able to reach all four.
   */
  reach: Partial<Record<'accepted' | 'rejected' | 'retry' | 'unknown', (target: Target) => void | Promise<void>>>
  /** Everything the other side has received so far, in any order. */
  received(): Promise<Received[]>
  /** The text which must have arrived at the target, to be compared byte for byte. */
  expectedText(content: Content, target: Target): string
  /** Present exactly when the session has receipts. */
  receipts?: {
    /** A vendor's genuine callback for this message. */
    genuine(batch: Batch<Content>, target: Target, ref: string): ReceiptRequest
    /** Variants of a genuine callback that an attacker could send. */
    forge(genuine: ReceiptRequest): ReceiptRequest[]
  }
  /** Strings that no log line may hold: passwords, tokens. */
  secrets: string[]
  close(): Promise<void>
}

export interface Received {
  /** The target's address or id, as the other side knows it. */
  to: string
  text: string
}

export interface ContractSubject<Config, Content> {
  channel: Channel<Config, Content>
  start(): Promise<ContractWorld<Content>>
  /** Found in the JSON of a rendition that was made in a demo instance, and only there. */
  demoMark: RegExp
}

/** A logger that keeps its lines, so that a test can look for what must not be there. */
export function captureLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const keep = (level: string) => (fields: Record<string, unknown>, message: string) => {
    lines.push(
      `${level} ${message} ${JSON.stringify(fields, (_key, value) => (value instanceof Error ? String(value.stack) : value))}`,
    )
  }
  return { log: { info: keep('info'), warn: keep('warn'), error: keep('error') }, lines }
}

/** Channel dependencies that refuse what a test did not provide. */
export function testDeps(log: Log, overrides: Partial<ChannelDeps> = {}): ChannelDeps {
  const refuse = (what: string) => async (): Promise<never> => {
    throw new Error(`the test gives this channel no ${what}`)
  }
  return {
    log,
    now: () => new Date('2026-11-23T01:00:00.000Z'),
    publicUrl: 'http://127.0.0.1:8080',
    signUrl: (path, expiresAt) => `http://127.0.0.1:8080${path}?exp=${expiresAt.getTime()}&sig=test`,
    unsubscribeUrl: (channelId, citizenId) => `http://127.0.0.1:8080/u/${channelId}.${citizenId}.test`,
    mail: { send: refuse('mail port') },
    shelf: { put: refuse('shelf') },
    news: { record: refuse('news port') },
    // Without a limit and with every vendor at its own share; the real ones have tests of their own.
    pace: { take: async () => new Date() },
    vendors: { shares: async weights => restingShares(weights), report: async () => {} },
    ...overrides,
  }
}

/** An announcement with every kind of letter and mark that is easily damaged on the way. */
export function sampleSource(overrides: Partial<RenderSource> = {}): RenderSource {
  return {
    announcementId: '6b0c1c4e-8f0e-4c56-9d5c-0a8a6f3f7a11',
    revision: 3,
    content: announcementContentSchema.parse({
      title: 'Thông báo lịch tiếp nhận hồ sơ “một cửa” tại Ủy ban nhân dân xã',
      body: 'Từ ngày 01/12/2026, Ủy ban nhân dân xã tiếp nhận hồ sơ thủ tục hành chính vào các buổi sáng từ thứ Hai đến thứ Sáu.\n\nÔng/Bà mang theo giấy tờ tùy thân & bản sao (nếu có) <đã chứng thực>. Điện thoại hỗ trợ: 1022.',
      issuer: 'Ủy ban nhân dân tỉnh Quảng Trị',
      documentNumber: '15/TB-UBND',
      priority: 'priority',
      channels: ['sms', 'email', 'loudspeaker', 'board'],
      audience: { areas: ['44'] },
    }),
    demo: false,
    ...overrides,
  }
}

/** Renders in a private folder that is removed afterwards. */
export async function renderSample<Config, Content>(
  channel: Channel<Config, Content>,
  config: Config,
  log: Log,
  source: RenderSource = sampleSource(),
): Promise<Rendition<Content>> {
  const workDir = await mkdtemp(join(tmpdir(), 'loa-contract-'))
  try {
    return await channel.render(source, { workDir, signal: new AbortController().signal, log }, config)
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

/** One call's worth of work for these targets. */
export function batchOf<Content>(rendition: Rendition<Content>, targets: Target[], dispatchId = 'd-1'): Batch<Content> {
  const source = sampleSource()
  return {
    dispatchId,
    announcementId: source.announcementId,
    renditionId: 'r-1',
    title: source.content.title,
    priority: source.content.priority,
    expiresAt: new Date('2026-12-31T17:00:00.000Z'),
    content: rendition.content,
    files: rendition.files.map(f => ({
      name: f.name,
      path: `/files/${f.name}`,
      mime: f.mime,
      sizeBytes: f.bytes.length,
    })),
    targets,
  }
}

const never = () => new AbortController().signal

/** Runs the shared contract against one channel. Rendering audio may take seconds, hence one shared rendition. */
export function describeChannel<Config, Content>(name: string, subject: ContractSubject<Config, Content>): void {
  const { channel, demoMark } = subject
  describe(`channel contract: ${name}`, () => {
    const { log, lines } = captureLog()
    let world: ContractWorld<Content>
    let config: Config
    let session: Session<Content>
    let rendition: Rendition<Content>
    const used: Target[] = []
    let nextDispatch = 0

    const takeTargets = (count: number): Target[] => {
      const fresh = world.targets(used.length + count).slice(used.length)
      used.push(...fresh)
      return fresh
    }
    const batchFor = (targets: Target[]): Batch<Content> => {
      nextDispatch += 1
      return batchOf(rendition, targets, `d-${nextDispatch}`)
    }

    beforeAll(async () => {
      world = await subject.start()
      config = channel.configSchema.parse(world.values)
      session = await channel.open(config, testDeps(log, world.deps))
      rendition = await renderSample(channel, config, log)
    })
    afterAll(async () => {
      await session?.close()
      await world?.close()
    })

    test('declares itself coherently', () => {
      expect(channel.id).toMatch(/^[a-z][a-z0-9-]*$/)
      expect(evidenceLevels).toContain(channel.traits.bestEvidence)
      expect(channel.traits.maxBatch).toBeGreaterThan(0)
      expect(channel.address !== undefined).toBe(channel.audience === 'citizens')
      expect(session.receipts !== undefined).toBe(world.receipts !== undefined)
      for (const variable of Object.keys(world.values)) expect(Object.keys(channel.configHelp)).toContain(variable)
    })

    test('renders the same announcement to the same bytes', async () => {
      const again = await renderSample(channel, config, log)
      expect(again.content).toEqual(rendition.content)
      expect(again.warnings).toEqual(rendition.warnings)
      expect(again.files.map(f => [f.name, f.mime, f.bytes.toString('base64')])).toEqual(
        rendition.files.map(f => [f.name, f.mime, f.bytes.toString('base64')]),
      )
    })

    test('makes a rendition that can be stored as JSON, in composed Vietnamese letters', () => {
      const json = JSON.stringify(rendition.content)
      expect(JSON.parse(json)).toEqual(rendition.content)
      expect(json.normalize('NFC')).toBe(json)
    })

    test('says in every rendition of a demo instance that it is a demo, and nowhere else', async () => {
      const demo = await renderSample(channel, config, log, sampleSource({ demo: true }))
      expect(JSON.stringify(demo.content)).toMatch(demoMark)
      expect(JSON.stringify(rendition.content)).not.toMatch(demoMark)
    })

    test('estimates without surprises', () => {
      const one = channel.estimate(rendition, 1, config)
      const thousand = channel.estimate(rendition, 1000, config)
      expect(channel.estimate(rendition, 1000, config)).toEqual(thousand)
      expect(thousand.parts).toBe(one.parts)
      if (one.costDong !== undefined) expect(thousand.costDong).toBeCloseTo(one.costDong * 1000)
    })

    test('is healthy while the other side answers', async () => {
      expect((await session.health()).ok).toBe(true)
    })

    test('delivers Vietnamese byte for byte', async () => {
      const targets = takeTargets(2)
      const batch = batchFor(targets)
      const outcomes = await session.send(batch, never())
      expect(outcomes.map(o => o.kind)).toEqual(['accepted', 'accepted'])
      const received = await world.received()
      for (const target of targets) {
        const key = 'address' in target ? target.address : target.id
        const mine = received.filter(r => r.to === key)
        const expected = Buffer.from(world.expectedText(rendition.content, target), 'utf8').toString('hex')
        expect(mine.map(r => Buffer.from(r.text, 'utf8').toString('hex'))).toEqual([expected])
      }
    })

    test('gives one outcome per target in the order of the targets, and reaches every outcome', async () => {
      const kinds = Object.keys(world.reach) as (keyof typeof world.reach)[]
      if (channel.traits.repeat === 'unsafe') {
        expect([...kinds].sort()).toEqual(['accepted', 'rejected', 'retry', 'unknown'])
      }
      expect(kinds).toContain('accepted')
      const plan = [...kinds, ...kinds.toReversed()]
      const targets = takeTargets(plan.length)
      for (const [i, kind] of plan.entries()) await world.reach[kind]?.(targets[i] as Target)
      const outcomes = await session.send(batchFor(targets), never())
      expect(outcomes.map(o => o.kind)).toEqual(plan)
      for (const outcome of outcomes) {
        if (outcome.kind !== 'accepted') expect(outcome.code).toMatch(/^[a-z0-9][a-z0-9.-]*$/)
      }
    })

    test('an empty batch is no work', async () => {
      expect(await session.send(batchFor([]), never())).toEqual([])
    })

    test('starts nothing after an abort', async () => {
      const before = (await world.received()).length
      const targets = takeTargets(3)
      const outcomes = await session.send(batchFor(targets), AbortSignal.abort())
      const expected: Outcome[] = targets.map(() => ({ kind: 'retry', code: 'aborted' }))
      expect(outcomes).toEqual(expected)
      expect((await world.received()).length).toBe(before)
    })

    test('an abort in mid-batch leaves nobody without an outcome and contradicts no delivery', async () => {
      const targets = takeTargets(channel.traits.repeat === 'unsafe' ? Math.min(channel.traits.maxBatch, 60) : 3)
      const abort = new AbortController()
      const sending = session.send(batchFor(targets), abort.signal)
      setImmediate(() => abort.abort())
      const outcomes = await sending
      expect(outcomes).toHaveLength(targets.length)
      const received = new Set((await world.received()).map(r => r.to))
      for (const [i, target] of targets.entries()) {
        const key = 'address' in target ? target.address : target.id
        const kind = outcomes[i]?.kind
        if (kind === 'retry') expect(received.has(key)).toBe(false)
        if (kind === 'accepted') expect(received.has(key)).toBe(true)
      }
    })

    test('a repeat is harmless where the channel says so', async () => {
      if (channel.traits.repeat === 'unsafe') return
      const batch = batchFor(takeTargets(2))
      await session.send(batch, never())
      const once = (await world.received()).map(r => JSON.stringify(r)).sort()
      await session.send(batch, never())
      expect((await world.received()).map(r => JSON.stringify(r)).sort()).toEqual(once)
    })

    test('reads a repeated receipt the same way and refuses a forged one', async () => {
      if (!session.receipts || !world.receipts) return
      const [target] = takeTargets(1) as [Target]
      const batch = batchFor([target])
      const [outcome] = await session.send(batch, never())
      if (outcome?.kind !== 'accepted' || !outcome.ref) throw new Error('the sample target must be accepted')
      const genuine = world.receipts.genuine(batch, target, outcome.ref)
      const first = session.receipts.verifyAndParse(genuine)
      expect(first).toEqual([
        expect.objectContaining({ ref: outcome.ref, dispatchId: batch.dispatchId, targetId: target.id }),
      ])
      expect(session.receipts.verifyAndParse(genuine)).toEqual(first)
      const forgeries = world.receipts.forge(genuine)
      expect(forgeries.length).toBeGreaterThan(0)
      for (const forged of forgeries) {
        let thrown: unknown
        try {
          session.receipts.verifyAndParse(forged)
        } catch (error) {
          thrown = error
        }
        expect(isAppError(thrown) && thrown.code).toBe('auth.bad-token')
      }
    })

    test('writes no secret and no whole address into the log', () => {
      const text = lines.join('\n')
      for (const secret of world.secrets) expect(text).not.toContain(secret)
      for (const target of used) {
        if ('address' in target) {
          expect(text).not.toContain(target.address)
          expect(text).not.toContain(target.address.replace(/^\+84/, '0'))
          expect(text).not.toContain(target.address.replace(/^\+/, ''))
          if (target.fullName) expect(text).not.toContain(target.fullName)
        }
        if ('operatorEmail' in target && target.operatorEmail) expect(text).not.toContain(target.operatorEmail)
        if ('feedToken' in target) expect(text).not.toContain(target.feedToken)
      }
    })
  })
}
