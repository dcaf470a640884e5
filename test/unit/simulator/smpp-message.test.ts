import { describe, expect, test } from '@jest/globals'
import { type SmppPdu, smpp } from '../../../services/simulator/smpp-library.ts'
import { partFromHeader, readSubmission, receiptText } from '../../../services/simulator/smpp-message.ts'

/** A submit_sm as it is after the wire: written to bytes and read back. */
function arrived(fields: Record<string, unknown>): SmppPdu {
  const pdu = new smpp.PDU('submit_sm', {
    source_addr: 'LOA DEMO',
    dest_addr_ton: 1,
    destination_addr: '84912345678',
    data_coding: 0,
    ...fields,
  })
  return new smpp.PDU(pdu.toBuffer())
}
const textOf = (fields: Record<string, unknown>) => {
  const read = readSubmission(arrived(fields))
  return typeof read === 'number' ? read : read.text
}

// GSM 03.38, written down from the standard: what stands at each septet, row by row. 0x1B is the escape.
const rows = [
  '@£$¥èéùìòÇ\nØø\rÅå',
  'Δ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ',
  ' !"#¤%&\'()*+,-./',
  '0123456789:;<=>?',
  '¡ABCDEFGHIJKLMNO',
  'PQRSTUVWXYZÄÖÑÜ§',
  '¿abcdefghijklmno',
  'pqrstuvwxyzäöñüà',
]

describe('the GSM alphabet, one septet in each octet', () => {
  test('every letter of the basic table', () => {
    for (const [row, letters] of rows.entries()) {
      for (const [column, letter] of [...letters].entries()) {
        if (letter === '\u001b') continue
        expect([row, column, textOf({ short_message: Buffer.from([row * 16 + column]) })]).toEqual([
          row,
          column,
          letter,
        ])
      }
    }
  })

  test.each([
    ['\f', 0x0a],
    ['^', 0x14],
    ['{', 0x28],
    ['}', 0x29],
    ['\\', 0x2f],
    ['[', 0x3c],
    ['~', 0x3d],
    [']', 0x3e],
    ['|', 0x40],
    ['€', 0x65],
  ])('%s of the extension table takes two septets', (letter, septet) => {
    expect(textOf({ short_message: Buffer.from([0x1b, septet]) })).toBe(letter)
    const eighty = Buffer.concat(Array.from({ length: 80 }, () => Buffer.from([0x1b, septet])))
    expect(textOf({ short_message: eighty })).toBe(letter.repeat(80))
    expect(textOf({ short_message: Buffer.concat([eighty, Buffer.from([0x61])]) })).toBe(0x01)
  })
})

describe('user data headers', () => {
  const header = (...octets: number[]) => partFromHeader([Buffer.from(octets)])

  test('8-bit and 16-bit references', () => {
    expect(header(0, 3, 7, 2, 1)).toEqual({ reference: '8:7', total: 2, number: 1 })
    expect(header(8, 4, 1, 7, 2, 2)).toEqual({ reference: '16:263', total: 2, number: 2 })
  })

  test('other elements beside it are passed over', () => {
    const elements = [Buffer.from([5, 4, 0, 1, 0, 2]), Buffer.from([0, 3, 9, 3, 3])]
    expect(partFromHeader(elements)).toEqual({ reference: '8:9', total: 3, number: 3 })
  })

  test.each([
    ['part nought', [0, 3, 7, 2, 0]],
    ['a part beyond the last', [0, 3, 7, 2, 3]],
    ['one part of one', [0, 3, 7, 1, 1]],
    ['cut short', [0, 3, 7, 2]],
    ['a length that lies', [0, 4, 7, 2, 1]],
  ])('%s makes no part', (_, octets) => {
    expect(header(...octets)).toBeUndefined()
  })

  test('are read off the wire, text and header apart, with UCS-2 too', () => {
    const text = Buffer.from('lũ', 'utf16le').swap16()
    const short_message = Buffer.concat([Buffer.from([6, 8, 4, 1, 7, 2, 1]), text])
    expect(readSubmission(arrived({ esm_class: 0x40, data_coding: 8, short_message }))).toMatchObject({
      to: '+84912345678',
      text: 'lũ',
      encoding: 'UCS-2',
      part: { reference: '16:263', total: 2, number: 1 },
      payload: false,
    })
  })

  test("SMPP's own fields say the same", () => {
    const fields = { sar_msg_ref_num: 5, sar_total_segments: 2, sar_segment_seqnum: 2, short_message: 'a' }
    expect(readSubmission(arrived(fields))).toMatchObject({ part: { reference: 'sar:5', total: 2, number: 2 } })
  })
})

describe('receipt text', () => {
  const facts = {
    messageId: '0a1b',
    submittedAt: new Date('2026-11-25T17:59:58Z'),
    doneAt: new Date('2026-11-25T18:00:01Z'),
  }

  test('times are those of Viet Nam, to the minute', () => {
    expect(receiptText({ ...facts, stat: 'DELIVRD', errorCode: 0 })).toBe(
      'id:0a1b sub:001 dlvrd:001 submit date:2611260059 done date:2611260100 stat:DELIVRD err:000 text:',
    )
  })

  test('what was not delivered says so twice and gives three digits of the error', () => {
    const text = receiptText({ ...facts, stat: 'UNDELIV', errorCode: 30_005 })
    expect(text).toContain('dlvrd:000')
    expect(text).toContain('stat:UNDELIV err:005')
  })
})
