import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CachePort, Log } from '../../channels/contract.ts'

export interface DiskCacheOptions {
  folder: string
  /** All files together stay below this; 0 keeps nothing. */
  maxBytes: number
  now: () => Date
  log: Log
}

const checksumBytes = 32
const suffix = '.cache'
/** Room is made down to this share, so that it is not made again for every single file. */
const emptiedTo = 0.9
/** Several processes may share the folder: after adding so much of the bound, one looks again what is there. */
const lookAgainAfter = 0.05
/** Half a file that nobody finished in this time belonged to a process that died. */
const abandonedMs = 3_600_000
/** The time of use is written at most so often. */
const touchEveryMs = 60_000

/**
 * A cache of files: bounded, the least recently used go first. A file holds the SHA-256 of its key and bytes before them and gets
 * its name only when it is whole, so what is served is what was put; a damaged file is removed and counts as absent.
 * Processes may share a folder. Neither call ever rejects: what goes wrong is logged, once until it goes well again.
 */
export function createDiskCache({ folder, maxBytes, now, log }: DiskCacheOptions): CachePort {
  let known: { bytes: number; added: number } | undefined
  let making: Promise<void> | undefined
  let complained = false

  async function attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await work()
      complained = false
      return result
    } catch (error) {
      if (!complained) log.warn({ folder, error: codeOf(error) }, 'the cache on disk does not work')
      complained = true
      return undefined
    }
  }

  async function get(key: string): Promise<Buffer | undefined> {
    const path = pathOf(folder, key)
    const bytes = await readFile(path).catch(ignoreMissing)
    if (!bytes) return undefined
    const content = bytes.subarray(checksumBytes)
    if (bytes.length < checksumBytes || !checksum(key, content).equals(bytes.subarray(0, checksumBytes))) {
      log.warn({ folder }, 'a damaged file was removed from the cache')
      await rm(path, { force: true })
      return undefined
    }
    await touch(path, now())
    return content
  }

  async function put(key: string, content: Buffer): Promise<void> {
    const size = content.length + checksumBytes
    if (size > maxBytes) return
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = join(folder, `${randomBytes(8).toString('hex')}.part`)
    try {
      await writeFile(draft, Buffer.concat([checksum(key, content), content]), { flag: 'wx', mode: 0o600 })
      await utimes(draft, now(), now())
      await rename(draft, pathOf(folder, key))
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
    if (known) {
      known.bytes += size
      known.added += size
    }
    const due = !known || known.bytes > maxBytes || known.added > maxBytes * lookAgainAfter
    if (!due) return
    // One at a time; what is added meanwhile is counted at the next look.
    making ??= makeRoom().finally(() => {
      making = undefined
    })
    await making
  }

  async function makeRoom(): Promise<void> {
    const files = await listFiles(folder, now())
    let bytes = files.reduce((sum, file) => sum + file.size, 0)
    if (bytes > maxBytes) {
      for (const file of files.sort((a, b) => a.usedMs - b.usedMs)) {
        if (bytes <= maxBytes * emptiedTo) break
        await rm(file.path, { force: true })
        bytes -= file.size
      }
    }
    known = { bytes, added: 0 }
  }

  return {
    get: key => attempt(() => get(key)),
    put: async (key, bytes) => {
      await attempt(() => put(key, bytes))
    },
  }
}

/** Over the key too: what was kept for another key, under whatever name it lies now, is not served. */
const checksum = (key: string, bytes: Buffer) => createHash('sha256').update(`${key}\n`).update(bytes).digest()

/** Keys become file names by their hash: whatever is in them, they stay inside the folder. */
function pathOf(folder: string, key: string): string {
  return join(folder, createHash('sha256').update(key).digest('hex') + suffix)
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException | undefined)?.code ?? String(error)

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

async function touch(path: string, at: Date): Promise<void> {
  const found = await stat(path).catch(ignoreMissing)
  if (found && Math.abs(at.getTime() - found.mtimeMs) > touchEveryMs) await utimes(path, at, at).catch(ignoreMissing)
}

interface CachedFile {
  path: string
  size: number
  usedMs: number
}

/** The whole files; what others left half is removed on the way. */
async function listFiles(folder: string, at: Date): Promise<CachedFile[]> {
  const files: CachedFile[] = []
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await stat(path).catch(ignoreMissing)
    if (!found?.isFile()) continue
    if (name.endsWith(suffix)) files.push({ path, size: found.size, usedMs: found.mtimeMs })
    else if (name.endsWith('.part') && at.getTime() - found.mtimeMs > abandonedMs) await rm(path, { force: true })
  }
  return files
}
