import { createHash } from 'node:crypto'
import type { Sql } from './db.ts'

export interface FileInfo {
  sha256: string
  mime: string
  sizeBytes: number
  createdAt: Date
}

/** Stores bytes under their SHA-256 (hex) and returns it; the same bytes are stored once. */
export async function putFile(sql: Sql, file: { mime: string; bytes: Buffer }): Promise<string> {
  const sha256 = createHash('sha256').update(file.bytes).digest('hex')
  await sql.query(
    'insert into files (sha256, mime, size_bytes, bytes) values ($1, $2, $3, $4) on conflict (sha256) do nothing',
    [sha256, file.mime, file.bytes.length, file.bytes],
  )
  return sha256
}

/** What is known of a stored file without reading it. */
export async function findFile(sql: Sql, sha256: string): Promise<FileInfo | undefined> {
  const { rows } = await sql.query(
    `select sha256, mime, size_bytes::float8 as "sizeBytes", created_at as "createdAt" from files where sha256 = $1`,
    [sha256],
  )
  return rows[0]
}

/**
 * Part of a file's bytes. The column is stored uncompressed (`storage external`), so Postgres reads only the pages
 * that hold the slice, and a long recording never stands in memory as a whole.
 * @param offset first byte, counted from 0
 * @returns fewer bytes than asked for at the end of the file; undefined when there is no such file
 */
export async function readFileSlice(
  sql: Sql,
  sha256: string,
  offset: number,
  length: number,
): Promise<Buffer | undefined> {
  const { rows } = await sql.query<{ slice: Buffer }>(
    'select substring(bytes from $2 + 1 for $3) as slice from files where sha256 = $1',
    [sha256, offset, length],
  )
  return rows[0]?.slice
}
