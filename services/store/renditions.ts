import { createHash } from 'node:crypto'
import type { Rendition } from '../../channels/contract.ts'
import { canonicalJson } from '../domain/approval.ts'
import type { Sentence } from '../domain/errors.ts'
import type { Sql } from './db.ts'
import { putFile } from './files.ts'

export interface StoredFile {
  name: string
  mime: string
  sha256: string
  sizeBytes: number
}

export interface RenditionRow {
  id: string
  channel: string
  content: unknown
  files: StoredFile[]
  warnings: Sentence[]
}

/**
 * Stores a rendition under the hash of its channel, content and files, and each file under the hash of its bytes.
 * Storing the same twice adds nothing, so one audio file serves all stations.
 */
export async function putRendition(sql: Sql, channel: string, rendition: Rendition<unknown>): Promise<RenditionRow> {
  const files: StoredFile[] = []
  for (const file of rendition.files) {
    const hash = await putFile(sql, file)
    files.push({ name: file.name, mime: file.mime, sha256: hash, sizeBytes: file.bytes.length })
  }
  const id = createHash('sha256')
    .update(canonicalJson({ channel, content: rendition.content, files }))
    .digest('hex')
  await sql.query(
    `insert into renditions (id, channel, content, files, warnings) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [id, channel, JSON.stringify(rendition.content), JSON.stringify(files), JSON.stringify(rendition.warnings)],
  )
  return { id, channel, content: rendition.content, files, warnings: rendition.warnings }
}

/** Reads a rendition without its bytes. */
export async function findRendition(sql: Sql, id: string): Promise<RenditionRow | undefined> {
  const { rows } = await sql.query('select id, channel, content, files, warnings from renditions where id = $1', [id])
  return rows[0]
}

/** Path below the public URL under which a stored file is served (signed or with a session). */
export function filePath(file: StoredFile): string {
  return `/files/${file.sha256}/${encodeURIComponent(file.name)}`
}
