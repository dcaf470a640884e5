import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, partsToBuild } from './build.mjs'
import { withLock } from './lock.mjs'
import { checkNode } from './node-version.mjs'
import { installPackages, linkCommand, packagesCurrent } from './packages.mjs'
import { step } from './terminal.mjs'
import { installTools, missingTools } from './tools.mjs'

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '../../..')

/**
 * Makes the checkout ready to run: Node, npm packages, system programs, build. Does nothing, in some milliseconds, when
 * all is there; otherwise one process does it while others wait. All progress goes to stderr.
 * @param {string[]} programs system programs that the command at hand needs
 * @throws {import('./terminal.mjs').SetupError}
 */
export async function setUp(programs) {
  checkNode()
  if (isReady(programs)) return
  await withLock(join(root, 'dist/.setup.lock'), async () => {
    if (!packagesCurrent(root)) await step('Cài các gói npm · installing npm packages', () => installPackages(root))
    linkCommand(root)
    const missing = missingTools(programs)
    if (missing.length > 0) await installTools(missing)
    for (const part of partsToBuild(root)) await step(`Biên dịch · building ${part}`, () => build(root, part))
  })
}

function isReady(programs) {
  return packagesCurrent(root) && missingTools(programs).length === 0 && partsToBuild(root).length === 0
}
