import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { AppError } from '../domain/errors.ts'

/** How to start a program as the user that owns the database. */
export interface RunAs {
  uid: number | undefined
  gid: number | undefined
  /** Turns a command into the one to spawn. */
  command(file: string, args: string[]): { file: string; args: string[]; uid?: number; gid?: number }
}

const USER = 'postgres'

/**
 * PostgreSQL refuses to run as root. Started by an ordinary user, it simply runs as that user; started by root, it
 * runs as the owner of its data folder, for a new folder as `postgres`, which is created where it is missing.
 *
 * That user may be unable to enter the folders above the programs or the data (a checkout in /root, say). Then the
 * server is given one single capability, to pass through folders, and everything else is taken from it. The
 * `no_setuid_fixup` bit is needed because access(2), which PostgreSQL asks about its own programs, otherwise answers
 * without capabilities. Containers often withhold DAC_READ_SEARCH but grant DAC_OVERRIDE.
 *
 * @param owner user id that owns the existing data, undefined for new data
 * @param mustReach paths that the user must be able to reach
 * @throws AppError setup.database when no way is found
 */
export function serverUser(owner: number | undefined, mustReach: string[]): RunAs {
  if (process.getuid?.() !== 0) {
    return { uid: undefined, gid: undefined, command: (file, args) => ({ file, args }) }
  }
  const { uid, gid } = owner ? { uid: owner, gid: groupOf(owner) } : postgresUser()
  const plain: RunAs = { uid, gid, command: (file, args) => ({ file, args, uid, gid }) }
  if (canReach(plain, mustReach)) return plain
  for (const capability of grantable(['dac_read_search', 'dac_override'])) {
    const way: RunAs = { uid, gid, command: (file, args) => withCapability(capability, uid, gid, file, args) }
    if (canReach(way, mustReach)) return way
  }
  throw new AppError('setup.database', {
    vi: `Người dùng "${USER}" (chạy PostgreSQL) không vào được thư mục ${mustReach.join(', ')}. Ông/Bà vui lòng chuyển Loa sang thư mục như /srv/loa hoặc chạy bằng người dùng thường, không phải root.`,
    en: `The user "${USER}", which runs PostgreSQL, cannot enter ${mustReach.join(', ')}. Move Loa to a folder like /srv/loa, or run it as an ordinary user instead of root.`,
  })
}

function withCapability(capability: string, uid: number, gid: number, file: string, args: string[]) {
  const only = `+${capability}`
  return {
    file: 'setpriv',
    args: [
      ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--securebits', '+no_setuid_fixup'],
      ...['--inh-caps', only, '--ambient-caps', only, '--bounding-set', `-all,${only}`, '--', file, ...args],
    ],
  }
}

function canReach(as: RunAs, paths: string[]): boolean {
  return paths.every(path => {
    const { file, args, uid, gid } = as.command('/usr/bin/test', ['-r', path])
    return spawnSync(file, args, { cwd: '/', stdio: 'ignore', ...(uid && gid ? { uid, gid } : {}) }).status === 0
  })
}

/** Those of the named capabilities that this process holds itself and may hand on. */
function grantable(names: ('dac_read_search' | 'dac_override')[]): string[] {
  const bit = { dac_override: 1n, dac_read_search: 2n }
  const status = readFileSync('/proc/self/status', 'utf8')
  const held = (set: string) => BigInt(`0x${new RegExp(`^${set}:\\s*([0-9a-f]+)`, 'm').exec(status)?.[1] ?? '0'}`)
  const mine = held('CapPrm') & held('CapBnd')
  return names.filter(name => (mine >> bit[name]) & 1n)
}

function postgresUser(): { uid: number; gid: number } {
  if (lookUp('-u') === undefined) {
    const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', USER])
    if (made.status !== 0 && lookUp('-u') === undefined) {
      throw new AppError('setup.database', {
        vi: `PostgreSQL không chạy được bằng root và không tạo được người dùng "${USER}". Ông/Bà vui lòng tạo người dùng này (useradd --system ${USER}) hoặc chạy Loa bằng người dùng thường.`,
        en: `PostgreSQL does not run as root, and the user "${USER}" could not be created. Create it (useradd --system ${USER}), or run Loa as an ordinary user.`,
      })
    }
  }
  return { uid: lookUp('-u') ?? 0, gid: lookUp('-g') ?? 0 }
}

function groupOf(uid: number): number {
  return lookUp('-g', String(uid)) ?? uid
}

function lookUp(what: '-u' | '-g', user = USER): number | undefined {
  try {
    return Number(execFileSync('id', [what, user], { stdio: ['ignore', 'pipe', 'ignore'] }).toString())
  } catch {
    return undefined
  }
}
