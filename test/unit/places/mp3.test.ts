import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { heardFrames, mp3Frames, silentFrame, withoutParts } from '../../../services/places/push/mp3.ts'

const silence = (frames: number) => Buffer.concat(Array.from({ length: frames }, () => silentFrame.bytes))
const tag = (size: number) => {
  const head = Buffer.from([0x49, 0x44, 0x33, 3, 0, 0, 0, 0, (size >> 7) & 0x7f, size & 0x7f])
  return Buffer.concat([head, Buffer.alloc(size, 0xff)])
}

describe('frames of an MP3', () => {
  test('are found behind a tag, whatever is in it', () => {
    const frames = mp3Frames(Buffer.concat([tag(300), silence(10)]))
    expect(frames).toHaveLength(10)
    expect(frames[0]).toEqual({ offset: 310, bytes: 208, ms: (1152 * 1000) / 44_100 })
  })

  test('of other rates and with padding have their own length', () => {
    const frame = (bytes: number, ...head: number[]) =>
      Buffer.concat([Buffer.from(head), Buffer.alloc(bytes - head.length)])
    // 64 kbit/s padded; MPEG-2 22.05 kHz 32 kbit/s; 128 kbit/s.
    const file = Buffer.concat([
      frame(209, 0xff, 0xfb, 0x52, 0xc4),
      frame(104, 0xff, 0xf3, 0x40, 0xc4),
      frame(417, 0xff, 0xfb, 0x90, 0xc4),
    ])
    const found = mp3Frames(file)
    expect(found.map(f => f.bytes)).toEqual([209, 104, 417])
    expect(found[1]?.ms).toBeCloseTo((576 * 1000) / 22_050)
  })

  test('any bytes end in an answer, and frames never overlap or reach beyond the end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), bytes => {
        const file = Buffer.concat([Buffer.from(bytes), silence(2), Buffer.from(bytes)])
        let last = 0
        for (const frame of mp3Frames(file)) {
          expect(frame.offset).toBeGreaterThanOrEqual(last)
          last = frame.offset + frame.bytes
          expect(last).toBeLessThanOrEqual(file.length)
        }
      }),
    )
  })

  test('what is left out is left out to the frame', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(3_000), fc.nat(3_000), (count, startMs, lengthMs) => {
        const frames = mp3Frames(silence(count))
        const endMs = startMs + lengthMs
        const heard = heardFrames(frames, [{ startMs, endMs }])
        const goneMs = (frames.length - heard.length) * silentFrame.ms
        const expected = Math.max(0, Math.min(endMs, count * silentFrame.ms) - startMs)
        expect(Math.abs(goneMs - expected)).toBeLessThanOrEqual(silentFrame.ms)
        expect(withoutParts(silence(count), [{ startMs, endMs }]).length).toBe(heard.length * 208)
      }),
    )
  })
})
