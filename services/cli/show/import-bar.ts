import cliProgress from 'cli-progress'
import type { ImportProgress } from '../../people/import.ts'

/** Shows how far an import is, on stderr: a bar on a terminal; elsewhere one line per step of the work. */
export interface ImportBar {
  update(progress: ImportProgress): void
  stop(): void
}

const number = (n: number) => n.toLocaleString('vi-VN')
const steps = { reading: 'Đọc và kiểm tra · reading', merging: 'Ghi vào danh sách · writing' }

/** @param sizeBytes of the file, for when the reader does not know how much is to come */
export function createImportBar(sizeBytes: number): ImportBar {
  return process.stderr.isTTY ? bar(sizeBytes) : lines()
}

function bar(sizeBytes: number): ImportBar {
  const shown = new cliProgress.SingleBar(
    {
      format:
        '  {bar} {percentage}% · {rows} dòng, {rejected} bị loại · {rate} dòng/giây · {step} · còn {eta_formatted}',
      stream: process.stderr,
      hideCursor: true,
      etaBuffer: 50,
    },
    cliProgress.Presets.shades_classic,
  )
  const started = performance.now()
  let running = false
  return {
    update({ phase, rows, rejected, bytes, bytesTotal }) {
      const total = bytesTotal || sizeBytes || 1
      const seconds = (performance.now() - started) / 1000
      const payload = {
        rows: number(rows),
        rejected: number(rejected),
        rate: number(Math.round(rows / Math.max(seconds, 0.1))),
        step: steps[phase],
      }
      if (!running) shown.start(total, 0, payload)
      running = true
      shown.setTotal(total)
      shown.update(phase === 'merging' ? total : Math.min(bytes, total), payload)
    },
    stop: () => shown.stop(),
  }
}

function lines(): ImportBar {
  let told = ''
  return {
    update({ phase, rows }) {
      if (phase === told) return
      told = phase
      process.stderr.write(`… ${steps[phase]}${rows > 0 ? `: ${number(rows)} dòng` : ''}\n`)
    },
    stop: () => undefined,
  }
}
