import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Batch, ChannelDeps, StationTarget } from '../../../channels/contract.ts'
import { email } from '../../../channels/email/index.ts'
import { createMailPort, type Mailer } from '../../../channels/email/smtp.ts'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import type { SpeechContent } from '../../../channels/loudspeaker/render.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { readMail } from '../../../services/simulator/mail.ts'
import { captureLog, testDeps } from '../../contract/suite.ts'
import { never } from './support.ts'

const now = () => new Date('2026-11-23T01:00:00.000Z')
const content: SpeechContent = {
  script: 'Kính mời nhân dân nghe thông báo.\n\nTừ ngày 01/12/2026, xã tiếp nhận hồ sơ <một cửa> & trực tuyến.',
  spoken: 'Kính mời nhân dân nghe thông báo.',
  durationSeconds: 75,
  trackSeconds: 66,
  lufs: -16,
  dbtp: -2.4,
  voice: 'espeak:vi',
  sizeBytes: 600_000,
  fileName: 'loa-thong-bao.mp3',
  demo: false,
}

function station(id: string, operatorEmail: string | null): StationTarget {
  return { id, name: `Đài truyền thanh xã ${id}`, operatorEmail, feedToken: `ma-${id}` }
}

function batchOf(targets: StationTarget[], overrides: Partial<Batch<SpeechContent>> = {}): Batch<SpeechContent> {
  return {
    dispatchId: '12',
    announcementId: 'a-1',
    renditionId: 'r-1',
    title: 'Lịch tiếp nhận hồ sơ tại Ủy ban nhân dân xã',
    priority: 'routine',
    expiresAt: null,
    content,
    files: [{ name: 'speech.mp3', path: '/files/ab12/speech.mp3', mime: 'audio/mpeg', sizeBytes: 600_000 }],
    targets,
    ...overrides,
  }
}

