import { z } from 'zod'

/** An uploaded recording: what it was, what was made of it, and where to listen to it. */
export const recordingSchema = z.object({
  id: z.uuid(),
  /** Of the finished track; goes into `variants.recording` of the announcement, which the approver signs. */
  sha256: z.string(),
  language: z.string(),
  title: z.string(),
  originalName: z.string(),
  originalBytes: z.number(),
  /** By its bytes: MP3, WAV, M4A... */
  originalFormat: z.string(),
  durationSeconds: z.number(),
  /** Integrated loudness in LUFS and sample peak in dB, as it came. */
  before: z.object({ lufs: z.number(), peakDb: z.number() }),
  /** Integrated loudness in LUFS and true peak in dBTP of the track. */
  after: z.object({ lufs: z.number(), dbtp: z.number() }),
  warnings: z.array(z.object({ vi: z.string(), en: z.string() })),
  uploadedByName: z.string(),
  uploadedAt: z.string(),
  /** Signed address below this server, good for an hour. */
  listenUrl: z.string(),
})
export type Recording = z.infer<typeof recordingSchema>
