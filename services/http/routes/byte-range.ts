/** Which bytes of a file a request asks for; `end` is inclusive, as on the wire. */
export type ByteRange = { start: number; end: number }

/**
 * Reads a Range header (RFC 9110 §14.2). Several ranges and other units are answered with the whole file, as the RFC
 * allows.
 * @param size of the file in bytes
 * @returns `whole` when there is no usable header, `unsatisfiable` for a range outside the file
 */
export function parseRange(header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '')
  if (!match) return 'whole'
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return 'whole'
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 }
  }
  const start = Number(from)
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (to !== '' && Number(to) < start) return 'whole'
  return start >= size ? 'unsatisfiable' : { start, end }
}
