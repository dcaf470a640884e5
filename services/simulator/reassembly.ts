import type { MessagePart } from './smpp-message.ts'

/** Long messages whose parts come one by one and in any order, as a handset collects them. */
export interface Reassembly<Part> {
  /** @returns all parts in order once the last one has come; undefined while some are missing */
  add(key: string, place: MessagePart, part: Part, at: Date): Part[] | undefined
  /** Parts that wait for others. */
  waiting(): number
  /** Parts given up: too old, too many, or replaced by another with the same place. */
  lost(): number
}

interface Collected<Part> {
  parts: (Part | undefined)[]
  have: number
  since: number
}

/**
 * @param limits.messages unfinished messages kept at once; the oldest gives way
 * @param limits.maxAgeMs after this long an unfinished message is given up, so that a reference can be used again
 */
export function createReassembly<Part>(limits: { messages: number; maxAgeMs: number }): Reassembly<Part> {
  // Keeps the order of insertion: the first key is the oldest.
  const open = new Map<string, Collected<Part>>()
  let waiting = 0
  let lost = 0

  function giveUp(key: string, collected: Collected<Part>): void {
    open.delete(key)
    waiting -= collected.have
    lost += collected.have
  }

  function giveUpOld(nowMs: number): void {
    for (const [key, collected] of open) {
      if (open.size <= limits.messages && nowMs - collected.since <= limits.maxAgeMs) return
      giveUp(key, collected)
    }
  }

  return {
    add(key, place, part, at) {
      giveUpOld(at.getTime())
      const full = `${key} ${place.reference} ${place.total}`
      const collected = open.get(full) ?? {
        parts: Array.from<Part | undefined>({ length: place.total }),
        have: 0,
        since: at.getTime(),
      }
      const index = place.number - 1
      if (collected.parts[index] === undefined) {
        collected.have += 1
        waiting += 1
      } else lost += 1
      collected.parts[index] = part
      if (collected.have < place.total) {
        open.set(full, collected)
        return undefined
      }
      open.delete(full)
      waiting -= collected.have
      return collected.parts.filter(one => one !== undefined)
    },
    waiting: () => waiting,
    lost: () => lost,
  }
}
