import type { SmsContent } from '../render.ts'
import { smpp } from './library.ts'

/** One submission: the fields of its submit_sm that depend on the text. */
export type PartFields =
  | { data_coding: 0 | 8; esm_class: number; short_message: Buffer }
  | { data_coding: 0 | 8; esm_class: number; short_message: Buffer; message_payload: Buffer }

/** Letters of the extension table of GSM 03.38, which take two septets. */
const twoSeptets = /[\f^{}\\[~\]|€]/
const perPart = { 'GSM-7': 153, 'UCS-2': 67 } as const
const udhIndicator = 0x40

/**
 * Cuts a text into as many submissions as the rendition has parts. Never within a letter: neither within the two
 * septets of an extended one nor within a surrogate pair.
 * @param long `udh`: one submission per part with a concatenation header; `payload`: one for all, the centre cuts
 * @param reference 0 to 255, the same in all parts and another one in the next message to the same phone
 */
export function cutIntoParts(content: SmsContent, long: 'udh' | 'payload', reference: number): PartFields[] {
  const data_coding = content.encoding === 'GSM-7' ? 0 : 8
  const pieces = encodedPieces(content, long)
  const [only] = pieces
  if (content.parts <= 1) return [{ data_coding, esm_class: 0, short_message: only ?? Buffer.alloc(0) }]
  if (long === 'payload') {
    return [{ data_coding, esm_class: 0, short_message: Buffer.alloc(0), message_payload: only ?? Buffer.alloc(0) }]
  }
  return pieces.map((piece, i) => ({
    data_coding,
    esm_class: udhIndicator,
    // 3GPP TS 23.040: header of 5 octets, element 0 (concatenation, 8-bit reference) with 3 octets.
    short_message: Buffer.concat([Buffer.from([5, 0, 3, reference, pieces.length, i + 1]), piece]),
  }))
}

/** Everybody gets the same text: it is cut and encoded once, not a hundred thousand times. */
const encoded = new WeakMap<SmsContent, Partial<Record<'udh' | 'payload', Buffer[]>>>()

function encodedPieces(content: SmsContent, long: 'udh' | 'payload'): Buffer[] {
  const known = encoded.get(content) ?? {}
  encoded.set(content, known)
  known[long] ??= (
    content.parts <= 1 || long === 'payload' ? [content.text] : piecesOf(content.text, content.encoding)
  ).map(piece => (content.encoding === 'GSM-7' ? smpp.encodings.ASCII.encode(piece) : utf16(piece)))
  return known[long]
}

function piecesOf(text: string, encoding: SmsContent['encoding']): string[] {
  const pieces: string[] = []
  let piece = ''
  let units = 0
  for (const letter of text) {
    const size = encoding === 'UCS-2' ? letter.length : twoSeptets.test(letter) ? 2 : 1
    if (units + size > perPart[encoding]) {
      pieces.push(piece)
      piece = ''
      units = 0
    }
    piece += letter
    units += size
  }
  return [...pieces, piece]
}

/** Big-endian, as the air has it. */
function utf16(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16()
}
