import { SegmentedMessage } from 'sms-segments-calculator'
import { unaccent } from './fold.ts'

/** How an SMS is cut on the air (3GPP TS 23.040 and 23.038). */
export interface SmsParts {
  encoding: 'GSM-7' | 'UCS-2'
  /** As a person counts them (code points after NFC). */
  characters: number
  /** Septets for GSM-7 (the extension table costs two), UTF-16 units for UCS-2. */
  units: number
  /** Messages that are paid for; 0 for an empty text. */
  parts: number
  /** Units that fit into each part: 160 or 70 alone, 153 or 67 when joined. */
  perPart: number
  /** Units still free in the last part. */
  left: number
}

/**
 * Counts the parts of an SMS exactly as the carrier will. Twilio's "smart encoding" is off: it would rewrite an
 * approved text behind the officer's back.
 */
export function smsParts(text: string): SmsParts {
  const message = new SegmentedMessage(text.normalize('NFC'), 'auto', false)
  const encoding = message.encodingName
  const unitBits = encoding === 'GSM-7' ? 7 : 16
  const units = message.encodedChars.reduce((sum, character) => sum + character.sizeInBits() / unitBits, 0)
  const parts = units === 0 ? 0 : message.segmentsCount
  const last = message.segments.at(-1)
  const perPart = encoding === 'GSM-7' ? (parts > 1 ? 153 : 160) : parts > 1 ? 67 : 70
  return {
    encoding,
    characters: message.numberOfUnicodeScalars,
    units,
    parts,
    perPart,
    left: last === undefined ? perPart : Math.max(0, Math.floor(last.freeSizeInBits() / unitBits)),
  }
}

export interface SmsForms {
  unicode: { text: string } & SmsParts
  unaccented: { text: string; unmapped: string[] } & SmsParts
}

/** Both forms side by side: the officer chooses one, and the choice is part of what is approved. */
export function smsForms(text: string): SmsForms {
  const accented = text.normalize('NFC')
  const bare = unaccent(accented)
  return {
    unicode: { text: accented, ...smsParts(accented) },
    unaccented: { ...bare, ...smsParts(bare.text) },
  }
}
