import { type LedSize, largestEm, ledLayout, ledType, lineRows } from './geometry.ts'

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

/** "KHẨN CẤP" at the left of every page, its words below one another. */
export interface Label extends Box {
  em: number
  rows: number
  words: readonly string[]
}

/** Where on a strip the text goes and what stands around it. */
export interface Surface {
  box: Box
  em: number
  lines: number
  /** Height of a line. */
  rows: number
  /** Thickness of the frame of an emergency in lamps; 0 for none. */
  frame: number
  label: Label | undefined
  /** An emergency on a strip too small for a frame: everything black on white. */
  inverted: boolean
}

const urgentWords = ['KHẨN', 'CẤP'] as const

/** Share of the width that the label may take, and letters below which a frame may not push. */
const labelShare = 0.2
const frameCosts = 0.8

/**
 * Lays a strip out. An emergency has a frame and its word on every page; on a strip too small for a frame it is black on
 * white, and where the word does not fit beside the text it has a page of its own (see index.ts).
 * @returns undefined when the strip is too small for any text
 */
export function ledSurface(
  size: LedSize,
  emergency: boolean,
  measure: (text: string, em: number) => number,
): Surface | undefined {
  const plain = surfaceOf({ x: 0, y: 0, ...size })
  if (!plain || !emergency) return plain
  const thickness = Math.max(1, Math.round(size.height / 48))
  const edge = 2 * thickness
  const inner = { x: edge, y: edge, width: size.width - 2 * edge, height: size.height - 2 * edge }
  const label = labelIn(inner, measure)
  const beside = label ? label.width + thickness * 2 : 0
  const framed = surfaceOf({ ...inner, x: inner.x + beside, width: inner.width - beside })
  const good = (s: Surface | undefined) =>
    s !== undefined && s.em >= plain.em * frameCosts && s.box.width >= s.em * ledType.syllable
  if (framed && good(framed)) return { ...framed, frame: thickness, label }
  const alone = surfaceOf(inner)
  return alone && good(alone) ? { ...alone, frame: thickness } : { ...plain, inverted: true }
}

function surfaceOf(box: Box): Surface | undefined {
  const layout = ledLayout(box)
  return layout && { ...layout, box, rows: lineRows(layout.em).all, frame: 0, label: undefined, inverted: false }
}

function labelIn(inner: Box, measure: (text: string, em: number) => number): Label | undefined {
  const widest = (em: number) => Math.max(...urgentWords.map(word => measure(word, em))) + Math.ceil(em / 2)
  let em = largestEm(inner.height, urgentWords.length)
  while (em >= ledType.floorEm && widest(em) > inner.width * labelShare) em -= 1
  if (em < ledType.floorEm) return undefined
  return { ...inner, width: widest(em), em, rows: lineRows(em).all, words: urgentWords }
}

/** The same with letters small enough for a line to hold the widest word, as far as the floor allows. */
export function fitted(surface: Surface, widestEm: number): Surface {
  const em = Math.floor(surface.box.width / widestEm)
  if (em >= surface.em || em < ledType.floorEm) return surface
  const rows = lineRows(em).all
  return { ...surface, em, rows, lines: Math.floor(surface.box.height / rows) }
}
