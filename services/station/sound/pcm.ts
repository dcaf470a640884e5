/** Everything that goes to a sink: 16-bit little-endian, one channel. */
export const sampleRate = 44_100
export const bytesPerSample = 2

/** Samples in so many milliseconds. */
export const toSamples = (ms: number) => Math.round((ms * sampleRate) / 1_000)
/** Milliseconds that so many samples take. */
export const toMs = (samples: number) => (samples * 1_000) / sampleRate