describe('a loudspeaker session', () => {
  let simulator: Simulator
  let mail: Mailer
  let puts: unknown[][]
  let lines: string[]
  let deps: ChannelDeps

  beforeEach(async () => {
    simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
    const config = email.configSchema.parse({
      HOST: simulator.smtpHost,
      PORT: String(simulator.smtpPort),
      USER: simulator.credentials.smtpUser,
      PASSWORD: simulator.credentials.smtpPassword,
      FROM: 'Hệ thống Loa <loa@loa.example>',
      LOOPBACK_ONLY: 'true',
      TIMEOUT_MS: '2000',
    })
    const captured = captureLog()
    lines = captured.lines
    mail = createMailPort(config, { log: captured.log, now })
    puts = []
    deps = testDeps(captured.log, {
      now,
      mail,
      shelf: {
        put: async (...args) => {
          puts.push(args)
        },
      },
    })
  })
  afterEach(async () => {
    await mail.close()
    await simulator.close()
  })

  const open = () => loudspeaker.open(loudspeaker.configSchema.parse({}), deps)
  const mails = () => Promise.all([...simulator.record.mail.newest()].map(readMail))
  const fail = (kind: 'email.permanent' | 'email.temporary' | 'email.drop-after', pattern: string) =>
    simulator.setFaults({ rules: [...simulator.faults.settings().rules, { kind, pattern }] })

  test('fills all shelves in one go and mails only the stations with an address', async () => {
    const session = await open()
    const targets = [station('1', 'dai-1@hop-thu.example'), station('2', null), station('3', 'dai-3@hop-thu.example')]
    expect(await session.send(batchOf(targets), never())).toEqual(Array(3).fill({ kind: 'accepted' }))
    expect(puts).toEqual([['stations', ['1', '2', '3'], { dispatchId: '12', renditionId: 'r-1' }]])
    expect((await mails()).map(m => m.to).sort()).toEqual(['dai-1@hop-thu.example', 'dai-3@hop-thu.example'])
  })

  test('the mail holds a signed link for seven days, the feed of that station and the script', async () => {
    const session = await open()
    await session.send(batchOf([station('7', 'dai-7@hop-thu.example')]), never())
    const [received] = await mails()
    const inSevenDays = new Date('2026-11-30T01:00:00.000Z').getTime()
    const link = `http://127.0.0.1:8080/files/ab12/loa-thong-bao.mp3?exp=${inSevenDays}&sig=test&s=ma-7`
    expect(received?.subject).toBe('Đề nghị phát thanh: Lịch tiếp nhận hồ sơ tại Ủy ban nhân dân xã')
    expect(received?.text).toContain(link)
    expect(received?.text).toContain('http://127.0.0.1:8080/feeds/stations/ma-7.xml')
    expect(received?.text).toContain(content.script)
    expect(received?.text).toContain('1 phút 15 giây')
    expect(received?.html).toContain(link.replaceAll('&', '&amp;'))
    expect(received?.html).toContain('&lt;một cửa&gt; &amp; trực tuyến')
  })

  test('the link ends with the announcement', async () => {
    const session = await open()
    const expiresAt = new Date('2026-11-24T05:00:00.000Z')
    await session.send(batchOf([station('7', 'dai-7@hop-thu.example')], { expiresAt }), never())
    expect((await mails())[0]?.text).toContain(`exp=${expiresAt.getTime()}&`)
  })

  test('a repeat carries the same Message-ID', async () => {
    const session = await open()
    const batch = batchOf([station('7', 'dai-7@hop-thu.example')])
    await session.send(batch, never())
    await session.send(batch, never())
    const ids = (await mails()).map(m => m.messageId)
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })

  test('a busy mail server means: again later; a refused address means: the shelf has it', async () => {
    fail('email.temporary', 'ban@hop-thu.example')
    fail('email.permanent', 'sai@hop-thu.example')
    const session = await open()
    const targets = [station('1', 'ban@hop-thu.example'), station('2', 'sai@hop-thu.example')]
    const [busy, refused] = await session.send(batchOf(targets), never())
    expect(busy?.kind).toBe('retry')
    expect(refused).toEqual({ kind: 'accepted' })
    expect(lines.filter(line => line.includes('not informed by mail'))).toHaveLength(2)
    expect(lines.join('\n')).not.toContain('hop-thu.example')
  })

  test('a mail of unknown fate is sent again, because a repeat is harmless', async () => {
    fail('email.drop-after', 'mat@hop-thu.example')
    const session = await open()
    const outcomes = await session.send(batchOf([station('1', 'mat@hop-thu.example')]), never())
    expect(outcomes).toEqual([{ kind: 'retry', code: 'mail-unknown' }])
  })

  test('a shelf that cannot be filled stops everything, and nobody is mailed', async () => {
    deps = { ...deps, shelf: { put: () => Promise.reject(new Error('connection lost')) } }
    const session = await open()
    const outcomes = await session.send(batchOf([station('1', 'dai-1@hop-thu.example'), station('2', null)]), never())
    expect(outcomes).toEqual(Array(2).fill({ kind: 'retry', code: 'shelf-failed' }))
    expect(await mails()).toEqual([])
  })

  test('after an abort neither shelf nor mail is touched', async () => {
    const session = await open()
    const outcomes = await session.send(batchOf([station('1', 'dai-1@hop-thu.example')]), AbortSignal.abort())
    expect(outcomes).toEqual([{ kind: 'retry', code: 'aborted' }])
    expect(puts).toEqual([])
    expect(await mails()).toEqual([])
  })

  test('health names the versions', async () => {
    const health = await (await open()).health()
    expect(health.ok).toBe(true)
    expect(health.detail.vi).toMatch(/espeak-ng miền Bắc \d+\.\d+.*ffmpeg \S+/)
  })

  test('health names a voice that cannot speak, and stays good while another can', async () => {
    const config = loudspeaker.configSchema.parse({ PIPER_MODEL: '/nowhere/vais1000' })
    const { ok, detail } = await (await loudspeaker.open(config, deps)).health()
    expect([ok, detail.vi]).toEqual([true, expect.stringContaining('Không dùng được: Piper (vais1000).')])
    const alone = loudspeaker.configSchema.parse({ PIPER_MODEL: '/nowhere/vais1000', VOICES: 'piper' })
    const health = await (await loudspeaker.open(alone, deps)).health()
    expect([health.ok, health.detail.vi]).toEqual([false, expect.stringContaining('không đọc được thư mục mô hình')])
  })
})

test('estimate gives the seconds on air of one station and warns beyond a usual slot', () => {
  const config = loudspeaker.configSchema.parse({})
  const rendition = (durationSeconds: number) => ({ content: { ...content, durationSeconds }, files: [], warnings: [] })
  expect(loudspeaker.estimate(rendition(75), 78, config)).toEqual({ airSeconds: 75, warnings: [] })
  const long = loudspeaker.estimate(rendition(1000), 1, config)
  expect(long.warnings.map(w => w.vi)).toEqual([expect.stringContaining('17 phút')])
})
