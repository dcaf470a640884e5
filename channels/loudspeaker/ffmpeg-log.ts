import { audioFailed } from './tool.ts'

const decibels = (text: string | undefined) => {
  const value = Number(text)
  // ffmpeg prints -70.0 when no block passed the gate, and nan or -inf in other versions.
  return text === undefined || Number.isNaN(value) || value <= -70 ? Number.NEGATIVE_INFINITY : value
}

/** Reads the last summary of the ebur128 filter: a rebuilt filter graph prints an empty one before it. */
export function readSummary(log: string): { lufs: number; peakDb: number } {
  const at = log.lastIndexOf('Summary:')
  if (at < 0) throw audioFailed('ffmpeg gave no loudness summary')
  const summary = log.slice(at)
  return {
    lufs: decibels(/\bI:\s+(\S+) LUFS/.exec(summary)?.[1]),
    peakDb: decibels(/\bPeak:\s+(\S+) dBFS/.exec(summary)?.[1]),
  }
}

/** Reads how long the file is silent at its start from the lines of silencedetect. */
export function readHeadSilence(log: string): number {
  const first = /silence_start: (-?[\d.]+)/.exec(log)
  if (!first || Number(first[1]) > 0.05) return 0
  return Number(/silence_end: ([\d.]+)/.exec(log)?.[1] ?? 0)
}
