import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ChannelDeps, CitizenTarget, Receipt, Session } from '../../../channels/contract.ts'
import { sms } from '../../../channels/sms/index.ts'
import type { SmsContent } from '../../../channels/sms/render.ts'
import type { Outcome } from '../../../services/domain/delivery.ts'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { smsParts } from '../../../services/text/sms.ts'
import { batchOf, captureLog, testDeps } from '../../contract/suite.ts'
import { until } from '../../support/wait.ts'
import { configsFor } from '../simulator/world.ts'

const never = () => new AbortController().signal
const contentOf = (text: string): SmsContent => {
  const { encoding, parts, units } = smsParts(text)
  return { text, form: 'unicode', encoding, parts, units }
}
const short = contentOf('Mưa lớn, đề phòng lũ quét.')
const long = contentOf(
  'Ủy ban nhân dân xã thông báo: từ đêm nay có mưa rất to, nguy cơ lũ quét và sạt lở đất. '.repeat(3),
)
const people = (count: number): CitizenTarget[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    address: `+84912${String(i).padStart(6, '0')}`,
    fullName: '',
  }))

let simulator: Simulator
let session: Session<SmsContent> | undefined
let recorded: Receipt[]
/** What the database would say to the next receipts. */
let storing: () => void

const quick = { sentAfterMs: 1, deliveredAfterMs: 5 }
beforeEach(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0, faults: quick })
  session = undefined
  recorded = []
  storing = () => {}
})
afterEach(async () => {
  await session?.close()
  await simulator.close()
})
const faults = (settings: FaultInput) => simulator.setFaults({ ...quick, ...settings })

async function open(values: Record<string, string> = {}, deps: Partial<ChannelDeps> = {}) {
  const config = configsFor(simulator, { sms: { VENDORS: 'smpp', TIMEOUT_MS: '60000', ...values } }).sms
  const news = {
    record: async (receipts: Receipt[]) => {
      storing()
      recorded.push(...receipts)
    },
  }
  session = await sms.open(config, testDeps(captureLog().log, { news, ...deps }))
  return session
}
const send = (content: SmsContent, targets: CitizenTarget[], signal = never()) =>
  session?.send(batchOf({ content, files: [], warnings: [] }, targets), signal) as Promise<Outcome[]>
const words = (outcomes: Outcome[]) => outcomes.map(o => ('code' in o ? `${o.kind} ${o.code}` : o.kind))
const refsOf = (outcome: Outcome | undefined) => (outcome?.kind === 'accepted' ? (outcome.partRefs ?? []) : [])

describe('messages', () => {
  test.each(['udh', 'payload'])(
    'a long text arrives whole (%s), with a reference and a receipt per submission',
    async how => {
      await open({ SMPP_LONG: how, SMPP_PRICE_DONG: '400' })
      const [outcome] = await send(long, people(1))
      expect(long.parts).toBeGreaterThan(2)
      expect(refsOf(outcome)).toHaveLength(how === 'udh' ? long.parts : 1)
      expect(outcome).toMatchObject({ kind: 'accepted', costDong: long.parts * 400 })
      const [message] = simulator.record.sms.newest()
      expect(message?.body).toEqual({ text: long.text, encoding: 'UCS-2', parts: long.parts })
      await simulator.idle()
      expect(recorded.map(r => [r.ref, r.state]).sort()).toEqual(
        refsOf(outcome)
          .map(ref => [ref, 'confirmed'])
          .sort(),
      )
    },
  )

  test('a text in the default alphabet arrives letter for letter, extended letters included', async () => {
    await open()
    const plain = contentOf(
      `UBND xa: gia dien {tu 01/12} la 1.800 d/kWh ~ 0,07 € [chi tiet: loa@xa.example] ${'x'.repeat(120)}`,
    )
    expect(plain.encoding).toBe('GSM-7')
    expect(words(await send(plain, people(1)))).toEqual(['accepted'])
    expect([...simulator.record.sms.newest()][0]?.body).toEqual({
      text: plain.text,
      encoding: 'GSM-7',
      parts: plain.parts,
    })
  })

  test('no more are under way than the window permits', async () => {
    await open({ SMPP_WINDOW: '2', SMPP_BINDS: '2' })
    faults({ latencyMs: 150 })
    const taken: number[] = []
    const started = performance.now()
    const stop = simulator.record.onChange(() => taken.push(simulator.record.sms.total()))
    const before = () => taken.filter(total => total > 4).length
    let firstBeyond: number | undefined
    const watch = simulator.record.onChange(() => {
      if (before() > 0) firstBeyond ??= performance.now() - started
    })
    expect(words(await send(short, people(10)))).toEqual(Array(10).fill('accepted'))
    stop()
    watch()
    // The fifth had to wait for one of the first four answers.
    expect(firstBeyond).toBeGreaterThanOrEqual(149)
  })
})

