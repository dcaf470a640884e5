import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createBackoff } from '../../../channels/sms/smpp/backoff.ts'
import { smppCodes, smppOutcome, smppReceiptState } from '../../../channels/sms/smpp/codes.ts'
import { createReceiptInbox } from '../../../channels/sms/smpp/inbox.ts'
import type { SmppPdu } from '../../../channels/sms/smpp/library.ts'
import { cutIntoParts } from '../../../channels/sms/smpp/parts.ts'
import { partRef, readReceipt } from '../../../channels/sms/smpp/receipt.ts'
import { smsParts } from '../../../services/text/sms.ts'
import { captureLog } from '../../contract/suite.ts'

describe('what a status of the message centre means', () => {
  test.each([
    [0x0b, 'rejected smpp-0x0b'],
    [0x58, 'retry smpp-0x58 after 8000'],
    [0x14, 'retry smpp-0x14 after 8000'],
    [0x45, 'retry smpp-0x45 after 8000'],
    [0x0e, 'retry smpp-0x0e after 60000'],
    [0x08, 'unknown smpp-0x08'],
    [0xff, 'unknown smpp-0xff'],
    [0x4ff, 'rejected smpp-0x4ff'],
  ])('%d', (status, expected) => {
    const outcome = smppOutcome(status, 8000)
    const after = outcome.kind === 'retry' ? ` after ${outcome.afterMs}` : ''
    expect(`${outcome.kind} ${'code' in outcome ? outcome.code : ''}${after}`).toBe(expected)
  })

  test('every code has a sentence in both languages and the form of codes', () => {
    for (const [code, { vi, en }] of Object.entries(smppCodes)) {
      expect(code).toMatch(/^smpp-(0x[0-9a-f]{2,}|[a-z]+)$/)
      expect(vi.normalize('NFC')).toBe(vi)
      expect([vi.length > 5, en.length > 5]).toEqual([true, true])
    }
  })

  test('only a delivery confirms; words and numbers say the same', () => {
    expect(smppReceiptState('DELIVRD')).toEqual({ state: 'confirmed' })
    expect(smppReceiptState(2)).toEqual({ state: 'confirmed' })
    expect(['ACCEPTD', 'ENROUTE', 6, 1].map(smppReceiptState)).toEqual(Array(4).fill({ state: 'accepted' }))
    expect(['UNDELIV', 5].map(smppReceiptState)).toEqual(Array(2).fill({ state: 'rejected', code: 'smpp-undeliv' }))
    expect(['UNKNOWN', 7, 0, 'DELIVERED?'].map(smppReceiptState)).toEqual(Array(4).fill(undefined))
  })
})

/** Every letter of the default alphabet with its extension, from the table of GSM 03.38. */
const gsm =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€'

const contentOf = (text: string) => {
  const { encoding, parts, units } = smsParts(text)
  return { text, form: 'unicode' as const, encoding, parts, units }
}
/** What a handset makes of the octets. */
function read(fields: ReturnType<typeof cutIntoParts>[number], encoding: string): string {
  const octets = fields.esm_class === 0x40 ? fields.short_message.subarray(6) : fields.short_message
  if (encoding === 'UCS-2') return Buffer.from(octets).swap16().toString('utf16le')
  const basic = [...gsm.slice(0, 27), '\x1b', ...gsm.slice(27)]
  const extended: Record<number, string> = {
    20: '^',
    40: '{',
    41: '}',
    47: '\\',
    60: '[',
    61: '~',
    62: ']',
    64: '|',
    101: '€',
  }
  let text = ''
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] === 27) {
      i += 1
      text += extended[octets[i] ?? -1]
    } else text += basic[octets[i] ?? -1]
  }
  return text
}

describe('parts', () => {
  const texts = fc.oneof(
    fc.string({ unit: fc.constantFrom(...gsm), minLength: 1, maxLength: 500 }),
    fc.string({ unit: fc.constantFrom(...'aăâđêôơưạảãàáếộữ €[]😀🚨'), minLength: 1, maxLength: 400 }),
  )

  test('as many as were approved and paid for, and together the whole text, letter for letter', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 0, max: 255 }), (raw, reference) => {
        const content = contentOf(raw.normalize('NFC'))
        const parts = cutIntoParts(content, 'udh', reference)
        expect(parts).toHaveLength(content.parts)
        expect(parts.map(p => read(p, content.encoding)).join('')).toBe(content.text)
        for (const [i, part] of parts.entries()) {
          const limit = content.encoding === 'UCS-2' ? 140 : parts.length === 1 ? 160 : 159
          expect(part.short_message.length).toBeLessThanOrEqual(limit)
          expect(part.data_coding).toBe(content.encoding === 'UCS-2' ? 8 : 0)
          if (parts.length > 1) {
            expect([...part.short_message.subarray(0, 6)]).toEqual([5, 0, 3, reference, parts.length, i + 1])
          } else expect(part.esm_class).toBe(0)
        }
      }),
    )
  })

  test('every letter of the default alphabet has the octet of the table', () => {
    const content = contentOf(gsm)
    expect(content.encoding).toBe('GSM-7')
    expect(read(cutIntoParts(content, 'udh', 1)[0] as never, 'GSM-7')).toBe(gsm)
  })

  test('the centre cuts when it is set so; a short text needs no such field', () => {
    const [long, ...more] = cutIntoParts(contentOf('ă'.repeat(200)), 'payload', 1)
    expect(more).toEqual([])
    expect(long).toMatchObject({ short_message: Buffer.alloc(0), data_coding: 8, esm_class: 0 })
    expect((long as { message_payload: Buffer }).message_payload.length).toBe(400)
    expect(cutIntoParts(contentOf('Mưa'), 'payload', 1)[0]).not.toHaveProperty('message_payload')
  })
})

