import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { projectPath, projectRoot } from '../../../services/runtime/paths.ts'

/*
 * Who may import whom, read from the sources themselves. A rule that hinders is changed here, in plain sight, with its
 * reason; an import that breaks one is not slipped in.
 */

interface Source {
  /** Path below the project root, with forward slashes. */
  path: string
  text: string
  /** Project paths of relative imports, and names of packages and node: modules. */
  imports: string[]
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^'\s]+)'/g

function sources(folder: string, names = /\.(ts|tsx|mjs)$/): Source[] {
  return readdirSync(projectPath(folder), { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && names.test(entry.name))
    .map(entry => relative(projectRoot, join(entry.parentPath, entry.name)))
    .map(path => {
      const text = withoutComments(readFileSync(projectPath(path), 'utf8'))
      return { path, text, imports: [...text.matchAll(IMPORT)].map(match => resolved(path, match[1] ?? '')) }
    })
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
}

function resolved(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(from), specifier)
  if (specifier.startsWith('node:')) return specifier
  const [scope = '', name = ''] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

const all = ['config', 'services', 'channels', 'workers'].flatMap(folder => sources(folder))
const inside = (...folders: string[]) => all.filter(s => folders.some(f => s.path === f || s.path.startsWith(`${f}/`)))
const isProjectPath = (target: string) => /^(config|services|channels|workers)\//.test(target)

/** Imports of these sources that no allowed prefix covers, as `file -> import`. */
function breaches(from: Source[], allowed: (source: Source, target: string) => boolean): string[] {
  return from.flatMap(source =>
    source.imports.filter(target => !allowed(source, target)).map(target => `${source.path} -> ${target}`),
  )
}
const under = (target: string, ...folders: string[]) => folders.some(f => target === f || target.startsWith(`${f}/`))
const boardRules = (target: string) => /^services\/web\/board\/core\/\w+\.js$/.test(target)

describe('who may import whom', () => {
  test('there are sources to look at', () => {
    expect(all.length).toBeGreaterThan(80)
    expect(all.flatMap(s => s.imports).length).toBeGreaterThan(300)
  })

  test('config knows only zod', () => {
    expect(breaches(inside('config'), (_, target) => target === 'zod' || under(target, 'config'))).toEqual([])
  })

  test('the domain and the text rules are pure: no I/O, no other room of the house', () => {
    const pure = ['zod', 'sms-segments-calculator', 'qrcode-generator', 'node:crypto']
    expect(
      breaches(inside('services/domain', 'services/text'), (_, target) =>
        isProjectPath(target) ? under(target, 'services/domain', 'services/text', 'config') : pure.includes(target),
      ),
    ).toEqual([])
  })

  test('the domain and the text rules read no clock', () => {
    const clocked = inside('services/domain', 'services/text').filter(s =>
      /Date\.now\(|new Date\(\)|performance\./.test(s.text),
    )
    expect(clocked.map(s => s.path)).toEqual([])
  })

  test('a channel knows the contract, the domain, the text rules and itself; never another channel or the store', () => {
    const folders = inside('channels').filter(s => s.path.split('/').length > 2)
    const shared = [
      'channels/contract.ts',
      'channels/send-each.ts',
      // Programs that are run (ffmpeg, poppler), and files that are told by their first bytes.
      'channels/run-tool.ts',
      'channels/file-head.ts',
      'services/domain',
      'services/text',
      // How an abort and a limit of time are joined so that both hold on Node 20: one answer for the whole house.
      'services/runtime/signals.ts',
      // Where the shipped typeface lies: the player's and that of LED strips are one file.
      'services/runtime/fonts.ts',
    ]
    expect(
      breaches(
        folders,
        (source, target) =>
          !isProjectPath(target) || under(target, dirname(source.path).split('/').slice(0, 2).join('/'), ...shared),
      ),
    ).toEqual([])
  })

  test('store, queue and runtime stand below everything else', () => {
    expect(
      breaches(inside('services/store', 'services/queue', 'services/runtime'), (source, target) => {
        if (!isProjectPath(target)) return true
        const own = source.path.split('/').slice(0, 2).join('/')
        return under(target, own, 'config', 'services/domain', 'services/text', 'channels/contract.ts')
      }),
    ).toEqual([])
  })

  // It runs on another machine, where nothing else of Loa is set up.
  test('the station player knows the domain, the runtime and itself', () => {
    expect(
      breaches(inside('services/station'), (_, target) =>
        isProjectPath(target)
          ? under(target, 'services/station', 'services/domain', 'services/runtime')
          : target === 'zod' || target.startsWith('node:'),
      ),
    ).toEqual([])
  })

  // The same: it stands at a board, and has the browser player's rules in common with it.
  test('the reference board knows the domain, the runtime, the rules of the player and itself', () => {
    expect(
      breaches(inside('services/board'), (_, target) =>
        isProjectPath(target)
          ? under(target, 'services/board', 'services/domain', 'services/runtime', 'services/web/board/core')
          : target === 'zod' || target.startsWith('node:'),
      ),
    ).toEqual([])
  })

  // services/http/schemas*.ts hold the shapes of the API, which the use cases fill and the console reads.
  test('use cases know no screens, no commands and no workers', () => {
    const useCases = inside(
      'services/dispatch',
      'services/people',
      'services/places',
      'services/accounts',
      'services/pronunciation',
      'services/airtime',
    )
    expect(
      breaches(
        useCases,
        (_, target) =>
          /^services\/http\/schemas(-\w+)?\.ts$/.test(target) ||
          !under(target, 'services/http', 'services/web', 'services/cli', 'workers', 'express'),
      ),
    ).toEqual([])
  })

  // The sweep removes old Idempotency-Keys, which live beside the routes that use them.
  test('http and workers do not know each other', () => {
    expect(breaches(inside('services/http'), (_, target) => !under(target, 'workers', 'services/cli'))).toEqual([])
    const workers = inside('workers').filter(s => s.path !== 'workers/main.ts')
    expect(
      breaches(
        workers,
        (_, target) =>
          target === 'services/http/idempotency.ts' || !under(target, 'services/http', 'services/cli', 'express'),
      ),
    ).toEqual([])
  })

  // A bench measures the bare client beside ours; what is measured must not be what measures.
  test.each(['twilio', 'nodemailer', 'fluent-ffmpeg', 'mqtt'])(
    '%s is imported by one file only, benches aside',
    vendor => {
      const importers = all.filter(s => s.imports.includes(vendor) && !s.path.startsWith('services/bench/'))
      expect(importers.map(s => s.path)).toHaveLength(1)
    },
  )

  // It has no types and is loaded with require: once for the channel, once for the simulator's other end of the line.
  test('smpp is loaded by one file of the channel and one of the simulator, and by its bench', () => {
    const loading = all.filter(s => s.imports.includes('smpp') || s.text.includes("(import.meta.url)('smpp')"))
    expect(loading.map(s => s.path).sort()).toEqual([
      'channels/sms/smpp/library.ts',
      'services/bench/smpp.ts',
      'services/simulator/smpp-library.ts',
    ])
  })

  // The add-on ends the process that gives it a bad model, so only a process of its own may load it.
  test('sherpa-onnx-node is loaded by the child alone, and nobody imports the child', () => {
    const loading = all.filter(s => /['"]sherpa-onnx-node/.test(s.text))
    expect(loading.map(s => s.path)).toEqual(['channels/loudspeaker/voices/piper-child.ts'])
    expect(all.filter(s => s.imports.some(target => target.endsWith('piper-child.ts'))).map(s => s.path)).toEqual([])
  })

  test('the environment is read in config, and by set-up, which runs before config is compiled', () => {
    const readers = all.filter(s => !s.path.startsWith('services/web/console/') && /process\.env\b/.test(s.text))
    expect(readers.map(s => s.path).sort()).toEqual(['config/env.ts', 'services/cli/setup/run.mjs'])
  })

  test('relative imports end in .ts, so that sources run and compile alike', () => {
    const server = all.filter(s => !s.path.startsWith('services/web/') && s.path.endsWith('.ts'))
    expect(
      breaches(server, (_, target) => !isProjectPath(target) || /\.(ts|json)$/.test(target) || boardRules(target)),
    ).toEqual([])
  })

  // Plain JavaScript, since browsers of 2017 run it as it stands; the headless board plays by the same rules.
  test('the rules of the board player are pure and know only each other', () => {
    const rules = sources('services/web/board/core', /\.js$/)
    expect(rules.length).toBeGreaterThan(5)
    expect(breaches(rules, (_, target) => boardRules(target))).toEqual([])
    expect(
      rules.filter(s => /Date\.now\(|new Date\(\)|performance\.|Math\.random/.test(s.text)).map(s => s.path),
    ).toEqual([])
  })
})
