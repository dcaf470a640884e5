import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { projectPath, projectRoot } from '../../runtime/paths.ts'
import { postgresBinaries } from '../../runtime/postgres-binaries.ts'
import { runToEnd } from '../../runtime/run.ts'
import { findTool, installCommand } from '../../runtime/tools.ts'
import { type Check, type Finding, fine, wrong } from './check.ts'

/** The set-up's own questions. They are plain JavaScript outside the compiled tree, hence loaded by address. */
async function setUpModule<T>(file: string): Promise<T> {
  return (await import(pathToFileURL(projectPath('services/cli/setup', file)).href)) as T
}

/** What must be on the machine, whatever the configuration says. */
export function machineChecks(needs: { redis: boolean; postgres: boolean; speech: boolean; boards: boolean }): Check[] {
  return [
    { name: 'node', required: true, look: checkNode },
    { name: 'packages', required: true, look: checkPackages },
    { name: 'build', required: true, look: checkBuild },
    { name: 'redis-server', required: needs.redis, look: () => version('redis-server', ['--version']) },
    { name: 'postgres', required: needs.postgres, look: checkPostgres },
    { name: 'ffmpeg', required: needs.speech, look: checkFfmpeg },
    { name: 'espeak-ng', required: needs.speech, look: checkEspeak },
    // Only PDFs for boards need it.
    { name: 'poppler', required: false, look: checkPoppler },
    { name: 'sharp', required: needs.boards, look: checkSharp },
  ]
}

async function checkNode(): Promise<Finding> {
  const { checkNode: check } = await setUpModule<{ checkNode(): void }>('node-version.mjs')
  try {
    check()
    return fine(`Node.js ${process.versions.node}`, `Node.js ${process.versions.node}`)
  } catch (error) {
    return wrong(`Node.js ${process.versions.node} quá cũ`, (error as Error).message, 'https://nodejs.org')
  }
}

async function checkPackages(): Promise<Finding> {
  const { packagesCurrent } = await setUpModule<{ packagesCurrent(root: string): boolean }>('packages.mjs')
  return packagesCurrent(projectRoot)
    ? fine('Các gói npm đầy đủ', 'All npm packages are there')
    : wrong('Các gói npm thiếu hoặc khác package-lock.json', 'npm packages are missing or outdated', 'npm ci')
}

async function checkBuild(): Promise<Finding> {
  const { partsToBuild } = await setUpModule<{ partsToBuild(root: string): string[] }>('build.mjs')
  const old = partsToBuild(projectRoot)
  return old.length === 0
    ? fine('Bản biên dịch khớp mã nguồn', 'The build matches the sources')
    : wrong(`Cần biên dịch lại: ${old.join(', ')}`, `To be built again: ${old.join(', ')}`, 'npm start')
}

async function checkPostgres(): Promise<Finding> {
  const { version: number } = await postgresBinaries()
  return fine(`PostgreSQL ${number} đi kèm`, `Bundled PostgreSQL ${number}`)
}

function missing(program: string): Finding {
  return wrong(`Chưa cài ${program}`, `${program} is not installed`, installCommand(program))
}

async function version(program: string, args: string[]): Promise<Finding> {
  const path = findTool(program)
  if (!path) return missing(program)
  const { output } = await runToEnd(path, args)
  const number = /\d+\.\d+(?:\.\d+)?/.exec(output)?.[0] ?? '?'
  return fine(`${program} ${number} (${path})`, `${program} ${number} (${path})`)
}

/** What the loudspeaker chain uses; some builds leave parts out, above all the MP3 encoder and that of boards' videos. */
const FILTERS = [
  ...['highpass', 'lowpass', 'equalizer', 'acompressor', 'alimiter', 'aresample', 'ebur128', 'silencedetect'],
  ...['volume', 'apad', 'concat', 'asplit', 'aformat'],
]

async function checkFfmpeg(): Promise<Finding> {
  const path = findTool('ffmpeg')
  if (!path) return missing('ffmpeg')
  const encoders = await runToEnd(path, ['-hide_banner', '-encoders'])
  const filters = await runToEnd(path, ['-hide_banner', '-filters'])
  const lacking = FILTERS.filter(name => !new RegExp(`^ \\S+ +${name} `, 'm').test(filters.output))
  for (const name of ['flac', 'libmp3lame', 'libx264'])
    if (!encoders.output.includes(` ${name} `)) lacking.unshift(name)
  if (lacking.length > 0) {
    const list = lacking.join(', ')
    return wrong(`ffmpeg này thiếu: ${list}`, `This ffmpeg lacks: ${list}`, installCommand('ffmpeg'))
  }
  if (!existsSync(path.replace(/ffmpeg$/, 'ffprobe')) && !findTool('ffprobe')) return missing('ffprobe')
  return version('ffmpeg', ['-version'])
}

async function checkEspeak(): Promise<Finding> {
  const path = findTool('espeak-ng')
  if (!path) return missing('espeak-ng')
  const { output } = await runToEnd(path, ['--voices=vi'])
  if (!/^\s*\d+\s+vi\s/m.test(output)) {
    const install = installCommand('espeak-ng')
    return wrong('espeak-ng không có giọng tiếng Việt', 'espeak-ng has no Vietnamese voice', install)
  }
  return version('espeak-ng', ['--version'])
}

async function checkPoppler(): Promise<Finding> {
  for (const program of ['pdftoppm', 'pdfinfo', 'pdftotext']) {
    if (!findTool(program)) return missing('pdftoppm')
  }
  return version('pdftoppm', ['-v'])
}

/** Its library comes as a package of this system, which an installation without optional packages leaves out. */
async function checkSharp(): Promise<Finding> {
  try {
    const { default: sharp } = await import('sharp')
    return fine(`sharp ${sharp.versions.sharp}`, `sharp ${sharp.versions.sharp}`)
  } catch {
    return wrong(
      'Thiếu gói xử lý ảnh sharp cho hệ điều hành này',
      'The package of sharp for this system is missing',
      'npm ci --include=optional',
    )
  }
}
