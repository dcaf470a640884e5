import { describe, expect, test } from '@jest/globals'
import { type EsmsAnswer, esmsCodes, esmsOutcome, esmsReceiptState } from '../../../channels/sms/esms/codes.ts'

const json = (fields: object, status = 200): EsmsAnswer => ({ kind: 'answer', status, body: JSON.stringify(fields) })
const text = (body: string, status = 200): EsmsAnswer => ({ kind: 'answer', status, body })

describe('what an answer of the aggregator means', () => {
  const table: [string, EsmsAnswer, string][] = [
    ['taken', json({ CodeResult: '100', SMSID: 'abc' }), 'taken abc'],
    ['taken, numbers instead of strings', json({ CodeResult: 100, SMSID: 17 }), 'taken 17'],
    ['taken, without an id', json({ CodeResult: '100' }), 'taken undefined'],
    ['our own RequestId again', json({ CodeResult: '124', ErrorMessage: 'Request exist' }), 'taken undefined'],
    ['bad number', json({ CodeResult: '108' }), 'rejected esms-108'],
    ['no registered template', json({ CodeResult: '146', SMSID: 'x' }), 'rejected esms-146'],
    ['wrong secret', json({ CodeResult: '101' }), 'retry esms-101 after 60000'],
    ['no credit', json({ CodeResult: '103' }), 'retry esms-103 after 60000'],
    ['brandname unknown', json({ CodeResult: '104' }), 'retry esms-104 after 60000'],
    ['a code nobody has heard of', json({ CodeResult: '987' }), 'unknown esms-987'],
    ['a code that is none', json({ CodeResult: 'OK' }), 'unknown bad-answer'],
    ['an error without a code', json({ error: 'Invalid request' }), 'unknown bad-answer'],
    ['a page of a proxy', text('<html>welcome</html>'), 'unknown bad-answer'],
    ['nothing', text(''), 'unknown bad-answer'],
    ['half an answer', text('{"Cod'), 'unknown bad-answer'],
    ['a list', text('["100"]'), 'unknown bad-answer'],
    ['null', text('null'), 'unknown bad-answer'],
    ['too fast', { ...text('', 429), retryAfterSeconds: 3 } as EsmsAnswer, 'retry http-429 after 3000'],
    ['not serving', text('', 503), 'retry http-503 after 5000'],
    ['not there', text('', 404), 'retry http-404 after 60000'],
    ['refused as it stands', text('', 400), 'rejected http-400'],
    ['timed out over there', text('', 408), 'unknown http-408'],
    ['server failed', json({ CodeResult: '100' }, 500), 'unknown http-500'],
    ['gateway failed', text('', 502), 'unknown http-502'],
    ['nobody listens', { kind: 'no-answer', begun: false, reason: 'refused' }, 'retry connection-refused after 5000'],
    ['line cut', { kind: 'no-answer', begun: true, reason: 'lost' }, 'unknown connection-lost'],
    ['no answer in time', { kind: 'no-answer', begun: true, reason: 'timeout' }, 'unknown timeout'],
  ]
  test.each(table)('%s', (_name, answer, expected) => {
    const outcome = esmsOutcome(answer)
    const after = outcome.kind === 'retry' ? ` after ${outcome.afterMs}` : ''
    const what = outcome.kind === 'taken' ? outcome.id : 'code' in outcome ? outcome.code : ''
    expect(`${outcome.kind} ${what}${after}`).toBe(expected)
  })

  test('every code has a sentence in both languages', () => {
    for (const { vi, en } of Object.values(esmsCodes)) {
      expect(vi.normalize('NFC')).toBe(vi)
      expect([vi.length > 5, en.length > 5]).toEqual([true, true])
    }
  })
})

test('a report never says more than the carrier does; finished with a failure is a failure', () => {
  const of = (SendStatus: string, SendSuccess?: string, SendFailed?: string) =>
    esmsReceiptState({ SendStatus, SendSuccess, SendFailed })
  expect(of('5', '1', '0')).toEqual({ state: 'confirmed' })
  expect(of('5', '0', '1')).toEqual({ state: 'rejected', code: 'esms-failed' })
  expect(of('5', '1', '1')).toEqual({ state: 'rejected', code: 'esms-failed' })
  expect(of('5', '0', '0')).toEqual({ state: 'accepted' })
  expect(of('4')).toEqual({ state: 'rejected', code: 'esms-refused' })
  expect(['1', '2', '7'].map(s => of(s))).toEqual(Array(3).fill({ state: 'accepted' }))
  expect(['', '3', '55', 'x'].map(s => of(s, '1', '0'))).toEqual(Array(4).fill(undefined))
})
