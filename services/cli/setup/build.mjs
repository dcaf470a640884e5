import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, run } from './run.mjs'
import { SetupError } from './terminal.mjs'

/**
 * The two things that are compiled. `stamp` holds a hash of names, sizes and dates of the sources at the last build;
 * reading contents would take longer than it is worth at every start.
 */
const parts = [
  {
    name: 'server',
    sources: ['config', 'services', 'channels', 'workers', 'tsconfig.json', 'package-lock.json'],
    except: join('services', 'web', 'console'),
    result: 'dist/services/cli/main.js',
    command: ['node_modules/.bin/tsc', '-p', 'tsconfig.json'],
  },
  {
    name: 'console',
    sources: [
      'services/web/console',
      'services/http/schemas.ts',
      'services/domain',
      'services/text',
      'package-lock.json',
    ],
    except: undefined,
    result: 'dist/web/console/index.html',
    command: [
      'node_modules/.bin/vite',
      'build',
      '--config',
      'services/web/console/vite.config.ts',
      '--logLevel',
      'warn',
    ],
  },
]

/** Names of the parts whose sources have changed since they were built. @param {string} root */
export function partsToBuild(root) {
  return parts
    .filter(part => existsSync(join(root, part.sources[0] ?? '')))
    .filter(part => !existsSync(join(root, part.result)) || stampOf(root, part) !== writtenStamp(root, part))
    .map(part => part.name)
}

/** @param {string} root @param {string} name from `partsToBuild` @throws {SetupError} with the compiler's words */
export async function build(root, name) {
  const part = parts.find(p => p.name === name)
  if (!part) throw new Error(`unknown part ${name}`)
  // Taken before: a file that is saved while the compiler runs makes the next start build again.
  const stamp = stampOf(root, part)
  const [file = '', ...args] = part.command
  const { code, output } = await run(join(root, file), args, {
    cwd: root,
    env: { NODE_ENV: 'production', NO_COLOR: '1', FORCE_COLOR: undefined },
  })
  if (code !== 0) {
    throw new SetupError(
      {
        vi: `Không biên dịch được phần "${name}". Ông/Bà vui lòng lấy lại bản phát hành, hoặc sửa các lỗi nêu trên.`,
        en: `The part "${name}" could not be built. Fetch the release again, or mend the errors above.`,
      },
      lastLines(output, 40),
    )
  }
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stampFile(root, part), stamp)
}

const stampFile = (root, part) => join(root, 'dist', `.${part.name}.stamp`)

function writtenStamp(root, part) {
  try {
    return readFileSync(stampFile(root, part), 'utf8')
  } catch {
    return ''
  }
}

function stampOf(root, part) {
  const hash = createHash('sha256').update(process.versions.node)
  for (const source of part.sources) addToHash(hash, root, source, part.except)
  return hash.digest('hex')
}

function addToHash(hash, root, path, except) {
  if (path === except) return
  const stat = statSync(join(root, path), { throwIfNoEntry: false })
  if (!stat) return
  if (!stat.isDirectory()) {
    hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`)
    return
  }
  for (const name of readdirSync(join(root, path)).sort()) addToHash(hash, root, join(path, name), except)
}
