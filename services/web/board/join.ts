import { posix } from 'node:path'

/*
 * The player is written as small modules and served as one plain script, since browsers of 2017 know no modules and a build
 * step would stand between the source and what a board runs. Joining is no more than this: modules one after the other, those
 * that others need first, `import` and `export` taken away. So all of them share one scope, and no two may use a name.
 */

const importPattern = /^import \{([^}]*)\} from '(\.[^']+)'\n/gm
const exportPattern = /^export (?=(?:function|const|let|class) )/gm
const namePattern = /^(?:export )?(?:function|const|let|class) (\w+)/gm

interface Module {
  path: string
  text: string
  imports: { path: string; names: string[] }[]
  /** Names at the top of the module, and those of them that others may use. */
  names: string[]
  exported: Set<string>
}

/**
 * One script out of a module and all that it imports.
 * @param entry path of the module to begin with
 * @param read text of a module by its path
 * @throws Error naming the module: a name twice, an import of what is not exported, a circle, or a form of import or export
 *   that is not understood here
 */
export function joinModules(entry: string, read: (path: string) => string): string {
  const order = inOrder(entry, read)
  const owners = new Map<string, string>()
  for (const module of order) {
    for (const name of module.names) {
      const other = owners.get(name)
      if (other !== undefined) throw new Error(`${module.path}: ${name} is a name of ${other} as well`)
      owners.set(name, module.path)
    }
  }
  const byPath = new Map(order.map(module => [module.path, module]))
  for (const module of order) {
    for (const { path, names } of module.imports) {
      const missing = names.filter(name => !byPath.get(path)?.exported.has(name))
      if (missing.length > 0) throw new Error(`${module.path}: ${path} exports no ${missing.join(', ')}`)
    }
  }
  const bodies = order.map(module => module.text.replace(importPattern, '').replace(exportPattern, ''))
  return `;(function () {\n'use strict'\n${bodies.join('\n')}\n})()\n`
}

/** Depth first: what a module needs stands before it. */
function inOrder(entry: string, read: (path: string) => string): Module[] {
  const done = new Map<string, Module>()
  const visit = (path: string, way: string[]) => {
    if (way.includes(path)) throw new Error(`${path}: imports itself over ${way.join(', ')}`)
    if (done.has(path)) return
    const module = readModule(path, read(path))
    for (const needed of module.imports) visit(needed.path, [...way, path])
    done.set(path, module)
  }
  visit(entry, [])
  return [...done.values()]
}

function readModule(path: string, text: string): Module {
  const imports = [...text.matchAll(importPattern)].map(([, names = '', from = '']) => ({
    path: posix.join(posix.dirname(path), from),
    names: names
      .split(',')
      .map(name => name.trim())
      .filter(Boolean),
  }))
  const renamed = imports.flatMap(i => i.names).find(name => !/^\w+$/.test(name))
  if (renamed !== undefined) throw new Error(`${path}: import of "${renamed}"`)
  const rest = text.replace(importPattern, '').replace(exportPattern, '')
  const strange = /^(?:import|export)\b.*/m.exec(rest)
  if (strange) throw new Error(`${path}: "${strange[0]}" is not understood`)
  const unnamed = /^(?:const|let) [[{].*/m.exec(rest)
  if (unnamed) throw new Error(`${path}: "${unnamed[0]}" hides its names`)
  return {
    path,
    text,
    imports,
    names: [...text.matchAll(namePattern)].map(([, name = '']) => name),
    exported: new Set(
      [...text.matchAll(namePattern)].filter(([line]) => line.startsWith('export ')).map(([, name = '']) => name)
    ),
  }
}
