import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

function findRoot(from: string): string {
  for (let dir = from; ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'package.json')) && existsSync(join(dir, 'services'))) return dir
    if (dirname(dir) === dir) throw new Error(`No project root above ${from}`)
  }
}

/**
 * Folder of the checkout, found by walking up from this file: the code runs both as sources (tests) and from `dist/`,
 * and both read migrations, tables and page files from the one source tree. `dist/` holds no package.json.
 */
export const projectRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)))

/** Absolute path of a file of the source tree. @param parts path below the project root, e.g. 'services/store/migrations' */
export function projectPath(...parts: string[]): string {
  return join(projectRoot, ...parts)
}

/** The version in package.json, shown by `loa --version`, the API and the console. */
export function projectVersion(): string {
  const { version } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { version: string }
  return version
}
