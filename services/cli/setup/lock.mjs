import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { say } from './terminal.mjs'

/**
 * Lets one set-up at a time work on a checkout; others wait for it and then find everything done.
 * The lock names its process. When that process is gone (kill -9), whoever first moves the file away takes over.
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} work
 */
export async function withLock(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  const mine = `${path}.${process.pid}`
  let told = false
  writeFileSync(mine, `${process.pid} ${startOf(process.pid)}`)
  try {
    while (!acquire(mine, path)) {
      if (takeAwayDead(path)) continue
      if (!told) say('… Chờ một lần cài đặt khác đang chạy · waiting for another set-up of this folder')
      told = true
      await delay(200)
    }
    try {
      return await work()
    } finally {
      rmSync(path, { force: true })
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

function acquire(mine, path) {
  try {
    linkSync(mine, path)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

/** @returns {boolean} true when the lock of a dead process was removed */
function takeAwayDead(path) {
  const holder = read(path)
  if (holder === '' || lives(holder)) return false
  const away = `${path}.dead.${process.pid}`
  try {
    renameSync(path, away)
  } catch {
    return true
  }
  // Between reading and moving, a third process may have taken over; then its lock goes back.
  const moved = read(away)
  if (moved !== holder && lives(moved)) acquire(away, path)
  rmSync(away, { force: true })
  return true
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function lives(note) {
  const [pid, start] = note.split(' ')
  try {
    process.kill(Number(pid), 0)
  } catch (error) {
    if (error.code !== 'EPERM') return false
  }
  return startOf(Number(pid)) === start
}

/** Start time in ticks since boot, for a number may be given to another process. Empty where there is no /proc. */
function startOf(pid) {
  const stat = read(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
}
