/** A piece of MPEG audio that can be sent by itself. */
export interface Mp3Frame {
  offset: number
  bytes: number
  ms: number
}

/** kbit/s of layer III by MPEG version (ISO 11172-3, 13818-3). */
const bitrates = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
} as const
const samplingRates = [44_100, 48_000, 32_000]

/**
 * The frames of an MP3 file, so that it can be sent at the pace at which it is heard and cut between two of them. Tags
 * around the sound are left out, and so is whatever is no frame.
 */
export function mp3Frames(file: Buffer): Mp3Frame[] {
  const frames: Mp3Frame[] = []
  let at = id3Length(file)
  while (at + 4 <= file.length) {
    const frame = frameAt(file, at)
    if (!frame) {
      at += 1
      continue
    }
    frames.push(frame)
    at += frame.bytes
  }
  return frames
}

function id3Length(file: Buffer): number {
  if (file.toString('latin1', 0, 3) !== 'ID3' || file.length < 10) return 0
  const size = file.subarray(6, 10).reduce((sum, byte) => (sum << 7) | (byte & 0x7f), 0)
  return 10 + size
}

function frameAt(file: Buffer, offset: number): Mp3Frame | undefined {
  const [first = 0, second = 0, third = 0] = file.subarray(offset, offset + 3)
  // Eleven bits of sync, layer III.
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return undefined
  const version = (second >> 3) & 3
  if (version === 1) return undefined
  const kbits = bitrates[version === 3 ? 1 : 2][third >> 4]
  const base = samplingRates[(third >> 2) & 3]
  if (!kbits || !base) return undefined
  const rate = version === 3 ? base : version === 2 ? base / 2 : base / 4
  const samples = version === 3 ? 1152 : 576
  const bytes = Math.floor(((samples / 8) * kbits * 1000) / rate) + ((third >> 1) & 1)
  if (offset + bytes > file.length) return undefined
  return { offset, bytes, ms: (samples * 1000) / rate }
}

/**
 * One frame of silence, 64 kbit/s mono at 44.1 kHz: side information of zeros means that it holds no sound.
 */
export const silentFrame = ((): { bytes: Buffer; ms: number } => {
  const bytes = Buffer.alloc(208)
  bytes.set([0xff, 0xfb, 0x50, 0xc4])
  return { bytes, ms: (1152 * 1000) / 44_100 }
})()

/** A stretch of a file that is not to be heard. */
export interface LeftOut {
  startMs: number
  endMs: number
}

/** The frames that are heard when some stretches are left out; `atMs` is where each is in the file. */
export function heardFrames(frames: Mp3Frame[], leftOut: LeftOut[]): (Mp3Frame & { atMs: number })[] {
  let atMs = 0
  const heard: (Mp3Frame & { atMs: number })[] = []
  for (const frame of frames) {
    const middle = atMs + frame.ms / 2
    if (!leftOut.some(l => middle >= l.startMs && middle < l.endMs)) heard.push({ ...frame, atMs })
    atMs += frame.ms
  }
  return heard
}

/** The file without some stretches: frames only, cut between two of them. */
export function withoutParts(file: Buffer, leftOut: LeftOut[]): Buffer {
  if (leftOut.length === 0) return file
  const heard = heardFrames(mp3Frames(file), leftOut)
  return Buffer.concat(heard.map(f => file.subarray(f.offset, f.offset + f.bytes)))
}
