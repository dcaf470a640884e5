import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { projectPath } from '../../../services/runtime/paths.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loa-setup-'))
  await chmod(folder, 0o755)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Result {
  code: number | null
  out: string
  err: string
}

/** Runs a line of JavaScript with one module of set-up as `m`, in a process of its own. */
function withModule(module: string, line: string, options: { path?: string; uid?: number } = {}) {
  const url = pathToFileURL(projectPath('services/cli/setup', module)).href
  const child = spawn(process.execPath, ['--input-type=module', '-e', `import * as m from '${url}'\n${line}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    env: { PATH: options.path ?? '/usr/bin:/bin' },
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  const result: Result = { code: null, out: '', err: '' }
  child.stdout.on('data', chunk => {
    result.out += chunk
  })
  child.stderr.on('data', chunk => {
    result.err += chunk
  })
  const ended = new Promise<Result>(resolve => {
    child.on('close', code => resolve({ ...result, code }))
  })
  return { child, ended }
}

describe('system programs', () => {
  const install = `await m.installTools(m.missingTools(['redis-server', 'espeak-ng'])).catch(e => { console.log(e.sentence.en); process.exit(1) })`

  /** A machine with nothing but a shell and a package manager that writes down what it is told. */
  async function bareMachine(aptGet: string): Promise<string> {
    const bin = join(folder, 'bin')
    await mkdir(bin)
    for (const program of ['sh', 'env', 'cat', 'chmod']) await symlink(`/usr/bin/${program}`, join(bin, program))
    await writeFile(join(bin, 'apt-get'), `#!/usr/bin/sh\necho "$DEBIAN_FRONTEND $*" >> ${folder}/told\n${aptGet}\n`)
    await chmod(join(bin, 'apt-get'), 0o755)
    return bin
  }
  const told = () => readFileSync(join(folder, 'told'), 'utf8').trim().split('\n')
  const brings = (bin: string) =>
    `for p in redis-server espeak-ng; do echo '#!/usr/bin/sh' > ${bin}/$p; chmod 755 ${bin}/$p; done`

  const asRoot = process.getuid?.() === 0 ? test : test.skip
  asRoot('are installed by root without a question', async () => {
    const bin = await bareMachine(`[ "$3" = install ] && { ${brings(join(folder, 'bin'))}; }; true`)
    const { code, err, out } = await withModule('tools.mjs', install, { path: bin }).ended
    expect({ code, out }).toEqual({ code: 0, out: '' })
    expect(told().at(-1)).toMatch(
      /^noninteractive -o DPkg::Lock::Timeout=\d+ install -y --no-install-recommends redis-server espeak-ng$/,
    )
    expect(err).toContain('installing with apt-get')
  })

  asRoot('are tried again after the package lists were renewed', async () => {
    const bin = await bareMachine(
      `[ "$1" = update ] && { > ${folder}/fresh; exit 0; }\n[ -f ${folder}/fresh ] || exit 100\n${brings(join(folder, 'bin'))}`,
    )
    expect((await withModule('tools.mjs', install, { path: bin }).ended).code).toBe(0)
    expect(told().filter(line => line.endsWith(' update')).length).toBeGreaterThan(0)
  })

  asRoot('that cannot be installed are named with the exact command', async () => {
    const bin = await bareMachine('echo "E: no network"; exit 100')
    const { code, out } = await withModule('tools.mjs', install, { path: bin }).ended
    expect(code).toBe(1)
    expect(out.trim()).toBe(
      'Missing on this machine: redis-server, espeak-ng. Install with this command, then start again: apt-get install -y --no-install-recommends redis-server espeak-ng',
    )
  })

  // As root, somebody else is asked, who must be able to read the checkout and to run Node.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  const reachable =
    spawnSync(process.execPath, [projectPath('services/cli/setup/node-version.mjs')], nobody).status === 0
  const asSomebody = reachable ? test : test.skip
  asSomebody('are left to the person who may install, with the exact command', async () => {
    const bin = await bareMachine('exit 0')
    const { code, out } = await withModule('tools.mjs', install, { path: bin, ...nobody }).ended
    expect(code).toBe(1)
    expect(out).toContain('then start again: sudo apt-get install -y --no-install-recommends redis-server espeak-ng')
    expect(existsSync(join(folder, 'told'))).toBe(false)
  })

  test('on a system without a known package manager the Debian command is shown', async () => {
    await mkdir(join(folder, 'empty'))
    const { code, out } = await withModule('tools.mjs', install, { path: join(folder, 'empty') }).ended
    expect(code).toBe(1)
    expect(out).toContain('apt-get install')
  })
})

