import type { Command } from 'commander'
import { examine, type Report } from '../doctor/check.ts'
import { envExample } from '../doctor/env-example.ts'
import { instanceChecks, readableEnv } from '../doctor/instance.ts'
import { machineChecks } from '../doctor/machine.ts'

/** Adds `loa doctor`: looks at every part that Loa stands on and says how to mend what is missing. Changes nothing. */
export function register(program: Command): void {
  program
    .command('doctor')
    .description('Kiểm tra mọi thành phần và cách khắc phục · check every part and say how to mend it')
    .option('--json', 'in kết quả dạng JSON · print one JSON document')
    .option('--env-example', 'in tệp mẫu .env · print the text of .env.example')
    .action(async (options: { json?: boolean; envExample?: boolean }) => {
      if (options.envExample) {
        process.stdout.write(envExample())
        return
      }
      const report = await doctor()
      process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : text(report))
      if (!report.ok) process.exitCode = 1
    })
}

/** The examination behind `loa doctor`. @param source the environment to judge; that of this process by default */
export function doctor(source?: Record<string, string | undefined>): Promise<Report> {
  const env = readableEnv(source)
  const { DATABASE_URL, REDIS_URL, LOA_CHANNELS } = env.reading.env
  const needs = {
    redis: !REDIS_URL,
    postgres: !DATABASE_URL,
    speech: LOA_CHANNELS.includes('loudspeaker'),
    boards: LOA_CHANNELS.includes('board'),
  }
  return examine([...machineChecks(needs), ...instanceChecks(env)])
}

function text(report: Report): string {
  const width = Math.max(...report.checks.map(check => check.name.length))
  const lines = report.checks.flatMap(({ ok, required, name, message, mend }) => {
    const indent = ' '.repeat(width + 4)
    const [first = '', ...rest] = message.vi.split('\n')
    const english = message.en === message.vi ? [] : message.en.split('\n')
    return [
      `${ok ? '✓' : required ? '✗' : '!'} ${name.padEnd(width)}  ${first}`,
      ...(ok ? [] : [...rest, ...english].map(line => `${indent}${line}`)),
      ...(ok || !mend ? [] : [`${indent}→ ${mend}`]),
    ]
  })
  const verdict = report.ok
    ? 'Mọi thành phần bắt buộc đều tốt. · Everything that is required is fine.'
    : 'Còn thành phần phải khắc phục (✗). · Some parts must be mended (✗).'
  return `${lines.join('\n')}\n\n${verdict}\n`
}
