#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, setUp } from './setup/index.mjs'
import { isSet } from './setup/run.mjs'
import { say, showError } from './setup/terminal.mjs'
import { installTools, missingTools } from './setup/tools.mjs'

/*
 * The `loa` command. Plain JavaScript without packages: it must run in a fresh clone, where it first makes everything
 * else ready and then hands over to the compiled program in the same process.
 */

/**
 * System programs that a command cannot do without. `doctor` needs none: it must be able to say what is missing.
 * @param {string | undefined} command
 */
function neededPrograms(command) {
  const speech = ['ffmpeg', 'espeak-ng']
  const queue = isSet('REDIS_URL') ? [] : ['redis-server']
  switch (command) {
    case 'start':
    case 'demo':
    case 'bench':
    case 'chaos':
      return [...queue, ...speech]
    case 'api':
    case 'work':
    case 'speak':
      return speech
    case 'station':
      return ['ffmpeg']
    default:
      return []
  }
}

/** Programs for one kind of content alone: Loa runs without them, and says so where they would be needed. */
async function wantedPrograms(command) {
  const missing = ['start', 'demo'].includes(command) ? missingTools(['pdftoppm']) : []
  if (missing.length === 0) return
  try {
    await installTools(missing)
  } catch (error) {
    showError(error)
    say('  PDF cho bảng tin chưa dùng được; mọi phần khác vẫn chạy. · Without it, no PDFs for boards; all else works.')
  }
}

try {
  const settings = join(root, '.env')
  if (existsSync(settings)) process.loadEnvFile(settings)
  const command = process.argv.slice(2).find(word => !word.startsWith('-'))
  const asksForHelp = process.argv.includes('--help') || process.argv.includes('-h')
  await setUp(asksForHelp ? [] : neededPrograms(command))
  if (!asksForHelp) await wantedPrograms(command)
} catch (error) {
  showError(error)
  process.exit(1)
}
await import('../../dist/services/cli/main.js')
