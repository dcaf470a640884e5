import { type Logger, pino, stdTimeFunctions } from 'pino'
import { redact } from './redact.ts'

export type { Logger }

export interface LogOptions {
  /** Least severe level that is written. */
  level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** One readable line instead of JSON; default: when stderr is a terminal. */
  pretty?: boolean
  /** Where the lines go; default: stderr, as stdout belongs to the answer of a command. */
  write?: (line: string) => void
}

/**
 * The log of a process. Every line passes `redact` as finished text, so that a phone number is caught wherever it
 * stands: in a field, in a message, in the text of a vendor's error.
 */
export function createLog(options: LogOptions): Logger {
  const pretty = options.pretty ?? process.stderr.isTTY === true
  const write = options.write ?? (line => process.stderr.write(line))
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: level => ({ level }) },
    },
    {
      write(line: string) {
        const safe = redact(line)
        write(pretty ? prettyLine(safe) : safe)
      },
    },
  )
}

const COLOUR: Record<string, string> = { debug: '\x1b[2m', info: '\x1b[36m', warn: '\x1b[33m', error: '\x1b[31m' }

function prettyLine(json: string): string {
  const { level, time, msg, err, ...fields } = JSON.parse(json) as Record<string, unknown>
  const rest = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const stack = err && typeof err === 'object' && 'stack' in err ? `\n${String(err.stack)}` : ''
  const clock = new Date(String(time)).toLocaleTimeString('en-GB', { timeZone: 'Asia/Ho_Chi_Minh' })
  return `\x1b[2m${clock}\x1b[0m ${COLOUR[String(level)] ?? ''}${String(level).padEnd(5)}\x1b[0m ${String(msg ?? '')}${rest.length ? `  \x1b[2m${rest.join(' ')}\x1b[0m` : ''}${stack}\n`
}
