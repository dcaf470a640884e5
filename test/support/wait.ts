import { setTimeout as pause } from 'node:timers/promises'

/**
 * Waits until `condition` gives something truthy and returns it. For effects that arrive by themselves; never a fixed
 * sleep. The time limit only turns a hang into a message.
 */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const found = await condition()
    if (found) return found
    if (Date.now() > deadline) throw new Error(`did not happen within ${timeoutMs} ms: ${what}`)
    await pause(20)
  }
}
