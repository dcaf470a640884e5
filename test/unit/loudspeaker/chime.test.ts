import { expect, test } from '@jest/globals'
import { chime, signOff, silence, trackRate } from '../../../channels/loudspeaker/chime.ts'

const samplesOf = (bytes: Buffer) =>
  Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2) / 32_768)

test.each([
  ['chime', chime, 1.3],
  ['sign-off', signOff, 0.95],
])('the %s is short, far from clipping, and starts and ends without a click', (_name, make, seconds) => {
  const samples = samplesOf(make())
  expect(samples.length / trackRate).toBeCloseTo(seconds, 3)
  expect(Math.max(...samples.map(Math.abs))).toBeLessThan(0.6)
  expect(Math.abs(samples[0] ?? 1)).toBeLessThan(0.001)
  for (const sample of samples.slice(-20)) expect(Math.abs(sample)).toBeLessThan(0.001)
})

test('they are the same every time, and not the same as each other', () => {
  expect(chime().equals(chime())).toBe(true)
  expect(signOff().equals(signOff())).toBe(true)
  expect(chime().subarray(0, 20_000).equals(signOff().subarray(0, 20_000))).toBe(false)
})

test('silence has the length asked for', () => {
  expect(silence(1.5, 22_050)).toEqual(Buffer.alloc(66_150))
  expect(silence(0, 22_050)).toHaveLength(0)
})
