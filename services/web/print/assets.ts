import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { projectPath } from '../../runtime/paths.ts'

export interface PaperAsset {
  type: string
  body: Buffer
  /** Strong validator, quotes included. */
  etag: string
}

const typefaces: Record<string, [packageName: string, file: string]> = {
  'tinos-regular.ttf': ['@expo-google-fonts/tinos', '400Regular/Tinos_400Regular.ttf'],
  'tinos-italic.ttf': ['@expo-google-fonts/tinos', '400Regular_Italic/Tinos_400Regular_Italic.ttf'],
  'tinos-bold.ttf': ['@expo-google-fonts/tinos', '700Bold/Tinos_700Bold.ttf'],
  'tinos-bold-italic.ttf': ['@expo-google-fonts/tinos', '700Bold_Italic/Tinos_700Bold_Italic.ttf'],
  'large-regular.ttf': ['@expo-google-fonts/be-vietnam-pro', '500Medium/BeVietnamPro_500Medium.ttf'],
  'large-bold.ttf': ['@expo-google-fonts/be-vietnam-pro', '700Bold/BeVietnamPro_700Bold.ttf'],
}

/** Where the typefaces of the printed pages lie on disk: whole files, since subsets split words between families. */
export function paperFontFiles(): Record<string, string> {
  const require = createRequire(import.meta.url)
  return Object.fromEntries(
    Object.entries(typefaces).map(([name, [from, file]]) => [
      name,
      join(dirname(require.resolve(`${from}/package.json`)), file),
    ]),
  )
}

/**
 * Typefaces and small scripts of the printed pages and of the page for phones, read once (some 2.5 MB).
 * @throws when a part is missing, which is a broken installation
 */
export function loadPaperAssets(): { files: Map<string, PaperAsset>; build: string } {
  const files = new Map<string, PaperAsset>()
  const add = (name: string, type: string, body: Buffer) => files.set(name, { type, body, etag: `"${hashOf(body)}"` })
  for (const [name, path] of Object.entries(paperFontFiles())) add(name, 'font/ttf', readFileSync(path))
  for (const name of ['print.js', 'posting.js']) {
    add(name, 'text/javascript; charset=utf-8', readFileSync(projectPath('services/web/print', name)))
  }
  return { files, build: hashOf(Buffer.concat([...files.values()].map(f => f.body))) }
}

function hashOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16)
}
