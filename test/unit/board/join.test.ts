import { describe, expect, test } from '@jest/globals'
import { joinModules } from '../../../services/web/board/join.ts'

const joined = (modules: Record<string, string>) =>
  joinModules('main.js', path => {
    const text = modules[path]
    if (text === undefined) throw new Error(`no ${path}`)
    return text
  })
/** What the script calls back with. */
const run = (script: string): unknown => {
  let said: unknown
  new Function('say', script)((value: unknown) => {
    said = value
  })
  return said
}

describe('modules as one plain script', () => {
  test('what a module needs stands before it, each once, over folders', () => {
    const script = joined({
      'main.js': "import { twice } from './a/twice.js'\nimport { one } from './one.js'\nsay(twice(one))\n",
      'a/twice.js':
        "import {\n  one,\n  zero,\n} from '../one.js'\n\nexport function twice(n) {\n  return n + one + zero\n}\n",
      'one.js': 'export const one = 1\nexport const zero = 0\n',
    })
    expect(script).not.toMatch(/^(import|export)\b/m)
    expect(run(script)).toBe(2)
  })

  test('nothing of it is seen from outside', () => {
    const script = joined({ 'main.js': 'const inner = 1\nsay(inner)\n' })
    expect(run(script)).toBe(1)
    expect(new Function(`${script}; return typeof inner`).bind(null)).toThrow(/say is not defined/)
  })

  test.each([
    [
      'two modules with one name',
      { 'main.js': "import { a } from './x.js'\nconst b = a\n", 'x.js': 'export const a = 1\nfunction b() {}\n' },
      /main\.js: b is a name of x\.js/,
    ],
    [
      'an import of what is not exported',
      { 'main.js': "import { a } from './x.js'\n", 'x.js': 'const a = 1\n' },
      /x\.js exports no a/,
    ],
    [
      'a circle',
      { 'main.js': "import { a } from './x.js'\n", 'x.js': "import { b } from './main.js'\n" },
      /imports itself/,
    ],
    [
      'a new name for an import',
      { 'main.js': "import { a as b } from './x.js'\n", 'x.js': 'export const a = 1\n' },
      /import of "a as b"/,
    ],
    ['a default export', { 'main.js': 'export default 1\n' }, /not understood/],
    ['an import of everything', { 'main.js': "import * as x from './x.js'\n" }, /not understood/],
    ['a list of exports', { 'main.js': 'const a = 1\nexport { a }\n' }, /not understood/],
    ['names hidden in a pattern', { 'main.js': 'const { a } = window\n' }, /hides its names/],
  ])('refuses %s', (_what, modules, message) => {
    expect(() => joined(modules as unknown as Record<string, string>)).toThrow(message)
  })
})
