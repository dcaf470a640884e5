/** What the process that decodes pictures is told and answers; see picture-child.ts. */
export interface PictureJob {
  /** As it came. */
  path: string
  /** Where the result is written; the name's end is added. */
  into: string
  maxPixels: number
  /** Longer side of the result. */
  side: number
  quality: number
  /** Also try PNG, for drawings and pages; a photograph stays JPEG. */
  mayBePng: boolean
}

export interface PictureMade {
  kind: 'made'
  path: string
  mime: 'image/jpeg' | 'image/png'
  width: number
  height: number
  original: { width: number; height: number; turned: boolean; transparent: boolean; moving: boolean; personal: boolean }
}

export type PictureAnswer =
  | PictureMade
  | { kind: 'too-many-pixels'; width: number; height: number }
  | { kind: 'unreadable'; reason: string }
  | { kind: 'disk-full'; reason: string }
