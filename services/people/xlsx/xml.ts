import type { Readable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import { type SaxesAttributeNS, SaxesParser } from 'saxes'
import { isAppError } from '../../domain/errors.ts'
import { badWorkbook } from './refusal.ts'

/** What is told of an XML part. Names come without their namespace prefix, which writers choose as they like. */
export interface XmlHandler {
  open?(name: string, attribute: (name: string) => string | undefined): void
  text?(text: string): void
  close?(name: string): void
}

/** No element of a workbook lies deeper, and no cell holds more (Excel's limit is 32,767 characters). */
const deepest = 40
const longestPiece = 1_000_000

const local = (name: string) => name.slice(name.indexOf(':') + 1)

/**
 * Reads an XML part piece by piece. Yields after each piece, so that the caller can hand on what it has gathered.
 *
 * A document type is refused: workbooks have none, and entities are how XML is made to grow. The parser knows no external
 * entities and reads no other file.
 * @throws AppError import.malformed
 */
export async function* readXml(part: Readable, handler: XmlHandler): AsyncGenerator<number> {
  const parser = new SaxesParser({ xmlns: false, position: false })
  let depth = 0
  let quiet = 0
  const heard = () => {
    quiet = 0
  }
  parser.on('error', error => {
    throw badWorkbook(error.message, error)
  })
  parser.on('doctype', () => {
    throw badWorkbook('document type')
  })
  parser.on('opentag', tag => {
    heard()
    depth += 1
    if (depth > deepest) throw badWorkbook('too deep')
    const attributes = tag.attributes as Record<string, string | SaxesAttributeNS>
    handler.open?.(local(tag.name), name => attributes[name] as string | undefined)
  })
  parser.on('closetag', tag => {
    heard()
    depth -= 1
    handler.close?.(local(tag.name))
  })
  parser.on('text', text => {
    heard()
    handler.text?.(text)
  })
  parser.on('cdata', text => {
    heard()
    handler.text?.(text)
  })
  parser.on('comment', heard)
  parser.on('processinginstruction', heard)

  const decoder = new StringDecoder('utf8')
  try {
    for await (const bytes of part as AsyncIterable<Buffer>) {
      const text = decoder.write(bytes)
      quiet += text.length
      parser.write(text)
      // Nothing came of it: the parser is gathering one endless piece.
      if (quiet > longestPiece) throw badWorkbook('an endless piece')
      yield bytes.length
    }
    parser.write(decoder.end()).close()
  } catch (error) {
    throw isAppError(error) ? error : badWorkbook((error as Error).message, error)
  } finally {
    part.destroy()
  }
}

/** Reads a small part to its end. */
export async function readWholeXml(part: Readable, handler: XmlHandler): Promise<void> {
  for await (const _bytes of readXml(part, handler));
}
