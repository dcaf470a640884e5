/** What the piper child is told and what it answers, over Node's own channel between processes (structured clone). */

export interface ModelFiles {
  model: string
  tokens: string
  dataDir: string
}

export type ToChild =
  | { kind: 'load'; files: ModelFiles }
  /** @param speed 1 is the model's normal speed */
  | { kind: 'speak'; id: number; text: string; speaker: number; speed: number }

export type FromChild =
  /** @param version of the add-on */
  | { kind: 'ready'; rate: number; speakers: number; version: string }
  /** 16-bit little-endian mono. */
  | { kind: 'spoken'; id: number; samples: Uint8Array }
  | { kind: 'failed'; id: number; reason: string }
  /** The add-on or the model cannot be loaded. */
  | { kind: 'unusable'; reason: string }
