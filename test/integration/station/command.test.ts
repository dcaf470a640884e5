import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { decodeAll } from '../../../services/bench/station/sounds.ts'
import type { PlayerStatus } from '../../../services/station/status.ts'
import { type LoaRun, startLoa } from '../../support/loa.ts'
import { emergencyWith, makeStation, type Station, shortEmergency, shortSlot, slotWith } from '../../support/station.ts'
import { until } from '../../support/wait.ts'

/* The real command in its own process, killed for real. */

let station: Station
let data: string
const runs: LoaRun[] = []
beforeEach(async () => {
  station = await makeStation()
  data = mkdtempSync(join(tmpdir(), 'loa-box-'))
})
afterEach(async () => {
  for (const run of runs.splice(0)) {
    run.signal('SIGKILL')
    await run.ended
  }
  await station.close()
  rmSync(data, { recursive: true, force: true })
})

function loa(...words: string[]): LoaRun {
  const run = startLoa(['station', '--data', data, ...words])
  runs.push(run)
  return run
}

describe('loa station', () => {
  test('keeps the link, goes on after kill -9 with the part that was cut, and ends in order', async () => {
    const made = await shortSlot()
    station.publish({ slots: [slotWith(station.server.put(made), made, 6_000, 40_000)] })
    const first = loa('--link', station.server.link, '--sink', 'none')
    await until('the second part is on air', () => station.told().includes('started 2 1'))
    first.signal('SIGKILL')
    await first.ended
    const second = loa('--sink', 'none', '--json')
    await until('it was heard', () => station.told().filter(t => t === 'ended 2 1').length === 1)
    expect(station.told().filter(t => t === 'ended 1 1')).toHaveLength(1)
    expect(station.told()).toContain('interrupted 2 1 power-cut')
    second.signal('SIGTERM')
    const { code, out, err } = await second.ended
    expect(code).toBe(0)
    const status = JSON.parse(out) as PlayerStatus
    expect(status).toMatchObject({ seq: 1, playing: null, station: { name: 'Đài xã Thử' }, toReport: 0 })
    expect(err).toContain('Đang phát: Tin 2')
  })

  test('runs once per folder, and --status tells of it', async () => {
    station.publish({})
    const first = loa('--link', station.server.link, '--sink', 'none')
    await until('it is connected', () => station.server.listeners() > 0)
    const second = await loa('--sink', 'none').ended
    expect(second.code).toBe(1)
    expect(second.err).toContain('Loa đã chạy trên thư mục dữ liệu')
    const shown = await loa('--status').ended
    expect(shown.out).toContain(`Máy phát đang chạy (tiến trình ${first.pid})`)
    first.signal('SIGTERM')
    expect((await first.ended).code).toBe(0)
    const after = await loa('--status', '--json').ended
    expect(after.code).toBe(1)
    expect(JSON.parse(after.out)).toMatchObject({ running: false, seq: 1, station: { name: 'Đài xã Thử' } })
  })

  test.each([
    [['--sink', 'none'], '--link'],
    [['--sink', 'none', '--link', 'https://loa.example/'], 'Đường dẫn thiết bị không đúng'],
    [['--sink', 'radio'], 'Không hiểu ngõ ra âm thanh'],
  ])('%p is answered in Vietnamese', async (words, sentence) => {
    const { code, err } = await loa(...words).ended
    expect(code).toBe(1)
    expect(err).toContain(sentence)
  })

  test('writes what it plays to a WAV file that is right at every moment', async () => {
    const wav = join(data, 'nghe.wav')
    const made = await shortEmergency()
    station.publish({})
    const run = loa('--link', station.server.link, '--sink', `wav:${wav}`)
    await until('it is connected', () => station.server.listeners() > 0)
    station.publish({ emergencies: [emergencyWith(station.server.put(made), '90')] })
    await until('it was heard', () => station.told().includes('ended 90 1'))
    const pcm = await decodeAll(wav)
    const loud = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2).filter(s => Math.abs(s) > 500).length
    expect(loud).toBeGreaterThan(20_000)
    run.signal('SIGTERM')
    expect((await run.ended).code).toBe(0)
  })
})
