import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { loudspeaker } from '../../../channels/loudspeaker/index.ts'
import { readEnv } from '../../../config/env.ts'
import type { FaultInput } from '../../../services/simulator/faults.ts'
import { type Simulator, simulatorEnv, startSimulator } from '../../../services/simulator/index.ts'
import { captureLog, sampleSource, testDeps } from '../../contract/suite.ts'
import { inFolder, never } from './support.ts'

let simulator: Simulator
beforeAll(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
})
afterAll(() => simulator.close())
const setFaults = (faults: FaultInput) => simulator.setFaults({ speechReadyMs: 100, ...faults })
beforeEach(() => {
  simulator.record.clear()
  setFaults({})
})

/** The channel with the simulated vendors, as its variables configure it. */
const configured = (values: Record<string, string>) =>
  loudspeaker.configSchema.parse({
    ...readEnv(simulatorEnv(simulator)).channelValues('loudspeaker'),
    VOICE_TIMEOUT_MS: '30000',
    ...values,
  })

const source = sampleSource()
// Two paragraphs of several sentences: two calls, and many without joining.
const text = [
  'Thông báo lịch tiêm phòng. Chiều nay, cán bộ thú y đến từng thôn. Bà con vui lòng ở nhà.',
  'Mọi thắc mắc xin hỏi trưởng thôn. Xin cảm ơn bà con.',
].join('\n\n')
source.content.variants = { ...source.content.variants, speech: { text } }

function render(config: ReturnType<typeof configured>) {
  const { log, lines } = captureLog()
  return inFolder(async workDir => ({
    ...(await loudspeaker.render(source, { workDir, signal: never(), log }, config)),
    lines,
  }))
}

describe('a bulletin in a voice over HTTP', () => {
  test.each(['fpt', 'viettel', 'google'])(
    '%s speaks it, sentences together, and it meets the standard',
    async vendor => {
      const { content, files, warnings } = await render(configured({ VOICES: `${vendor},espeak` }))
      expect(content.voice).toMatch(new RegExp(`^${vendor}:`))
      expect(Math.abs(content.lufs + 16)).toBeLessThanOrEqual(0.5)
      expect(content.dbtp).toBeLessThanOrEqual(-1.5)
      expect(files.map(file => file.name)).toEqual(['speech.mp3', 'voice.flac'])
      expect(warnings).toEqual([])
      const { calls } = simulator.record.speech[vendor as 'fpt']
      expect(calls).toBe(2)
    },
  )

  test('a vendor that fails once is replaced from the first word, and the officer is told', async () => {
    setFaults({ rules: [{ kind: 'speech.silence', vendor: 'viettel', next: 1 }] })
    const { content, warnings, lines } = await render(configured({ VOICES: 'viettel,espeak' }))
    const alone = await render(configured({ VOICES: 'espeak' }))
    expect(content.voice).toBe('espeak:vi')
    expect(content.durationSeconds).toBe(alone.content.durationSeconds)
    expect(warnings.map(w => w.vi)).toEqual([expect.stringContaining('Viettel AI, giọng hn-quynhanh hiện không dùng')])
    const log = JSON.stringify(lines)
    expect(log).toContain('voice viettel: silent')
    expect(log).not.toContain('thú y')
    expect(log).not.toContain(simulator.credentials.viettelToken)
  })

  test('one that fails again and again is left alone: later bulletins do not wait for it', async () => {
    setFaults({ rules: [{ kind: 'speech.server-error', vendor: 'google' }] })
    const config = configured({ VOICES: 'google,espeak' })
    for (let i = 0; i < 3; i++) expect((await render(config)).content.voice).toBe('espeak:vi')
    const asked = simulator.record.refusals.speech.get('server-error')
    const { lines } = await render(config)
    expect(simulator.record.refusals.speech.get('server-error')).toBe(asked)
    expect(JSON.stringify(lines)).toContain('voice google: resting')
  })
})

describe('health', () => {
  const health = async (values: Record<string, string>) =>
    await (await loudspeaker.open(configured(values), testDeps(captureLog().log))).health()

  test('names vendors that answer', async () => {
    const { ok, detail } = await health({ VOICES: 'viettel,espeak' })
    expect([ok, detail.vi]).toEqual([true, expect.stringMatching(/\(Viettel AI, giọng hn-quynhanh v1, espeak-ng/)])
    expect(detail.vi).not.toContain('Không dùng được')
    // Asking costs nothing.
    expect(simulator.record.speech.viettel.calls).toBe(0)
  })

  test('names a vendor whose machine cannot be reached, and stays good while another voice speaks', async () => {
    const gone = { VIETTEL_BASE_URL: 'http://127.0.0.1:9' }
    const { ok, detail } = await health({ ...gone, VOICES: 'viettel,espeak' })
    expect([ok, detail.vi]).toEqual([true, expect.stringContaining('Không dùng được: Viettel AI, giọng hn-quynhanh.')])
    expect((await health({ ...gone, VOICES: 'viettel' })).ok).toBe(false)
  })
})
