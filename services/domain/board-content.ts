import { z } from 'zod'

/*
 * What an announcement may hold for public boards beside its text. Apart from services/domain/board.ts, which knows the
 * announcement.
 */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** A page of large type; see channels/board/fit.ts. */
export const boardPageSchema = z.object({ heading: z.string(), running: z.boolean(), text: z.string() })

export const captionSchema = z.object({ fromMs: z.number().int(), toMs: z.number().int(), text: z.string() })

/** A picture (a page of a PDF too) or a silent video that was checked and made small at the upload. */
export const boardMediaSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('picture'),
    mediaId: z.uuid(),
    sha256,
    mime: z.enum(['image/jpeg', 'image/png']),
    bytes: z.number().int().positive(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    /** Read by those who do not see the picture and shown below it; required. */
    caption: z.string().max(300),
  }),
  z.object({
    kind: z.literal('video'),
    mediaId: z.uuid(),
    sha256,
    mime: z.literal('video/mp4'),
    bytes: z.number().int().positive(),
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    durationMs: z.number().int().positive(),
    /** First good frame (JPEG): shown by a board that cannot play the video. */
    poster: z.object({ sha256, bytes: z.number().int().positive() }),
    cues: z.array(captionSchema).max(500),
    caption: z.string().max(300),
  }),
])
export type BoardMedia = z.infer<typeof boardMediaSchema>

/** The files of a picture or video, with the names under which they are fetched. */
export function mediaFiles(media: BoardMedia): { sha256: string; bytes: number; mime: string; name: string }[] {
  const ends = { 'image/jpeg': 'jpg', 'image/png': 'png', 'video/mp4': 'mp4' }
  const { sha256, bytes, mime } = media
  const own = { sha256, bytes, mime, name: `${media.mediaId}.${ends[mime]}` }
  return media.kind === 'video' ? [own, { ...media.poster, mime: 'image/jpeg', name: `${media.mediaId}.jpg` }] : [own]
}

/** A QR code as one SVG path of unit squares; `size` modules a side, quiet zone not included. */
export const qrSchema = z.object({ url: z.string(), size: z.number().int().positive(), path: z.string() })
export type Qr = z.infer<typeof qrSchema>

export const takeovers = ['full', 'banner'] as const
export type Takeover = (typeof takeovers)[number]

/** What the officer decides about showing, beside the text; part of what is approved. */
export const boardShowing = {
  /** Shown every second time, whatever else there is. */
  pinned: z.boolean(),
  /** Turns per round in the rotation, 1 to 5. */
  weight: z.number().int().min(1).max(5),
  /** How an emergency takes the screen. */
  takeover: z.enum(takeovers),
  media: z.array(boardMediaSchema).max(6),
}
