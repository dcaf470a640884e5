import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, setUp } from './index.mjs'
import { runVisibly } from './run.mjs'
import { say, showError } from './terminal.mjs'
import { hasOldestPostgres, startOldestPostgres } from './test-postgres.mjs'
import { installTools, missingTools } from './tools.mjs'

/*
 * `npm test`: set-up, type check, lint, and every test; the integration tests run twice, on the embedded PostgreSQL and
 * on the oldest supported one. The last line is the sum: `N passed, N failed`. With words (`npm test -- test/unit`) only
 * the named tests run, once.
 */

const total = { passed: 0, failed: 0, skipped: 0 }
const bin = name => join(root, 'node_modules/.bin', name)
const scratch = mkdtempSync(join(tmpdir(), 'loa-test-results-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130))

/** A check counts only when it fails: a compiler is no test. */
async function check(name, file, args) {
  say(`\n▸ ${name}`)
  if ((await runVisibly(file, args, { cwd: root })) !== 0) {
    total.failed += 1
    say(`✗ ${name}`)
  }
}

async function jest(name, args, env = {}) {
  say(`\n▸ ${name}`)
  const result = join(scratch, `${name.replaceAll(/\W+/g, '-')}.json`)
  const workers = Math.max(1, Math.min(4, availableParallelism()))
  const words = [
    '--experimental-vm-modules',
    '--no-warnings',
    bin('jest'),
    `--maxWorkers=${workers}`,
    '--passWithNoTests',
  ]
  const code = await runVisibly(process.execPath, [...words, ...args, '--json', `--outputFile=${result}`], {
    cwd: root,
    env,
  })
  addUp(result, code)
}

/** A file that could not even be loaded has no tests to count, but it failed. */
function addUp(result, code) {
  let counts
  try {
    counts = JSON.parse(readFileSync(result, 'utf8'))
  } catch {
    total.failed += 1
    return
  }
  const failed = counts.numFailedTests + counts.numRuntimeErrorTestSuites
  total.passed += counts.numPassedTests
  total.failed += code !== 0 && failed === 0 ? 1 : failed
  total.skipped += counts.numPendingTests + counts.numTodoTests
}

/**
 * What only tests need. Where it may not be installed, tests in a browser and on PostgreSQL 15 are skipped by name; those
 * that push to a broker, a streaming server or a player, or draw pages of PDFs, fail and say what is missing.
 */
async function testTools() {
  for (const [program, isMissing, without] of [
    ['chromium', () => missingTools(['chromium']).length > 0, 'are skipped'],
    ['postgresql-15', () => !hasOldestPostgres(), 'are skipped'],
    // Ordinary users have no sbin on their path.
    ['mosquitto', () => missingTools(['mosquitto']).length > 0 && !existsSync('/usr/sbin/mosquitto'), 'will fail'],
    ['icecast2', () => missingTools(['icecast2']).length > 0, 'will fail'],
    ['pdftoppm', () => missingTools(['pdftoppm']).length > 0, 'will fail'],
    ['mpv', () => missingTools(['mpv']).length > 0, 'will fail'],
  ]) {
    if (!isMissing()) continue
    try {
      await installTools([program], () => !isMissing())
    } catch (error) {
      showError(error)
      say(`  The tests that need ${program} ${without}.`)
    }
  }
}

async function everything() {
  await testTools()
  await check('types', bin('tsc'), ['-p', 'tsconfig.test.json'])
  await check('types of the console', bin('tsc'), ['--noEmit', '-p', 'services/web/console'])
  await check('format and lint', bin('biome'), ['check', '--diagnostic-level=error'])
  const embedded = { DATABASE_URL: undefined, REDIS_URL: undefined }
  await jest(
    'unit, contract, integration (embedded PostgreSQL)',
    ['--selectProjects', 'unit', 'contract', 'integration'],
    embedded,
  )
  await jest('end to end in Chromium', ['--selectProjects', 'e2e'], embedded)
  if (!hasOldestPostgres()) {
    say('\n▸ integration on PostgreSQL 15: SKIPPED, it is not installed')
    total.skipped += 1
    return
  }
  const server = await startOldestPostgres()
  try {
    const onDatabase =
      '--testPathPatterns=/integration/(?!runtime/|loudspeaker/|simulator/|bench/|whole/chaos|station/|board/|places/board-headless|http/board-media|devices/(mqtt|icecast|axis))'
    await jest('integration (PostgreSQL 15 by DATABASE_URL)', ['--selectProjects', 'integration', onDatabase], {
      DATABASE_URL: server.url,
    })
  } finally {
    server.stop()
  }
}

const named = process.argv.slice(2)
try {
  await setUp(['redis-server', 'ffmpeg', 'espeak-ng'])
  if (named.length > 0) await jest('named tests', named)
  else await everything()
} catch (error) {
  showError(error)
  total.failed += 1
}
say('')
process.exitCode = total.failed > 0 ? 1 : 0
// stderr and stdout may be different pipes; the sum must come last on both.
const sum = `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`
process.stdout.write(`${sum}\n`)
