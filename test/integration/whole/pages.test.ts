import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { probe } from '../../../channels/loudspeaker/ffmpeg.ts'
import { measure } from '../../../channels/loudspeaker/passes.ts'
import { issueDemoAnnouncement, watchToEnd } from '../../../services/cli/demo/carry.ts'
import { balances } from '../../../services/domain/delivery.ts'
import { projectPath } from '../../../services/runtime/paths.ts'
import { dispatchesOf } from '../../../services/store/dispatches.ts'
import { findRendition } from '../../../services/store/renditions.ts'
import { startWholeInstance, type WholeInstance } from '../../support/whole-instance.ts'

const seedPage = projectPath('../shared/seed/so-tttt-quang-tri-1216.txt')
const withSeed = existsSync(seedPage) ? test : test.skip

describe('whole announcements through every real part', () => {
  let whole: WholeInstance
  beforeAll(async () => {
    whole = await startWholeInstance()
  }, 180_000)
  afterAll(() => whole?.close())

  async function carry(overrides: Record<string, unknown>) {
    const { ctx } = whole.instance
    const id = await issueDemoAnnouncement(ctx, overrides)
    const progress = await watchToEnd(
      ctx,
      id,
      p => {
        for (const { counts } of p.dispatches) expect(balances(counts)).toBe(true)
      },
      AbortSignal.timeout(160_000),
    )
    const renditions: Record<string, { content: Record<string, unknown>; files: { sha256: string }[] }> = {}
    for (const dispatch of await dispatchesOf(ctx.db, id)) {
      const rendition = await findRendition(ctx.db, dispatch.renditionId ?? '')
      if (rendition) renditions[dispatch.channel] = rendition as never
    }
    const byChannel = Object.fromEntries(progress.dispatches.map(d => [d.channel, d.counts]))
    return { id, byChannel, renditions }
  }

  async function audioOf(sha256: string) {
    const { rows } = await whole.instance.db.query('select bytes from files where sha256 = $1', [sha256])
    const dir = await mkdtemp(join(tmpdir(), 'loa-test-audio-'))
    try {
      const path = join(dir, 'speech.mp3')
      await writeFile(path, rows[0].bytes)
      return {
        probed: await probe(path),
        measured: await measure(path, { signal: AbortSignal.timeout(60_000), timeoutMs: 60_000 }),
      }
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  }

  function expectEverybodyReached(byChannel: Awaited<ReturnType<typeof carry>>['byChannel']) {
    expect(byChannel.loudspeaker).toMatchObject({ audience: 78, accepted: 78 })
    expect(byChannel.board).toMatchObject({ audience: 156, accepted: 156 })
    for (const channel of ['sms', 'email']) {
      expect(byChannel[channel]).toMatchObject({ audience: 2_010, waiting: 0, sending: 0, unknown: 0, rejected: 0 })
    }
    expect(byChannel.sms?.confirmed).toBeGreaterThan(1_500)
    expect(byChannel.email?.accepted).toBeGreaterThan(1_300)
  }

  test('the demo announcement', async () => {
    const { byChannel } = await carry({})
    expectEverybodyReached(byChannel)
    // One SMS per phone, and as many as the ledger says.
    expect(whole.simulator.record.sms.total()).toBe(byChannel.sms?.confirmed)
    expect(whole.simulator.record.sms.repeats()).toBe(0)
  }, 180_000)

  withSeed(
    'the page about Decision 1216 of the seed, as found',
    async () => {
      const page = readFileSync(seedPage, 'utf8')
      const before = whole.simulator.record.sms.total()
      const { byChannel, renditions } = await carry({
        title: 'Kế hoạch thông tin, tuyên truyền về cải cách hành chính nhà nước giai đoạn 2021 - 2030',
        body: page,
        variants: {},
      })
      expectEverybodyReached(byChannel)
      expect(whole.simulator.record.sms.total() - before).toBe(byChannel.sms?.confirmed)

      const spoken = String(renditions.loudspeaker?.content.spoken)
      expect(spoken).toContain('một nghìn hai trăm mười sáu')
      expect(spoken).toMatch(/ngày mười ba tháng tám năm hai nghìn không trăm hai mươi mốt/i)
      expect(spoken).not.toMatch(/\d/)
      const { probed, measured } = await audioOf(renditions.loudspeaker?.files[0]?.sha256 ?? '')
      expect(probed).toMatchObject({ codec: 'mp3', channels: 1, sampleRate: 44_100 })
      expect(Math.abs(measured.lufs + 16)).toBeLessThanOrEqual(0.5)
      expect(measured.dbtp).toBeLessThanOrEqual(-1.5)
    },
    180_000,
  )
})