describe('outcomes', () => {
  test.each([
    ['sms.invalid-number', 'rejected smpp-0x0b', 0],
    ['sms.too-many', 'retry smpp-0x58', 0],
    ['sms.queue-full', 'retry smpp-0x14', 0],
    ['sms.server-error', 'unknown smpp-0x08', 0],
    ['sms.drop-before', 'unknown connection-lost', 0],
    ['sms.drop-after', 'unknown connection-lost', 1],
    ['sms.no-answer', 'unknown timeout', 1],
  ] as const)('%s -> %s', async (kind, expected, taken) => {
    await open(kind === 'sms.no-answer' ? { TIMEOUT_MS: '300' } : {})
    faults({ rules: [{ kind }] })
    expect(words(await send(short, people(1)))).toEqual([expected])
    expect(simulator.record.sms.total()).toBe(taken)
  })

  test('after a request to slow down nothing more is submitted until the pause is over', async () => {
    const opened = await open({ SMPP_WINDOW: '1' })
    faults({ rules: [{ kind: 'sms.too-many', next: 1 }] })
    const outcomes = await send(short, people(5))
    expect(words(outcomes)).toEqual(Array(5).fill('retry smpp-0x58'))
    expect(simulator.record.refusals.sms.get('0x58')).toBe(1)
    for (const outcome of outcomes) {
      expect(outcome.kind === 'retry' && (outcome.afterMs ?? 0)).toBeGreaterThan(500)
    }
    // The next turn waits for the end of the pause, and then the centre takes everything.
    const slot = await opened.reserve?.({ count: 5, content: short, priority: 'routine' }, never())
    expect(slot).toEqual({ count: 5, vendor: 'smpp' })
    expect(words(await send(short, people(5)))).toEqual(Array(5).fill('accepted'))
  })

  test('a later part that is refused for now is tried again here; the first one is not repeated', async () => {
    await open({ SMPP_WINDOW: '1' })
    faults({ rules: [{ kind: 'sms.too-many', next: 1 }] })
    // The first part of the first message meets the refusal, so nothing has left.
    expect(words(await send(long, people(1)))).toEqual(['retry smpp-0x58'])
    expect(simulator.record.vendors.smpp.parts).toBe(0)
    // Somebody is refused while a long message is on its way: its later parts wait for the end of the pause.
    faults({ latencyMs: 20, rules: [{ kind: 'sms.too-many', pattern: '+84912000001', next: 1 }] })
    await until('the pause is over', async () => (await send(short, people(1)))[0]?.kind === 'accepted')
    const outcomes = await send(long, people(2))
    expect(words(outcomes)).toEqual(['accepted', 'retry smpp-0x58'])
    const toFirst = simulator.record.sms.keptOf('+84912000000').map(m => m.body.text)
    expect(toFirst.filter(text => text === long.text)).toHaveLength(1)
  })

  test('a message of which only a part was taken is neither sent nor to be repeated', async () => {
    await open({ TIMEOUT_MS: '2000' })
    let parts = 0
    // The centre stops answering after the first part.
    const original = simulator.record.vendors.smpp
    Object.defineProperty(simulator.record.vendors, 'smpp', {
      value: new Proxy(original, {
        set(target, key, value) {
          parts += 1
          if (parts === 1) setImmediate(() => faults({ rules: [{ kind: 'sms.no-answer' }] }))
          return Reflect.set(target, key, value)
        },
      }),
    })
    const [outcome] = await send(long, people(1))
    expect(outcome).toMatchObject({ kind: 'unknown', code: 'timeout', ref: expect.stringMatching(/^smpp:./) })
  })

  test('nobody listens: certainly not sent, and told at once', async () => {
    await open({ SMPP_PORT: '1' })
    expect(words(await send(short, people(3)))).toEqual(Array(3).fill('retry connection-refused'))
    expect((await session?.health())?.ok).toBe(false)
  })

  test('an account that is refused: certainly not sent, and the reason is named', async () => {
    await open({ SMPP_PASSWORD: 'wrong' })
    expect(words(await send(short, people(2)))).toEqual(Array(2).fill('retry smpp-0x0e'))
    expect((await session?.health())?.detail.en).toContain('smpp-0x0e')
  })

  test('a cut connection is made again', async () => {
    await open({ SMPP_BINDS: '2' })
    faults({ rules: [{ kind: 'sms.drop-before', next: 1 }] })
    expect(words(await send(short, people(1)))).toEqual(['unknown connection-lost'])
    expect(words(await send(short, people(20)))).toEqual(Array(20).fill('accepted'))
  })

  test('an abort gives back what has not begun and waits for the rest', async () => {
    await open({ SMPP_WINDOW: '5' })
    faults({ latencyMs: 100 })
    const abort = new AbortController()
    const stop = simulator.record.onChange(() => {
      if (simulator.record.sms.total() >= 5) abort.abort()
    })
    const outcomes = await send(short, people(50), abort.signal)
    stop()
    const accepted = outcomes.filter(o => o.kind === 'accepted').length
    expect(accepted).toBe(simulator.record.sms.total())
    expect(words(outcomes).filter(w => w === 'retry aborted')).toHaveLength(50 - accepted)
    expect(accepted).toBeLessThanOrEqual(10)
  })
})

