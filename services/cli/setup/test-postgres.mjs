import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { lastLines, run } from './run.mjs'

/** Debian 12's PostgreSQL: the oldest server that Loa supports. */
export const oldestPostgres = '/usr/lib/postgresql/15/bin'

/** @returns {boolean} */
export function hasOldestPostgres() {
  return existsSync(join(oldestPostgres, 'initdb')) && existsSync(join(oldestPostgres, 'pg_ctl'))
}

/**
 * Starts a throw-away PostgreSQL 15 on a loopback port, in a temporary folder that is gone afterwards, also when this
 * process is interrupted.
 * @returns {Promise<{url: string, stop: () => void}>}
 */
export async function startOldestPostgres() {
  const folder = mkdtempSync(join(tmpdir(), 'loa-postgres15-'))
  const cluster = join(folder, 'cluster')
  const password = randomBytes(18).toString('base64url')
  const port = await freePort()
  writeFileSync(join(folder, 'password'), `${password}\n`, { mode: 0o600 })
  if (isRoot()) for (const path of [folder, join(folder, 'password')]) chownSync(path, id('-u'), id('-g'))

  const stop = () => {
    try {
      execFileSync(...asServerUser(['pg_ctl', 'stop', '-D', cluster, '-m', 'immediate']), { stdio: 'ignore', cwd: '/' })
    } catch {
      // It is not running any more.
    }
    rmSync(folder, { recursive: true, force: true })
  }
  process.on('exit', stop)

  const access = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${join(folder, 'password')}`]
  await must(['initdb', '-D', cluster, ...access, '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'])
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off`
  await must(['pg_ctl', 'start', '-w', '-D', cluster, '-l', join(folder, 'log'), '-o', settings])
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: () => {
      process.off('exit', stop)
      stop()
    },
  }
}

async function must(words) {
  const [file, args] = asServerUser(words)
  const { code, output } = await run(file, args, { cwd: '/' })
  if (code !== 0) throw new Error(`${words[0]} failed:\n${lastLines(output)}`)
}

/** PostgreSQL refuses to run as root; Debian's package has made the user `postgres`. */
function asServerUser([program = '', ...args]) {
  const file = join(oldestPostgres, program)
  return isRoot() ? ['runuser', ['-u', 'postgres', '--', file, ...args]] : [file, args]
}

const isRoot = () => process.getuid?.() === 0
const id = what => Number(execFileSync('id', [what, 'postgres']).toString())

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
