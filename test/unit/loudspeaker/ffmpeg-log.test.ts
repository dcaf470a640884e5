import { describe, expect, test } from '@jest/globals'
import { readHeadSilence, readSummary } from '../../../channels/loudspeaker/ffmpeg-log.ts'

const summary = (lufs: string, peak: string) => `
[Parsed_ebur128_1 @ 0x55f0] Summary:

  Integrated loudness:
    I:         ${lufs} LUFS
    Threshold: -27.1 LUFS

  Loudness range:
    LRA:         1.2 LU
    Threshold: -37.1 LUFS
    LRA low:   -17.4 LUFS
    LRA high:  -16.2 LUFS

  True peak:
    Peak:       ${peak} dBFS
`

describe('readSummary', () => {
  test('reads the last summary, not the empty one of a rebuilt graph', () => {
    expect(readSummary(summary('-70.0', '-inf') + summary('-16.1', '-2.4'))).toEqual({ lufs: -16.1, peakDb: -2.4 })
  })

  test.each([
    ['-70.0', '-inf'],
    ['nan', 'nan'],
    ['-inf', '-inf'],
  ])('silence printed as %s and %s is minus infinity', (lufs, peak) => {
    const silence = Number.NEGATIVE_INFINITY
    expect(readSummary(summary(lufs, peak))).toEqual({ lufs: silence, peakDb: silence })
  })

  test('a positive peak stays positive', () => {
    expect(readSummary(summary('-9.0', '0.3')).peakDb).toBe(0.3)
  })

  test('refuses a log without a summary', () => {
    expect(() => readSummary('Conversion failed!')).toThrow(/summary/)
  })
})

describe('readHeadSilence', () => {
  const line = (what: string) => `[silencedetect @ 0x56] ${what}\n`

  test('reads the end of the first silence', () => {
    const log =
      line('silence_start: 0') +
      line('silence_end: 2.02515 | silence_duration: 2.02515') +
      line('silence_start: 49.1') +
      line('silence_end: 50.2 | silence_duration: 1.1')
    expect(readHeadSilence(log)).toBe(2.02515)
  })

  test('a file that starts with sound has none, even when it is silent later', () => {
    const log = line('silence_start: 3.5') + line('silence_end: 5 | silence_duration: 1.5')
    expect(readHeadSilence(log)).toBe(0)
    expect(readHeadSilence('')).toBe(0)
  })
})