describe('receipts', () => {
  const at = new Date(0)
  const pdu = (fields: Record<string, unknown>) =>
    ({ command: 'deliver_sm', esm_class: 4, ...fields }) as unknown as SmppPdu
  const words = (text: string) => ({ short_message: { message: text } })
  const usual = 'id:0A1b2C sub:001 dlvrd:001 submit date:2611230800 done date:2611230801 stat:DELIVRD err:000 text:Mua'

  test('are read from their text', () => {
    expect(readReceipt(pdu(words(usual)), 'same', at)).toEqual({ ref: 'smpp:0A1b2C', state: 'confirmed', at })
    expect(readReceipt(pdu(words('id:7 stat:UNDELIV err:001')), 'same', at)).toEqual({
      ref: 'smpp:7',
      state: 'rejected',
      code: 'smpp-undeliv',
      at,
    })
  })

  test('an octet of zero, which no database takes, does not hold up all that comes with it', () => {
    expect(readReceipt(pdu(words('id:0A\0 stat:DELIVRD\0')), 'same', at)).toEqual({
      ref: 'smpp:0A',
      state: 'confirmed',
      at,
    })
  })

  test('the optional fields count before the text', () => {
    const fields = { ...words(usual), receipted_message_id: 'xyz\0', message_state: 5 }
    expect(readReceipt(pdu(fields), 'same', at)).toMatchObject({ ref: 'smpp:xyz', state: 'rejected' })
    expect(readReceipt(pdu({ receipted_message_id: 'xyz', message_state: 2, esm_class: 0 }), 'same', at)).toMatchObject(
      {
        ref: 'smpp:xyz',
        state: 'confirmed',
      },
    )
  })

  test('what a person wrote is no receipt, whatever the words', () => {
    expect(readReceipt(pdu({ ...words(usual), esm_class: 0 }), 'same', at)).toBeUndefined()
    expect(readReceipt(pdu({ ...words('DUNG'), esm_class: 0 }), 'same', at)).toBeUndefined()
    expect(readReceipt(pdu({}), 'same', at)).toBeUndefined()
    expect(readReceipt(pdu(words('id:7 stat:UNKNOWN')), 'same', at)).toBeUndefined()
  })

  test('ids in another base meet their answers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 64n }), fc.boolean(), (id, padded) => {
        const hex = id.toString(16)
        const answer = padded ? hex.padStart(20, '0') : hex
        const decimal = readReceipt(pdu(words(`id:${id} stat:DELIVRD`)), 'decimal', at)
        expect(decimal?.ref).toBe(partRef(answer, 'decimal'))
        const inHex = readReceipt(pdu(words(`id:${answer.toUpperCase()} stat:DELIVRD`)), 'hex', at)
        expect(inHex?.ref).toBe(partRef(id.toString().padStart(22, '0'), 'hex'))
      }),
    )
  })

  test('are stored together and answered after that; what could not be stored comes again', async () => {
    const stored: number[] = []
    const answers: string[] = []
    let fail = false
    const { log, lines } = captureLog()
    const record = async (receipts: unknown[]) => {
      if (fail) throw new Error('the database is away')
      stored.push(receipts.length)
      answers.push('stored')
    }
    const inbox = createReceiptInbox({ record }, log)
    const add = (ref: string) => inbox.add({ ref, state: 'confirmed', at }, status => answers.push(`${ref} ${status}`))
    add('a')
    add('b')
    await inbox.idle()
    expect([stored, answers]).toEqual([[2], ['stored', 'a 0', 'b 0']])
    fail = true
    add('c')
    await inbox.idle()
    expect(answers.at(-1)).toBe('c 100')
    expect(lines).toHaveLength(1)
  })
})

test('the pause doubles while the centre goes on asking, once per pause, and ends with the first message taken', () => {
  let now = 0
  const backoff = createBackoff(() => now)
  expect([backoff.throttled(0x58), backoff.throttled(0x58)]).toEqual([1000, 1000])
  now += 999
  expect(backoff.leftMs()).toBe(1)
  now += 1
  expect(backoff.leftMs()).toBe(0)
  expect(backoff.throttled(0x14)).toBe(2000)
  backoff.taken()
  now += 2000
  expect(backoff.throttled(0x14)).toBe(4000)
  now += 4000
  backoff.taken()
  expect(backoff.throttled(0x58)).toBe(1000)
  for (let i = 0; i < 20; i++) {
    now += 100_000
    backoff.throttled(0x58)
  }
  expect(backoff.leftMs()).toBe(60_000)
})
