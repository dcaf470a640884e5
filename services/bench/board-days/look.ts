import sharp from 'sharp'
import type { Place } from './set.ts'

/** What can be said of a picture of the screen by its pixels alone. */
export interface Look {
  at: number
  /** Spread of brightness over the whole picture, 0 to 128; a blank one has next to none. */
  spread: number
  /** Mean brightness, 0 to 255. */
  brightness: number
  /** Items whose text stands on the screen, and how much of its place is ink; none is drawn: 0. */
  texts: { mark: string; ink: number }[]
}

/** Less than this over a whole screen is an empty one. */
export const blankSpread = 1.5
/** Of the place of a line of text, letters cover some 5 to 40 %. */
export const leastInk = 0.01
/** How much darker or lighter than its ground a pixel of a letter is at least, dimmed at night. */
const inkContrast = 24

/** Measures a picture (PNG). */
export async function measure(at: number, picture: Buffer, places: Place[]): Promise<Look> {
  const { data, info } = await sharp(picture).greyscale().raw().toBuffer({ resolveWithObject: true })
  const pixel = (x: number, y: number) => data[(y * info.width + x) * info.channels] ?? 0
  let sum = 0
  let squares = 0
  const count = info.width * info.height
  for (let i = 0; i < count; i++) {
    const value = data[i * info.channels] ?? 0
    sum += value
    squares += value * value
  }
  const brightness = sum / count
  return {
    at,
    brightness: Math.round(brightness * 10) / 10,
    spread: Math.round(Math.sqrt(Math.max(0, squares / count - brightness ** 2)) * 10) / 10,
    texts: places.map(place => ({ mark: place.mark, ink: inkOf(pixel, clipped(place, info)) })),
  }
}

function clipped({ left, top, width, height }: Place, info: { width: number; height: number }) {
  return {
    left: Math.max(0, Math.floor(left)),
    top: Math.max(0, Math.floor(top)),
    right: Math.min(info.width, Math.ceil(left + width)),
    bottom: Math.min(info.height, Math.ceil(top + height)),
  }
}

/** Share of pixels that differ from the commonest one, the ground. */
function inkOf(pixel: (x: number, y: number) => number, box: ReturnType<typeof clipped>): number {
  const histogram = new Array<number>(256).fill(0)
  let count = 0
  for (let y = box.top; y < box.bottom; y++) {
    for (let x = box.left; x < box.right; x++) {
      const value = pixel(x, y)
      histogram[value] = (histogram[value] ?? 0) + 1
      count++
    }
  }
  if (count === 0) return 0
  const ground = histogram.indexOf(Math.max(...histogram))
  const ink = histogram.reduce((all, n, value) => (Math.abs(value - ground) > inkContrast ? all + n : all), 0)
  return Math.round((ink / count) * 1_000) / 1_000
}
