import { crc32, deflateSync } from 'node:zlib'

/** A picture of lamps: one byte each, row by row, 1 lit and 0 dark. */
export interface Bitmap {
  width: number
  height: number
  lamps: Uint8Array
}

/** All dark. */
export function darkBitmap(width: number, height: number): Bitmap {
  return { width, height, lamps: new Uint8Array(width * height) }
}

/** Lights the lamps of `mark` with its upper left corner at x, y; what falls outside is left out. */
export function stamp(on: Bitmap, mark: Bitmap, x: number, y: number): void {
  for (let row = Math.max(0, -y); row < mark.height && y + row < on.height; row++) {
    for (let column = Math.max(0, -x); column < mark.width && x + column < on.width; column++) {
      if (mark.lamps[row * mark.width + column] === 1) on.lamps[(y + row) * on.width + x + column] = 1
    }
  }
}

/** Turns lit lamps of a rectangle dark and dark ones lit. */
export function invert(on: Bitmap, x: number, y: number, width: number, height: number): void {
  for (let row = y; row < Math.min(y + height, on.height); row++) {
    for (let column = x; column < Math.min(x + width, on.width); column++) {
      on.lamps[row * on.width + column] = on.lamps[row * on.width + column] === 1 ? 0 : 1
    }
  }
}

/** A border of `thickness` lamps along the edge. */
export function frame(on: Bitmap, thickness: number): void {
  for (let y = 0; y < on.height; y++) {
    const whole = y < thickness || y >= on.height - thickness
    for (let x = 0; x < on.width; x++) {
      if (whole || x < thickness || x >= on.width - thickness) on.lamps[y * on.width + x] = 1
    }
  }
}

/**
 * PNG of one bit per lamp (W3C PNG, grey of depth 1, no filter): black and white are all it can say. The canvas library
 * writes 32 bits per pixel only.
 */
export function pngOf({ width, height, lamps }: Bitmap): Buffer {
  const stride = Math.ceil(width / 8) + 1
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (lamps[y * width + x] === 1) {
        const at = y * stride + 1 + (x >> 3)
        rows[at] = (rows[at] ?? 0) | (0x80 >> (x & 7))
      }
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND')])
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(data.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}
