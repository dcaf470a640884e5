import { describe, expect, test } from '@jest/globals'
import { createCanvas, Path2D } from '@napi-rs/canvas'
import jsqr from 'jsqr'
import { createLinks } from '../../../services/runtime/links.ts'
import { qrOf } from '../../../services/text/qr.ts'

const links = (publicUrl: string) => createLinks('a secret that only the tests use, long enough', publicUrl)
const id = 'c2a4b1e6-90d3-4a8f-8f50-3a1b6e7d9c42'

/** What a reader of QR codes makes of the path, drawn with the quiet zone of four modules that the standard asks for. */
function scanned(url: string, pixelsPerModule: number): string | undefined {
  const { size, path } = qrOf(url)
  const side = (size + 8) * pixelsPerModule
  const context = createCanvas(side, side).getContext('2d')
  context.fillStyle = '#fff'
  context.fillRect(0, 0, side, side)
  context.scale(pixelsPerModule, pixelsPerModule)
  context.translate(4, 4)
  context.fillStyle = '#000'
  context.fill(new Path2D(path))
  const { data } = context.getImageData(0, 0, side, side)
  return jsqr.default(new Uint8ClampedArray(data), side, side)?.data
}

describe('QR code of a public page', () => {
  test.each(['https://loa.quangtri.example', 'http://192.168.1.20:3000', 'https://thongtincoso.quangtri.example/loa'])(
    'at %s is read back by a reader from the very path that boards draw',
    base => {
      const url = links(base).publicPage(id)
      expect(scanned(url, 4)).toBe(url)
      expect(scanned(`${url}?r=12`, 3)).toBe(`${url}?r=12`)
      expect(links(base).readPublicCode(url.slice(url.lastIndexOf('/') + 1))).toBe(id)
    },
  )
  test('stays small: 33 modules a side for an address of a usual length', () => {
    expect(qrOf(links('https://loa.quangtri.example').publicPage(id)).size).toBeLessThanOrEqual(33)
  })
})
