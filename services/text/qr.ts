import qrcode from 'qrcode-generator'
import type { Qr } from '../domain/board-content.ts'

/**
 * The QR code of an address, as one SVG path of unit squares (`h` runs of dark modules), so that a board, a page and a
 * printed notice draw the same one at any size. Level M: a quarter of the marks may be dirty. ISO/IEC 18004.
 */
export function qrOf(url: string): Qr {
  const code = qrcode(0, 'M')
  code.addData(url, 'Byte')
  code.make()
  const size = code.getModuleCount()
  const runs: string[] = []
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = column
      while (column < size && code.isDark(row, column)) column++
      if (column > from) runs.push(`M${from} ${row}h${column - from}v1h${from - column}z`)
    }
  }
  return { url, size, path: runs.join('') }
}
