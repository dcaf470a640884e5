import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { AppError } from '../domain/errors.ts'

export interface ReceiveRules {
  signal: AbortSignal
  /**
   * Bytes that the file may have, asked once its head is here.
   * @param head first bytes, 4 KB where there are so many
   * @throws for a file that is not taken at all: the rest of it need not come
   */
  limitBytes: (head: Buffer) => number
  tooLarge: (limitBytes: number) => AppError
}

const headBytes = 4096

/** Writes an upload to disk as it comes. @throws what the rules give, as soon as there is too much, or the wrong thing */
export async function receive(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  { signal, limitBytes, tooLarge }: ReceiveRules,
): Promise<{ sha256: string; bytes: number }> {
  const file = await open(path, 'w')
  const hash = createHash('sha256')
  let [head, bytes] = [Buffer.alloc(0), 0]
  let limit: number | undefined
  try {
    for await (const chunk of chunks) {
      signal.throwIfAborted()
      bytes += chunk.length
      if (limit === undefined) {
        head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
        if (head.length >= headBytes) limit = limitBytes(head)
      }
      if (limit !== undefined && bytes > limit) throw tooLarge(limit)
      hash.update(chunk)
      await file.appendFile(chunk)
    }
    limit ??= limitBytes(head)
    if (bytes > limit) throw tooLarge(limit)
    return { sha256: hash.digest('hex'), bytes }
  } finally {
    await file.close()
  }
}
