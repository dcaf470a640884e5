import { demoAnnouncement } from '../../config/demo/announcement.ts'
import { readAloud } from '../text/speech/index.ts'
import type { BenchReport } from './report.ts'
import { machine, round } from './report.ts'

export interface ReadingBenchOptions {
  /** Size of each text, MB of UTF-8. */
  megabytes: number
  /** Runs of each text on each side; the fastest counts, because everything else on the machine only slows. */
  rounds: number
  /** A page to measure instead of the plan's announcement. */
  page?: string
  onStep: (step: string) => void
}

const prose =
  'Ủy ban nhân dân xã đề nghị bà con các thôn tham gia buổi họp dân vào tối ngày 13/8/2026, lúc 19h30, tại nhà văn hóa thôn 2. Bà con mang theo CCCD và thẻ BHYT; hộ nào vắng mặt vui lòng báo trước cho trưởng thôn.\n'
const notices =
  'Ngày 13/8/2026, 7h30 - 11h30: 1.250.000 đồng/hộ, đạt 12,5%, gọi (0233) 3575155, Nghị định số 49/2024/NĐ-CP, 20-25°C, 450 m3/s, 3/4 số hộ, tổng đài 1022, quý III/2026.\n'
const figures = '12 345 6,7 89% 10.000 1/2 5-7 2026 1.234.567 08h30 15/11\n'

/**
 * Megabytes of text read aloud in a second: prose, notices full of numbers, bare figures, and a page. Beside it a loop
 * that does what any reader must: NFC, cutting at blanks, and joining again, with no rule asked.
 */
export function benchReading({
  megabytes,
  rounds,
  page = demoAnnouncement.body,
  onStep,
}: ReadingBenchOptions): BenchReport {
  const texts = { prose, notices, figures, page }
  const ours: Record<string, number> = {}
  const beside: Record<string, number> = {}
  for (const [name, sample] of Object.entries(texts)) {
    onStep(name)
    const text = ofSize(sample, megabytes * 1_000_000)
    ours[`${name}MegabytesPerSecond`] = fastest(text, rounds, written => readAloud(written).text.length)
    beside[`${name}MegabytesPerSecond`] = fastest(text, rounds, written => copied(written).length)
  }
  const [a = 0, b = 1] = [ours.proseMegabytesPerSecond, beside.proseMegabytesPerSecond]
  return { name: 'reading', machine: machine(), params: { megabytes, rounds }, ours, beside, ratio: round(a / b) }
}

function ofSize(sample: string, bytes: number): string {
  return sample.repeat(Math.max(1, Math.round(bytes / Buffer.byteLength(sample))))
}

function copied(written: string): string {
  return written
    .normalize('NFC')
    .split(/(\s+)/)
    .map(piece => (/^\s/.test(piece) ? ' ' : piece))
    .join('')
}

/**
 * Seconds of the processor, those of the garbage collector included: other programs on the machine do not count.
 * @param work its result is kept, so that nothing is optimised away
 */
function fastest(text: string, rounds: number, work: (text: string) => number): number {
  let kept = 0
  let seconds = Number.POSITIVE_INFINITY
  for (let turn = 0; turn < rounds; turn += 1) {
    const before = process.cpuUsage()
    kept += work(text)
    const { user, system } = process.cpuUsage(before)
    seconds = Math.min(seconds, (user + system) / 1_000_000)
  }
  if (kept === 0) throw new Error('nothing was read')
  return round(Buffer.byteLength(text) / 1_000_000 / seconds)
}
