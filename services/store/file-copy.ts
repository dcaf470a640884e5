import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import type { Sql } from './db.ts'
import { readFileSlice } from './files.ts'

/** Read from the database at a time. */
const sliceBytes = 1024 * 1024

/**
 * Writes a stored file to disk, slice by slice, and compares the hash of what was written with its name.
 * @returns false when there is no such file, or its bytes are not those of its name; nothing is left on the disk then
 */
export async function copyFileTo(sql: Sql, sha256: string, path: string, signal?: AbortSignal): Promise<boolean> {
  const file = await open(path, 'w')
  const hash = createHash('sha256')
  try {
    for (let at = 0; ; ) {
      signal?.throwIfAborted()
      const slice = await readFileSlice(sql, sha256, at, sliceBytes)
      if (!slice || slice.length === 0) break
      hash.update(slice)
      await file.appendFile(slice)
      at += slice.length
    }
  } finally {
    await file.close()
  }
  if (hash.digest('hex') === sha256) return true
  await rm(path, { force: true })
  return false
}
