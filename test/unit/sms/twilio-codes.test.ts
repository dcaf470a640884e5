import { describe, expect, test } from '@jest/globals'
import {
  type TwilioFailure,
  twilioCodes,
  twilioOutcome,
  twilioReceiptState,
} from '../../../channels/sms/twilio/codes.ts'

describe('what an answer of the SMS provider means', () => {
  const table: [string, TwilioFailure, string][] = [
    ['invalid number', { kind: 'answer', status: 400, code: 21211 }, 'rejected 21211'],
    ['opted out', { kind: 'answer', status: 400, code: 21610 }, 'rejected 21610'],
    ['a refusal nobody has heard of', { kind: 'answer', status: 422, code: 29999 }, 'rejected 29999'],
    ['a refusal without a code', { kind: 'answer', status: 400 }, 'rejected http-400'],
    ['queue of the sender full', { kind: 'answer', status: 400, code: 21611 }, 'retry 21611 after 5000'],
    ['too fast', { kind: 'answer', status: 429, code: 20429, retryAfterSeconds: 7 }, 'retry 20429 after 7000'],
    ['too fast, without a time', { kind: 'answer', status: 429, code: 20429 }, 'retry 20429'],
    ['not serving', { kind: 'answer', status: 503 }, 'retry http-503'],
    ['wrong secret', { kind: 'answer', status: 401, code: 20003 }, 'retry 20003 after 60000'],
    ['wrong account', { kind: 'answer', status: 404, code: 20404 }, 'retry 20404 after 60000'],
    ['request timed out over there', { kind: 'answer', status: 408 }, 'unknown http-408'],
    ['server failed', { kind: 'answer', status: 500, code: 20500 }, 'unknown 20500'],
    ['gateway failed', { kind: 'answer', status: 502 }, 'unknown http-502'],
    ['gateway timed out', { kind: 'answer', status: 504 }, 'unknown http-504'],
    ['nobody listens', { kind: 'no-answer', begun: false, reason: 'refused' }, 'retry connection-refused after 5000'],
    ['name unknown', { kind: 'no-answer', begun: false, reason: 'dns' }, 'retry dns after 5000'],
    ['no connection in time', { kind: 'no-answer', begun: false, reason: 'timeout' }, 'retry timeout after 5000'],
    ['no answer in time', { kind: 'no-answer', begun: true, reason: 'timeout' }, 'unknown timeout'],
    ['line cut', { kind: 'no-answer', begun: true, reason: 'lost' }, 'unknown connection-lost'],
    ['stopped before it began', { kind: 'no-answer', begun: false, reason: 'aborted' }, 'retry aborted'],
    ['stopped on its way', { kind: 'no-answer', begun: true, reason: 'aborted' }, 'unknown aborted'],
  ]
  test.each(table)('%s', (_name, failure, expected) => {
    const outcome = twilioOutcome(failure)
    const after = outcome.kind === 'retry' && outcome.afterMs !== undefined ? ` after ${outcome.afterMs}` : ''
    expect(`${outcome.kind} ${'code' in outcome ? outcome.code : ''}${after}`).toBe(expected)
  })

  test('every code has a sentence in both languages', () => {
    for (const { vi, en } of Object.values(twilioCodes)) {
      expect(vi.normalize('NFC')).toBe(vi)
      expect([vi.length > 5, en.length > 5]).toEqual([true, true])
    }
  })

  test('a receipt never says more than the carrier does', () => {
    expect(['delivered', 'sent', 'queued', 'undelivered', 'failed', 'canceled', ''].map(twilioReceiptState)).toEqual([
      'confirmed',
      'accepted',
      'accepted',
      'rejected',
      'rejected',
      undefined,
      undefined,
    ])
  })
})
