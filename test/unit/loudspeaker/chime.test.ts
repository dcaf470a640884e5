import { expect, test } from '@jest/globals'
import { broadcastRate, chime, silence } from '../../../channels/loudspeaker/chime.ts'

const samplesOf = (bytes: Buffer) =>
  Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2) / 32_768)

test('the chime is short, far from clipping, and starts and ends without a click', () => {
  const samples = samplesOf(chime())
  expect(samples.length / broadcastRate).toBeCloseTo(1.3)
  expect(Math.max(...samples.map(Math.abs))).toBeLessThan(0.6)
  expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.001)
  for (const sample of samples.slice(-20)) expect(Math.abs(sample)).toBeLessThan(0.001)
})

test('the chime is the same every time', () => {
  expect(chime().equals(chime())).toBe(true)
})

test('silence has the length asked for', () => {
  expect(silence(1.5, 22_050)).toEqual(Buffer.alloc(66_150))
  expect(silence(0, 22_050)).toHaveLength(0)
})
