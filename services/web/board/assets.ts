import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { fontFile } from '../../runtime/fonts.ts'
import { projectPath } from '../../runtime/paths.ts'
import { joinModules } from './join.ts'

export interface BoardAsset {
  type: string
  body: Buffer
  /** Strong validator, quotes included. */
  etag: string
}

/** Everything the player consists of. Read once: some 350 kB, and a board must not wait for a disk. */
export interface BoardAssets {
  /** The page, with the address of each asset carrying its hash. */
  page: string
  files: Map<string, BoardAsset>
  /** The service worker of this build. */
  worker: string
  /** What takes its place when it went wrong: it forgets what it kept and removes itself. */
  workerOff: string
  /** Hash of all parts: a player that hears of another one loads itself anew. */
  build: string
}

const folder = 'services/web/board'

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

/** The player's script, as it is served. */
export function playerScript(): string {
  return joinModules('player/main.js', path => readFileSync(projectPath(folder, path), 'utf8'))
}

/** Loads the player from the source tree. @throws when a part is missing, which is a broken installation */
export function loadBoardAssets(): BoardAssets {
  const read = (name: string) => readFileSync(projectPath(folder, name), 'utf8')
  const files = new Map<string, BoardAsset>()
  const add = (name: string, type: string, body: Buffer) => {
    files.set(name, { type, body, etag: `"${hashOf(body)}"` })
  }
  for (const [name, path] of Object.entries(boardFontFiles())) add(name, 'font/ttf', readFileSync(path))
  add('player.css', 'text/css; charset=utf-8', Buffer.from(read('player.css')))
  add('player.js', 'text/javascript; charset=utf-8', Buffer.from(playerScript()))
  const template = read('index.html')
  const worker = read('sw.js')
  const build = hashOf(Buffer.concat([Buffer.from(template + worker), ...[...files.values()].map(f => f.body)]))
  // As the page and the style sheet ask for them: a part is found again by its whole address.
  const versioned = ['player.css', 'player.js'].map(name => `/board-assets/${name}?v=${build}`)
  const parts = [...versioned, ...Object.keys(boardFontFiles()).map(name => `/board-assets/${name}`)]
  return {
    page: template.replaceAll('{{build}}', build),
    files,
    worker: worker.replaceAll('{{build}}', build).replace('{{parts}}', JSON.stringify(parts)),
    workerOff: read('sw-off.js'),
    build,
  }
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}