describe('several set-ups at once', () => {
  const count = `await m.withLock('lock', async () => {
    const { readFileSync, writeFileSync } = await import('node:fs')
    const n = Number(readFileSync('count', 'utf8'))
    await new Promise(r => setTimeout(r, 50))
    writeFileSync('count', String(n + 1))
  })`

  test('work one after the other', async () => {
    await writeFile(join(folder, 'count'), '0')
    const results = await Promise.all(Array.from({ length: 6 }, () => withModule('lock.mjs', count).ended))
    expect(results.map(r => r.code)).toEqual([0, 0, 0, 0, 0, 0])
    expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('6')
    expect(existsSync(join(folder, 'lock'))).toBe(false)
  })

  test('do not wait for one that was killed', async () => {
    await writeFile(join(folder, 'count'), '0')
    const hangs = withModule(
      'lock.mjs',
      `await m.withLock('lock', async () => { console.log('held'); setInterval(() => {}, 9e9); await new Promise(() => {}) })`,
    )
    await new Promise(resolve => hangs.child.stdout.once('data', resolve))
    const waiting = Array.from({ length: 3 }, () => withModule('lock.mjs', count).ended)
    hangs.child.kill('SIGKILL')
    await hangs.ended
    expect((await Promise.all(waiting)).map(r => r.code)).toEqual([0, 0, 0])
    expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('3')
  })
})

describe('npm packages', () => {
  const current = async () => {
    const { out } = await withModule('packages.mjs', `console.log(m.packagesCurrent('.'))`).ended
    return out.trim() === 'true'
  }
  const write = async (file: string, packages: object) => {
    await mkdir(join(folder, 'node_modules'), { recursive: true })
    await writeFile(join(folder, file), JSON.stringify({ packages }))
  }
  const wanted = {
    '': { name: 'x' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/mac': { version: '2.0.0', optional: true },
  }

  test('are current when every version is the wanted one; packages for other systems may be absent', async () => {
    await write('package-lock.json', wanted)
    expect(await current()).toBe(false)
    await write('node_modules/.package-lock.json', { 'node_modules/a': { version: '1.0.0' } })
    expect(await current()).toBe(true)
  })

  test('are not current after an update of the lock file, or when a package is gone', async () => {
    await write('package-lock.json', wanted)
    await write('node_modules/.package-lock.json', { 'node_modules/a': { version: '0.9.0' } })
    expect(await current()).toBe(false)
    await write('node_modules/.package-lock.json', {})
    expect(await current()).toBe(false)
  })
})

describe('the build', () => {
  const toBuild = async () => {
    const { out } = await withModule('build.mjs', `console.log(m.partsToBuild('.').join())`).ended
    return out.trim()
  }
  const file = async (path: string, text: string) => {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), text)
  }

  test('happens when a source changed, appeared or went, and not otherwise', async () => {
    await file('config/env.ts', 'x')
    await file('services/a.ts', 'x')
    await file('dist/services/cli/main.js', '')
    expect(await toBuild()).toBe('server')
    // A compiler that does nothing: what matters here is when it is called.
    await mkdir(join(folder, 'node_modules/.bin'), { recursive: true })
    await symlink('/bin/true', join(folder, 'node_modules/.bin/tsc'))
    const build = () => withModule('build.mjs', `await m.build('.', 'server')`).ended
    expect((await build()).code).toBe(0)
    expect(await toBuild()).toBe('')
    await utimes(join(folder, 'services/a.ts'), 1, 1)
    expect(await toBuild()).toBe('server')
    await build()
    await file('services/b.ts', '')
    expect(await toBuild()).toBe('server')
    await build()
    await rm(join(folder, 'dist/services/cli/main.js'))
    expect(await toBuild()).toBe('server')
  })

  test('that fails shows what the compiler says and leaves no mark', async () => {
    await file('config/env.ts', 'x')
    await file('node_modules/.bin/tsc', '#!/bin/sh\necho "a.ts(1,1): error"; exit 2\n')
    await chmod(join(folder, 'node_modules/.bin/tsc'), 0o755)
    const { out } = await withModule('build.mjs', `await m.build('.', 'server').catch(e => console.log(e.details))`)
      .ended
    expect(out.trim()).toBe('a.ts(1,1): error')
    expect(await toBuild()).toBe('server')
  })
})

describe('Node.js', () => {
  test.each([
    ['20.19.0', true],
    ['20.18.3', false],
    ['18.20.0', false],
    ['22.1.0', true],
  ])('%s: %s', async (version, enough) => {
    const { out } = await withModule(
      'node-version.mjs',
      `try { m.checkNode('${version}') } catch (e) { console.log(e.sentence.vi) }`,
    ).ended
    expect(out === '').toBe(enough)
  })
})
