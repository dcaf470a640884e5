/** Lets so many go at a time, first come first served; the next one goes when one leaves, or has had its time. */
export interface Turns<T> {
  join(one: T): void
  /** Whoever waits is forgotten, and whoever has gone makes room. */
  leave(one: T): void
}

/**
 * @param atOnce how many may be under way
 * @param turnMs how long one that does not leave counts
 * @param go called once for each turn
 */
export function createTurns<T>(atOnce: number, turnMs: number, go: (one: T) => void): Turns<T> {
  const waiting = new Set<T>()
  /** When each went, first to last. */
  const under = new Map<T, number>()
  let timer: NodeJS.Timeout | undefined

  const next = () => {
    const at = performance.now()
    for (const one of waiting) {
      if (under.size >= atOnce) break
      waiting.delete(one)
      under.delete(one)
      under.set(one, at)
      go(one)
    }
    if (waiting.size + under.size > 0) timer ??= setTimeout(expire, turnMs / 4).unref()
  }
  const expire = () => {
    timer = undefined
    const before = performance.now() - turnMs
    for (const [one, at] of under) {
      if (at > before) break
      under.delete(one)
    }
    next()
  }

  return {
    join(one) {
      waiting.add(one)
      next()
    },
    leave(one) {
      waiting.delete(one)
      if (under.delete(one)) next()
    },
  }
}
