import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fontFile } from '../../runtime/fonts.ts'
import { projectPath } from '../../runtime/paths.ts'

export interface BoardAsset {
  type: string
  body: Buffer
  /** Strong validator, quotes included. */
  etag: string
}

/** Everything the player consists of. Read once: some 300 kB, and a board must not wait for a disk. */
export interface BoardAssets {
  /** The page, with the address of each asset carrying its hash. */
  page: string
  files: Map<string, BoardAsset>
  /** Hash of all parts: a player that hears of another one loads itself anew. */
  build: string
}

/**
 * Where the two weights of the player's typeface lie on disk. Each is one un-subset file: subsets split by unicode-range
 * let a browser draw single letters of a word from another family when a file does not arrive, and on old TVs they did.
 */
export function boardFontFiles(): Record<string, string> {
  return {
    'be-vietnam-pro-medium.ttf': fontFile('medium'),
    'be-vietnam-pro-bold.ttf': fontFile('bold'),
  }
}

/** Loads the player from the source tree. @throws when a part is missing, which is a broken installation */
export function loadBoardAssets(): BoardAssets {
  const read = (name: string) => readFileSync(projectPath('services/web/board', name))
  const files = new Map<string, BoardAsset>()
  const add = (name: string, type: string, body: Buffer) => {
    files.set(name, { type, body, etag: `"${hashOf(body)}"` })
  }
  for (const [name, path] of Object.entries(boardFontFiles())) add(name, 'font/ttf', readFileSync(path))
  add('player.css', 'text/css; charset=utf-8', read('player.css'))
  add('player.js', 'text/javascript; charset=utf-8', read('player.js'))
  const template = read('index.html').toString('utf8')
  const build = hashOf(Buffer.concat([Buffer.from(template), ...[...files.values()].map(f => f.body)]))
  return { page: template.replaceAll('{{build}}', build), files, build }
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}