describe('receipts', () => {
  test('one per part, whatever became of it', async () => {
    await open()
    faults({ rules: [{ kind: 'sms.undelivered' }] })
    const [outcome] = await send(long, people(1))
    await simulator.idle()
    expect(recorded.map(r => [r.ref, r.state, r.code]).sort()).toEqual(
      refsOf(outcome)
        .map(ref => [ref, 'rejected', 'smpp-undeliv'])
        .sort(),
    )
  })

  test('are acknowledged only when they are stored: what could not be stored comes again', async () => {
    let tries = 0
    storing = () => {
      tries += 1
      if (tries === 1) throw new Error('the database is away')
    }
    await open()
    const [outcome] = await send(short, people(1))
    await simulator.idle()
    expect(tries).toBe(2)
    expect(recorded.map(r => r.ref)).toEqual(refsOf(outcome))
    expect(simulator.record.callbacks.delivered).toBe(1)
  })

  test('many cost few statements', async () => {
    let statements = 0
    storing = () => {
      statements += 1
    }
    await open({ SMPP_WINDOW: '100' })
    faults({ deliveredAfterMs: 200 })
    await send(short, people(200))
    await simulator.idle()
    expect(new Set(recorded.map(r => r.ref)).size).toBe(200)
    expect(statements).toBeLessThan(50)
  })

  test('those that wait at the centre come in when a session is opened, before anything is sent', async () => {
    const first = await open()
    faults({ deliveredAfterMs: 300 })
    const outcomes = await send(short, people(3))
    await first.close()
    expect(recorded).toEqual([])
    await open()
    await until('the receipts came', () => recorded.length === 3)
    expect(recorded.map(r => r.ref).sort()).toEqual(outcomes.flatMap(refsOf).sort())
  })
})

test('a look-up by id tells the present state of a message, and nothing of one part of several', async () => {
  await open()
  faults({ rules: [{ kind: 'sms.undelivered', pattern: '+84912000001' }] })
  const outcomes = await send(short, people(2))
  await simulator.idle()
  const ask = (content: SmsContent, refs: string[]) =>
    session?.lookup?.(
      refs.map((ref, i) => ({
        dispatchId: '7',
        targetId: String(i),
        address: people(2)[i]?.address ?? '',
        content,
        ref,
        since: new Date(0),
      })),
      never(),
    )
  const found = await ask(short, outcomes.flatMap(refsOf))
  expect(found?.map(r => [r.targetId, r.state, r.code]).sort()).toEqual([
    ['0', 'confirmed', undefined],
    ['1', 'rejected', 'smpp-undeliv'],
  ])
  expect(await ask(short, ['smpp:nowhere', 'smpp:'])).toEqual([])
  expect(await ask(long, outcomes.flatMap(refsOf))).toEqual([])
})
