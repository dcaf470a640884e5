import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { layout } from '../../../channels/board/fit.ts'
import { projectPath } from '../../../services/runtime/paths.ts'
import { boardFontFiles, loadBoardAssets } from '../../../services/web/board/assets.ts'

/** Code points of a TrueType file's character map (cmap format 4). */
function characters(font: Buffer): Set<number> {
  const found = new Set<number>()
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    const record = 12 + 16 * i
    if (font.toString('latin1', record, record + 4) !== 'cmap') continue
    const cmap = font.subarray(font.readUInt32BE(record + 8))
    for (let t = 0; t < cmap.readUInt16BE(2); t++) {
      const table = cmap.subarray(cmap.readUInt32BE(8 + 8 * t))
      if (table.readUInt16BE(0) !== 4) continue
      const segments = table.readUInt16BE(6) / 2
      for (let s = 0; s < segments; s++) {
        const end = table.readUInt16BE(14 + 2 * s)
        for (let c = table.readUInt16BE(16 + 2 * (segments + s)); c <= end && c < 0xffff; c++) found.add(c)
      }
    }
  }
  return found
}

const vowels = [...'aăâeêioôơuưy'].flatMap(v => ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map(t => v + t))
const lower = [...vowels, 'đ'].map(l => l.normalize('NFC'))
const letters = [...lower, ...lower.map(l => l.toUpperCase())].filter(l => l.charCodeAt(0) > 127)
const marks = [...'\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b']

describe('typeface of the player', () => {
  test('there are 134 precomposed letters beyond ASCII', () => {
    expect(letters.every(l => l.length === 1)).toBe(true)
    expect(new Set(letters).size).toBe(134)
  })
  test.each(Object.entries(boardFontFiles()))('%s holds every Vietnamese letter in one file', (_name, path) => {
    const known = characters(readFileSync(path))
    const needed = [...letters, ...marks, ...'₫0123456789.,;:!?%&/()+-–—…“”‘’"\'°²³×½']
    expect(needed.filter(c => !known.has(c.codePointAt(0) ?? 0))).toEqual([])
  })
  test('no style splits the family by ranges of letters', () => {
    expect(loadBoardAssets().files.get('player.css')?.body.toString()).not.toContain('unicode-range')
  })
})

describe('player for old TV sets', () => {
  const code = readFileSync(projectPath('services/web/board/player.js'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  test.each([
    ['async functions', /\basync\b|\bawait\b/],
    ['optional chaining, nullish', /\?\.[^\d]|\?\?/],
    ['catch without a name', /catch\s*\{/],
    ['object spread, rest', /\{\s*\.\.\.|,\s*\.\.\.\w+\s*\}/],
    ['exponent', /\*\*/],
    ['comma after the last argument', /[^\]}],\s*\n\s*\)/],
    ['modules', /^\s*(import|export)\b/m],
    [
      'later library functions',
      /Object\.(values|entries|fromEntries)|padStart|\.flat(Map)?\(|\.at\(|replaceAll|matchAll|globalThis/,
    ],
    ['look-behind and named groups, letter classes', /\(\?<|\\p\{/],
    ['markup from text', /innerHTML|insertAdjacentHTML|document\.write/],
  ])('uses no %s', (_what, pattern) => {
    expect(code).not.toMatch(pattern)
  })
  test('plans and draws with the same sizes', () => {
    expect(code).toContain(`floor: ${layout.textFloor},`)
    expect(code).toContain(`heading: ${layout.headingScale.normal} }`)
    expect(layout.headingScale.emergency).toBe(10 / 6)
    expect(code).toContain('heading: 10 / 6 }')
    expect(code).toContain(`running: ${layout.headingScale.running},`)
  })
  test('the page loads nothing from elsewhere and runs no inline script', () => {
    const { page } = loadBoardAssets()
    expect(page).not.toMatch(/(src|href)="(?!\/board-assets\/)/)
    expect(page).not.toMatch(/<script>|<style|\son\w+=|style="/)
    expect(page).not.toContain('{{')
  })
})
