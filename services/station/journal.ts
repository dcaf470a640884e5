import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { isNoRoom, syncFolder } from '../runtime/durable.ts'
import { apply, nothingRecorded } from './core/record.ts'
import type { JournalRecord, Recorded } from './core/types.ts'

/** The player's memory: one JSON line per record, on the disk before anything is done by it. */
export interface Journal {
  /** What the lines that were found add up to. */
  recorded: Recorded
  /** Lines that could not be read; the half line of a power cut at the end is not counted. */
  badLines: number
  /**
   * Appends and waits for the disk. Synchronous on purpose: the next sample may only be given away afterwards.
   * @returns false when the disk took nothing; the records are kept and go with the next call
   */
  append(records: JournalRecord[]): boolean
  /** Bytes that are certainly on the disk. */
  syncedBytes(): number
  /** Starts a new file with a summary once the old one has grown long. */
  compact(snapshot: Recorded): void
  close(): void
}

/** A year of three slots a day would be some 40 MB; reading that at every start is too slow on a small box. */
const longBytes = 2_000_000

/** Opens the journal, or starts one. A line that a power cut left half written is cut off. */
export function openJournal(path: string): Journal {
  rmSync(`${path}.new`, { force: true })
  const found = existsSync(path) ? readFileSync(path) : Buffer.alloc(0)
  const wholeBytes = found.lastIndexOf(10) + 1
  let badLines = 0
  let recorded = nothingRecorded
  for (const line of found.subarray(0, wholeBytes).toString('utf8').split('\n')) {
    if (line === '') continue
    try {
      recorded = apply(recorded, JSON.parse(line) as JournalRecord)
    } catch {
      badLines++
    }
  }
  let fd = openSync(path, existsSync(path) ? 'r+' : 'w+', 0o600)
  let size = wholeBytes
  let waiting: JournalRecord[] = []
  ftruncateSync(fd, size)

  const append = (records: JournalRecord[]): boolean => {
    waiting.push(...records)
    if (waiting.length === 0) return true
    const text = Buffer.from(waiting.map(r => `${JSON.stringify(r)}\n`).join(''))
    try {
      writeAll(fd, text, size)
      fsyncSync(fd)
    } catch (error) {
      // Half a line of a full disk would spoil the next one.
      try {
        ftruncateSync(fd, size)
      } catch {}
      if (isNoRoom(error)) return false
      throw error
    }
    size += text.length
    waiting = []
    return true
  }

  return {
    recorded,
    badLines,
    append,
    syncedBytes: () => size,
    compact(snapshot) {
      if (size < longBytes) return
      const line = Buffer.from(`${JSON.stringify({ r: 'snapshot', recorded: snapshot } satisfies JournalRecord)}\n`)
      const next = `${path}.new`
      const nextFd = openSync(next, 'w+', 0o600)
      try {
        writeAll(nextFd, line, 0)
        fsyncSync(nextFd)
      } catch (error) {
        closeSync(nextFd)
        rmSync(next, { force: true })
        if (isNoRoom(error)) return
        throw error
      }
      renameSync(next, path)
      syncFolder(dirname(path))
      closeSync(fd)
      fd = nextFd
      size = statSync(path).size
      waiting = []
    },
    close: () => closeSync(fd),
  }
}

function writeAll(fd: number, bytes: Buffer, at: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at + done)
}
