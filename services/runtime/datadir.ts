import { randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, realpath, rename, rm, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError, isAppError } from '../domain/errors.ts'
import { diskFull, namedDiskError } from './disk.ts'
import { isAlive, processIdentity } from './process.ts'

/** The data folder of one running instance, held by a lock. */
export interface DataDir {
  /** Absolute path without symbolic links. */
  path: string
  /** Absolute path of a part, e.g. `at('postgres')`. */
  at(...parts: string[]): string
  /** Tells a second start where this instance is reached. */
  announce(address: string): Promise<void>
  /** Gives the lock back. */
  release(): Promise<void>
}

/** Who holds a data folder. */
export interface Holder {
  pid: number
  /** Address of the console, once it is known. */
  address: string | null
}

interface LockNote extends Holder {
  host: string
  identity: string
}

/** A first start writes some 60 MB, and PostgreSQL wants room for its log of changes. */
const LEAST_FREE_BYTES = 150_000_000

/**
 * Opens the data folder for this process alone: makes it, checks that it can be written and has room, takes its lock.
 *
 * The lock is a numbered file `lock.N` that names a process. It counts only while that very process lives (number,
 * boot and start time), so it needs no clean-up after kill -9. Whoever finds the highest number without a living owner
 * creates the next number with link(2), which only one of several can do, and then looks again; so two starts at once
 * never both succeed.
 * @param folder relative paths are below the working directory
 * @param leastFreeBytes room that there must be
 * @throws AppError setup.already-running, setup.disk-full, setup.configuration
 */
export async function openDataDir(folder: string, leastFreeBytes = LEAST_FREE_BYTES): Promise<DataDir> {
  const path = await makeWritable(resolve(folder), leastFreeBytes)
  const mine = await takeLock(path)
  await removeOtherLocks(path, mine)
  return {
    path,
    at: (...parts) => join(path, ...parts),
    announce: address => replace(path, mine, note(address)),
    release: () => rm(join(path, lockName(mine)), { force: true }),
  }
}

/** Who runs on this data folder now, if anybody; takes nothing. For `loa doctor` and commands that need the server. */
export async function dataDirHolder(folder: string): Promise<Holder | undefined> {
  const path = resolve(folder)
  const numbers = await lockNumbers(path).catch(() => [])
  for (const number of numbers) {
    const found = await readNote(path, number)
    if (found && isHeld(found)) return { pid: found.pid, address: found.address }
  }
  return undefined
}

async function takeLock(path: string): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const numbers = await lockNumbers(path)
    await refuseHeld(path, numbers)
    const mine = Math.max(0, ...numbers) + 1
    if (!(await create(path, mine))) continue
    try {
      await refuseHeld(
        path,
        (await lockNumbers(path)).filter(number => number !== mine),
      )
      return mine
    } catch (error) {
      await rm(join(path, lockName(mine)), { force: true })
      throw error
    }
  }
  throw alreadyRunning(path, { pid: 0, address: null })
}

async function refuseHeld(path: string, numbers: number[]): Promise<void> {
  for (const number of numbers) {
    const found = await readNote(path, number)
    if (found && isHeld(found)) throw alreadyRunning(path, found)
  }
}

/** On a disk shared by several machines nobody can tell whether a process elsewhere lives; its lock then counts. */
function isHeld(found: LockNote): boolean {
  if (found.host !== hostname()) return true
  return isAlive(found.pid) && processIdentity(found.pid) === found.identity
}

function note(address: string | null): LockNote {
  return { pid: process.pid, identity: processIdentity(process.pid), host: hostname(), address }
}

const lockName = (number: number) => `lock.${number}`

async function lockNumbers(path: string): Promise<number[]> {
  return (await readdir(path))
    .map(name => /^lock\.(\d+)$/.exec(name)?.[1])
    .filter(digits => digits !== undefined)
    .map(Number)
}

async function readNote(path: string, number: number): Promise<LockNote | undefined> {
  try {
    return JSON.parse(await readFile(join(path, lockName(number)), 'utf8')) as LockNote
  } catch {
    return undefined
  }
}

async function writeDraft(path: string, content: LockNote): Promise<string> {
  const draft = join(path, `.lock.${process.pid}.${randomBytes(4).toString('hex')}`)
  const file = await open(draft, 'wx', 0o644)
  await file.writeFile(`${JSON.stringify(content)}\n`)
  await file.close()
  return draft
}

/** @returns false when another process was quicker */
async function create(path: string, number: number): Promise<boolean> {
  const draft = await writeDraft(path, note(null))
  try {
    await link(draft, join(path, lockName(number)))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}

async function replace(path: string, number: number, content: LockNote): Promise<void> {
  await rename(await writeDraft(path, content), join(path, lockName(number)))
}

async function removeOtherLocks(path: string, mine: number): Promise<void> {
  for (const number of await lockNumbers(path)) {
    if (number < mine) await rm(join(path, lockName(number)), { force: true })
  }
}

/**
 * As root the folder may be passed through (not listed) by others, for PostgreSQL runs as another user; what lies in
 * it is protected by its own rights.
 */
async function makeWritable(folder: string, leastFreeBytes: number): Promise<string> {
  try {
    await mkdir(folder, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 })
    const path = await realpath(folder)
    const { bavail, bsize } = await statfs(path)
    if (bavail * bsize < leastFreeBytes) throw diskFull(path)
    const probe = join(path, `.probe.${process.pid}`)
    const file = await open(probe, 'w')
    try {
      await file.writeFile(Buffer.alloc(65_536))
      await file.sync()
    } finally {
      await file.close()
      await rm(probe, { force: true })
    }
    return path
  } catch (error) {
    if (isAppError(error)) throw error
    const named = namedDiskError(error, folder)
    if (isAppError(named)) throw named
    throw new AppError(
      'setup.configuration',
      {
        vi: `Không ghi được vào thư mục dữ liệu ${folder}. Ông/Bà vui lòng cấp quyền ghi hoặc chọn thư mục khác (LOA_DATA).`,
        en: `The data folder ${folder} cannot be written. Grant the right to write to it, or choose another (LOA_DATA).`,
      },
      { cause: error, message: `cannot write ${folder}: ${(error as Error).message}` },
    )
  }
}

function alreadyRunning(path: string, { pid, address }: Holder): AppError {
  const where = address ? { vi: ` tại ${address}`, en: ` at ${address}` } : { vi: '', en: '' }
  const who =
    pid > 0 ? { vi: ` (tiến trình ${pid}${where.vi})`, en: ` (process ${pid}${where.en})` } : { vi: '', en: '' }
  return new AppError(
    'setup.already-running',
    {
      vi: `Loa đã chạy trên thư mục dữ liệu ${path}${who.vi}. Ông/Bà vui lòng dùng hệ thống đang chạy, dừng nó trước, hoặc chọn thư mục khác bằng --data.`,
      en: `Loa already runs on the data folder ${path}${who.en}. Use that instance, stop it first, or choose another folder with --data.`,
    },
    { details: { pid, address } },
  )
}
