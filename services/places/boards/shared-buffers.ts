/**
 * Hands out one buffer for equal texts as long as anybody holds it: ten thousand boards with the same items share a single
 * copy of them.
 */
export function sharedBuffers(): { of(text: string): Buffer } {
  const known = new Map<string, WeakRef<Buffer>>()
  const gone = new FinalizationRegistry<string>(text => {
    if (known.get(text)?.deref() === undefined) known.delete(text)
  })
  return {
    of(text) {
      const kept = known.get(text)?.deref()
      if (kept) return kept
      const buffer = Buffer.from(text)
      known.set(text, new WeakRef(buffer))
      gone.register(buffer, text)
      return buffer
    },
  }
}
