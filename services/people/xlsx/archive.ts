import { randomBytes } from 'node:crypto'
import { closeSync, openSync, unlinkSync, write as writeCallback } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { type Entry, fromFd, type ZipFile } from 'yauzl'
import { diskFull } from '../../runtime/disk.ts'
import { badWorkbook, tooBig } from './refusal.ts'

const write = promisify(writeCallback)

/**
 * What is unpacked at the most. A million rows of seven columns are about 0.5 GB of XML in 60 MB of zip; real sheets pack
 * 5 to 40 times. What claims more is a bomb or no list of people.
 */
export const archiveLimits = {
  packedBytes: 1024 ** 3,
  unpackedBytes: 4 * 1024 ** 3,
  ratio: 200,
  /** Small parts may pack as they like. */
  ratioFromBytes: 10 * 1024 ** 2,
  parts: 10_000,
}
export type ArchiveLimits = typeof archiveLimits

export interface Archive {
  has(part: string): boolean
  /** Size of a part once unpacked, as the archive declares it; reading fails when it is not true. */
  sizeOf(part: string): number
  /** @throws AppError import.malformed when the part is missing or beyond the limits */
  read(part: string): Promise<Readable>
  close(): void
}

/** Zip needs the end of the file first, so the upload goes to a file without a name, which ends with the process. */
async function spool(bytes: AsyncIterable<Uint8Array>, limits: ArchiveLimits): Promise<number> {
  const path = join(tmpdir(), `loa-import-${randomBytes(8).toString('hex')}`)
  const fd = openSync(path, 'wx+', 0o600)
  try {
    unlinkSync(path)
    for await (const chunk of upTo(bytes, limits.packedBytes)) {
      for (let at = 0; at < chunk.length; ) at += (await write(fd, chunk, at)).bytesWritten
    }
    return fd
  } catch (error) {
    closeSync(fd)
    throw (error as { code?: unknown }).code === 'ENOSPC' ? diskFull(tmpdir()) : error
  }
}

async function* upTo(bytes: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of bytes) {
    size += chunk.length
    if (size > limit) throw tooBig(`more than ${limit} bytes packed`)
    yield chunk
  }
}

/**
 * Opens a zip archive from its bytes. Only its directory is read here.
 * @throws AppError import.malformed
 */
export async function openArchive(bytes: AsyncIterable<Uint8Array>, limits = archiveLimits): Promise<Archive> {
  const fd = await spool(bytes, limits)
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    fromFd(fd, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, opened) => {
      if (!error) return resolve(opened)
      closeSync(fd)
      reject(badWorkbook(error.message, error))
    })
  })
  try {
    const parts = await directory(zip, limits)
    return {
      has: part => parts.has(part),
      sizeOf: part => parts.get(part)?.uncompressedSize ?? 0,
      read: part => readPart(zip, parts.get(part), part, limits),
      close: () => zip.close(),
    }
  } catch (error) {
    zip.close()
    throw error
  }
}

function directory(zip: ZipFile, limits: ArchiveLimits): Promise<Map<string, Entry>> {
  const parts = new Map<string, Entry>()
  return new Promise((resolve, reject) => {
    zip.on('error', (error: Error) => reject(badWorkbook(error.message, error)))
    zip.on('end', () => resolve(parts))
    zip.on('entry', (entry: Entry) => {
      parts.set(entry.fileName, entry)
      if (parts.size > limits.parts) return reject(tooBig(`more than ${limits.parts} parts`))
      zip.readEntry()
    })
    zip.readEntry()
  })
}

async function readPart(
  zip: ZipFile,
  entry: Entry | undefined,
  part: string,
  limits: ArchiveLimits,
): Promise<Readable> {
  if (!entry) throw badWorkbook(`no part ${part}`)
  const { compressedSize, uncompressedSize } = entry
  if (uncompressedSize > limits.unpackedBytes) throw tooBig(`${part} unpacks to ${uncompressedSize} bytes`)
  if (uncompressedSize > Math.max(limits.ratioFromBytes, compressedSize * limits.ratio)) {
    throw tooBig(`${part} unpacks ${Math.round(uncompressedSize / compressedSize)} times`)
  }
  return await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(badWorkbook(error.message, error)) : resolve(stream)))
  })
}
