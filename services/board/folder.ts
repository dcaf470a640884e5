import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type BoardManifest, boardManifestSchema, displaySchema } from '../domain/board.ts'
import { replaceFile } from '../runtime/durable.ts'

/** Whom the board belongs to and the credential that is good for its next exchange. */
const credentialSchema = z.object({
  server: z.string(),
  boardId: z.string(),
  name: z.string(),
  commune: z.string(),
  refreshToken: z.string(),
})
export type Credential = z.infer<typeof credentialSchema>

/** What the rules of the player keep over a restart; see services/web/board/core/clock.js and displays.js. */
const memorySchema = z.object({
  clock: z.object({ offsetMs: z.number(), lastSeenMs: z.number() }),
  displays: z.array(displaySchema.extend({ doubtful: z.boolean().optional() })),
})
export type Memory = z.infer<typeof memorySchema>

/** A code that is being shown, so that a restart does not make an officer type another one. */
const pairingSchema = z.object({ server: z.string(), code: z.string(), secret: z.string(), expiresAt: z.string() })
export type OpenPairing = z.infer<typeof pairingSchema>

/** What a board keeps: each write leaves the old or the new file, whole, whenever the power goes. */
export interface BoardFolder {
  readonly path: string
  readonly media: string
  credential(): Credential | undefined
  keepCredential(credential: Credential | undefined): void
  pairing(): OpenPairing | undefined
  keepPairing(pairing: OpenPairing | undefined): void
  manifest(): BoardManifest | undefined
  keepManifest(text: string): void
  memory(): Memory | undefined
  keepMemory(memory: Memory): void
}

/** Opens a board's folder, and makes it when it is not there. What cannot be read counts as not there. */
export function openBoardFolder(path: string): BoardFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const read = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    try {
      return schema.parse(JSON.parse(readFileSync(join(path, name), 'utf8')))
    } catch {
      return undefined
    }
  }
  const write = (name: string, value: unknown) => {
    if (value === undefined) rmSync(join(path, name), { force: true })
    else replaceFile(join(path, name), `${JSON.stringify(value)}\n`)
  }
  return {
    path,
    media: join(path, 'media'),
    credential: () => read('credential.json', credentialSchema),
    keepCredential: credential => write('credential.json', credential),
    pairing: () => read('pairing.json', pairingSchema),
    keepPairing: pairing => write('pairing.json', pairing),
    manifest: () => read('manifest.json', boardManifestSchema),
    keepManifest: text => replaceFile(join(path, 'manifest.json'), text),
    memory: () => read('memory.json', memorySchema),
    keepMemory: memory => write('memory.json', memory),
  }
}
