import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createLog } from '../../../services/runtime/log.ts'
import { redact } from '../../../services/runtime/redact.ts'

describe('redact', () => {
  test.each([
    ['to +84912345678 failed', 'to ***678 failed'],
    ['gọi 0912 345 678.', 'gọi *** 678.'],
    ['(0233) 3852 145, 0233.3852.145', '(0233) 3852 145, ***.145'],
    ['84912345678', '***678'],
    ['+84-91-234-5678', '***678'],
    ['tel:+84912345678', 'tel:***678'],
    ['To=%2B84912345678&Body=x', 'To=%2B***678&Body=x'],
    ['nguyen.van.a@example.gov.vn refused', 'n***@example.gov.vn refused'],
    ['postgres://loa:s3cret@127.0.0.1:5432/loa', 'postgres://loa:***@127.0.0.1:5432/loa'],
    ['redis://:s3cret@127.0.0.1:6379', 'redis://:***@127.0.0.1:6379'],
    ['GET /files/a?exp=1795455345&sig=abc_DEF-1', 'GET /files/a?exp=1795455345&sig=***'],
    ['authorization: Bearer abcdefgh12345678', 'authorization: Bearer ***'],
    ['{"authToken":"a\\"b","n":1}', '{"authToken":"***","n":1}'],
    ['{"LOA_SMS_AUTH_TOKEN":"x"}', '{"LOA_SMS_AUTH_TOKEN":"***"}'],
  ])('%s', (line, safe) => {
    expect(redact(line)).toBe(safe)
  })

  test.each([
    '2026-11-23T17:40:48.809Z',
    'pid 11948, port 42177, 1795455648 s, 0.123456789 s',
    'a3f0912345678bcd',
    '0b0c7c52-0912-4345-8678-123456789012',
    'migrations 0001_foundation.sql',
    '100000 of 1000000 delivered in 84 s',
  ])('leaves alone: %s', line => {
    expect(redact(line)).toBe(line)
  })

  test('no Vietnamese mobile number survives in any surrounding, nor breaks the JSON of the line', () => {
    const number = fc.stringMatching(/^(\+84|0)[35789]\d{8}$/)
    fc.assert(
      fc.property(number, fc.constantFrom(' ', '"', ',', '(', '<', '\n', ': ', '='), (phone, before) => {
        const safe = redact(JSON.stringify({ msg: `x${before}${phone} end`, list: [phone] }))
        expect(safe).not.toContain(phone.slice(-9))
        JSON.parse(safe)
      }),
    )
  })

  test('a long line takes no long time', () => {
    const start = performance.now()
    redact(`${'a'.repeat(200_000)} ${'0 '.repeat(50_000)} ${'x@'.repeat(50_000)} ${'"'.repeat(50_000)}`)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})

describe('the log', () => {
  test('writes JSON lines with the time, redacted wherever the number stands', () => {
    const lines: string[] = []
    const log = createLog({ level: 'info', pretty: false, write: line => lines.push(line) })
    log.debug('not written')
    log.warn({ err: new Error('no route to +84912345678'), to: 'a.b@example.vn' }, 'sending to 0912345678 failed')
    expect(lines).toHaveLength(1)
    const line = JSON.parse(lines[0] ?? '') as { time: string }
    expect(line).toMatchObject({ level: 'warn', msg: 'sending to ***678 failed', to: 'a***@example.vn' })
    expect(lines[0]).not.toContain('912345678')
    expect(Date.parse(line.time)).not.toBeNaN()
  })

  test('on a terminal: one line per message, the stack below an error', () => {
    const lines: string[] = []
    const log = createLog({ level: 'info', pretty: true, write: line => lines.push(line) })
    log.info({ port: 8080 }, 'ready')
    log.error({ err: new Error('broken') }, 'failed')
    expect(lines[0]).toMatch(/info.*ready.*port=8080/)
    expect(lines[1]).toMatch(/failed[\s\S]*Error: broken\n\s+at /)
  })
})
