import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { isNoRoom, syncFolder } from './durable.ts'

/** What a file is known by before it is here. */
export interface NamedFile {
  sha256: string
  bytes: number
}

/** The files on a device, each named by its hash. Only whole, checked files bear a name without `.part`. */
export interface FileStore {
  path(sha256: string): string
  /** Hashes of the files that are there; what does not match its name is removed. Reads every file once. */
  check(): AsyncGenerator<string>
  /**
   * Takes a file from the network, going on where an earlier attempt ended.
   * @param from answers with the bytes from `offset` on, or with all of them
   * @param wanted hashes that must not be given up for room
   */
  fetch(file: NamedFile, from: Source, wanted: ReadonlySet<string>): Promise<Fetched>
  freeBytes(): Promise<number>
}

/** Bytes from a position; `offset` is where they really begin (0 from a server without ranges). */
export type Source = (offset: number) => Promise<{ offset: number; body: AsyncIterable<Uint8Array> }>

/** `gone`: files that were given up for room. */
export interface Fetched {
  result: 'ready' | 'bad-hash' | 'disk-full'
  gone: string[]
}

export interface StoreLimits {
  /** The files may take this much; the longest unused go first. */
  mostBytes: number
  /** Left free for the journal. */
  leastFreeBytes: number
}

const nameOf = /^[0-9a-f]{64}$/

/** Opens the folder of files, and makes it when it is not there. */
export async function openFileStore(dir: string, limits: StoreLimits): Promise<FileStore> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const path = (sha256: string) => join(dir, sha256)
  const freeBytes = async () => {
    const { bavail, bsize } = await statfs(dir)
    return bavail * bsize
  }

  async function* check() {
    for (const name of await readdir(dir)) {
      if (!nameOf.test(name)) continue
      if ((await hashOf(path(name))) === name) yield name
      else await rm(path(name), { force: true })
    }
  }

  /** Gives up files that nothing names, the longest unused first, until there is room. @returns what is gone */
  const makeRoom = async (bytes: number, wanted: ReadonlySet<string>, own: string): Promise<string[]> => {
    const unused: { name: string; bytes: number; usedAt: number }[] = []
    let total = 0
    for (const name of await readdir(dir)) {
      const { size, mtimeMs } = await stat(path(name))
      total += size
      const hash = name.replace(/\.part$/, '')
      if (hash !== own && !wanted.has(hash)) unused.push({ name, bytes: size, usedAt: mtimeMs })
    }
    unused.sort((a, b) => a.usedAt - b.usedAt)
    const gone: string[] = []
    const isShort = async () => total + bytes > limits.mostBytes || (await freeBytes()) < bytes + limits.leastFreeBytes
    for (const file of unused) {
      if (!(await isShort())) break
      await rm(path(file.name), { force: true })
      total -= file.bytes
      gone.push(file.name)
    }
    return gone.filter(name => nameOf.test(name))
  }

  const fetch: FileStore['fetch'] = async (file, from, wanted) => {
    const part = `${path(file.sha256)}.part`
    const had = await stat(part).then(
      s => s.size,
      () => 0,
    )
    const gone = await makeRoom(Math.max(0, file.bytes - had), wanted, file.sha256)
    if ((await freeBytes()) < Math.max(0, file.bytes - had) + limits.leastFreeBytes)
      return { result: 'disk-full', gone }
    const handle = await open(part, had > 0 && had <= file.bytes ? 'r+' : 'w', 0o600)
    try {
      const whole = await append(handle, Math.min(had, file.bytes) === had ? had : 0, file.bytes, from)
      if (!whole) {
        await rm(part, { force: true })
        return { result: 'bad-hash', gone }
      }
      await handle.sync()
    } catch (error) {
      if (isNoRoom(error)) return { result: 'disk-full', gone }
      throw error
    } finally {
      await handle.close()
    }
    if ((await hashOf(part)) !== file.sha256) {
      await rm(part, { force: true })
      return { result: 'bad-hash', gone }
    }
    await rename(part, path(file.sha256))
    syncFolder(dir)
    const now = new Date()
    await utimes(path(file.sha256), now, now)
    return { result: 'ready', gone }
  }

  return { path, check, fetch, freeBytes }
}

/** @returns false when the file is longer than it was said to be. @throws what the network throws; what came is kept */
async function append(handle: FileHandle, had: number, bytes: number, from: Source): Promise<boolean> {
  if (had === bytes) return true
  const answer = await from(had)
  let at = answer.offset
  if (at === 0 && had > 0) await handle.truncate(0)
  for await (const chunk of answer.body) {
    if (at + chunk.length > bytes) return false
    await handle.write(chunk, 0, chunk.length, at)
    at += chunk.length
  }
  if (at < bytes) throw new Error(`the file ended after ${at} of ${bytes} bytes`)
  return true
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
