import { chmodSync, existsSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, run } from './run.mjs'
import { SetupError } from './terminal.mjs'

/**
 * True when node_modules holds what package-lock.json asks for. Compared by content, not by date: a checkout or a
 * copy changes dates. Packages for other systems are optional and may be absent.
 * @param {string} root
 */
export function packagesCurrent(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'))
  const installed = lockedPackages(join(root, 'node_modules/.package-lock.json'))
  if (!wanted || !installed) return false
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true
    const found = installed[path]
    return found ? found.version === version : Boolean(optional)
  })
}

function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** Installs exactly what the lock file names, tools for building included. @param {string} root @throws {SetupError} */
export async function installPackages(root) {
  const args = ['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--no-progress']
  const { code, output } = await run('npm', args, { cwd: root })
  if (code === 0) return
  throw new SetupError(
    {
      vi: 'Không cài được các gói npm. Ông/Bà vui lòng kiểm tra kết nối mạng (hoặc máy chủ gói nội bộ) rồi chạy: npm ci',
      en: 'The npm packages could not be installed. Check the network (or the package mirror), then run: npm ci',
    },
    lastLines(output),
  )
}

/** Makes `node_modules/.bin/loa`, so that scripts find the command without npx. @param {string} root */
export function linkCommand(root) {
  const link = join(root, 'node_modules/.bin/loa')
  const target = '../../services/cli/loa.mjs'
  if (linkTarget(link) === target) return
  rmSync(link, { force: true })
  try {
    symlinkSync(target, link)
    chmodSync(join(root, 'services/cli/loa.mjs'), 0o755)
  } catch (error) {
    // A checkout that may not be written works all the same, through npx.
    if (!existsSync(link) && error.code !== 'EACCES' && error.code !== 'EROFS' && error.code !== 'EPERM') throw error
  }
}

function linkTarget(link) {
  try {
    return readlinkSync(link)
  } catch {
    return ''
  }
}
