/**
 * Repeatable pseudo-random numbers (mulberry32): the demo must be the same on every machine, so that a screenshot, a
 * test and a bench speak of the same people. Never for secrets.
 * @returns a function that gives numbers in [0, 1)
 */
export function repeatableRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Latin letters and digits only, for addresses: 'Lệ Thủy' -> 'lethuy'. */
export function addressPart(text: string): string {
  return text
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}
