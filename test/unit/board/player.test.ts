import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import opentype from 'opentype.js'
import { layout } from '../../../channels/board/fit.ts'
import { projectPath } from '../../../services/runtime/paths.ts'
import { boardFontFiles, loadBoardAssets, playerScript } from '../../../services/web/board/assets.ts'
import { combiningMarks, vietnameseLetters } from '../../support/vietnamese.ts'
import { aboveTheFloor } from './floor.ts'

const source = (name: string) => readFileSync(projectPath('services/web/board', name), 'utf8')

describe('typeface of the player', () => {
  test('there are 134 precomposed letters beyond ASCII', () => {
    expect(vietnameseLetters.every(l => l.length === 1)).toBe(true)
    expect(new Set(vietnameseLetters).size).toBe(134)
  })
  test.each(Object.entries(boardFontFiles()))('%s holds every Vietnamese letter in one file', (_name, path) => {
    const bytes = readFileSync(path)
    const font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
    const needed = [...vietnameseLetters, ...combiningMarks, ...'₫0123456789.,;:!?%&/()+-–—…“”‘’"\'°²³×½']
    expect(needed.filter(c => font.charToGlyphIndex(c) === 0)).toEqual([])
    // No two letters share a drawing.
    const drawings = vietnameseLetters.map(c => font.charToGlyph(c).path.toPathData(2))
    expect(new Set(drawings).size).toBe(134)
  })
  test('no style splits the family by ranges of letters', () => {
    expect(source('player.css')).not.toContain('unicode-range')
  })
})

describe('player for old TV sets', () => {
  test.each([
    ['script', playerScript()],
    ['worker', loadBoardAssets().worker],
    ['worker that removes itself', loadBoardAssets().workerOff],
  ])('the %s uses nothing that Chrome 53 lacks', (_name, script) => {
    expect(aboveTheFloor(script)).toEqual([])
  })
  test.each([
    ['async function f() {}', /syntax/],
    ['f(1,\n)', /syntax/],
    ['const a = { ...b }', /syntax/],
    ['a?.b', /syntax/],
    ['try { f() } catch { g() }', /syntax/],
    ['/(?<year>\\d)/.test(a)', /syntax|year/],
    ['list.flat()', /flat/],
    ['Object.values(a)', /values/],
    ['promise.finally(f)', /finally/],
    ['new ResizeObserver(f)', /ResizeObserver/],
    ['element.append(a)', /append/],
  ])('the check finds %s', (script, finding) => {
    expect(aboveTheFloor(script).join()).toMatch(finding)
  })
  test('writes no markup from text', () => {
    expect(playerScript()).not.toMatch(/innerHTML|insertAdjacentHTML|document\.write/)
  })
  test('the style uses nothing that Chrome 53 lacks', () => {
    const css = source('player.css').replace(/\/\*[\s\S]*?\*\//g, '')
    expect(css).not.toMatch(
      /(?<![-\w])(grid|gap|inset|aspect-ratio|place-\w+|accent-color|backdrop-filter)\s*:|:(is|where|has|focus-visible)\b|\b(min|max|clamp)\(/,
    )
  })
  test('plans and draws with the same sizes', () => {
    const code = source('player/fit.js')
    expect(code).toContain(`normal: { floor: ${layout.textFloor},`)
    expect(code).toContain(`heading: ${layout.headingScale.normal} }`)
    expect(layout.headingScale.emergency).toBe(10 / 6)
    expect(code).toContain('heading: 10 / 6, headline: true }')
    expect(code).toContain(`RUNNING = ${layout.headingScale.running}\n`)
  })
})

describe('what is served', () => {
  const { page, worker, build, files } = loadBoardAssets()
  test('the page loads nothing from elsewhere and runs no inline script', () => {
    expect(page).not.toMatch(/(src|href)="(?!\/board-assets\/)/)
    expect(page).not.toMatch(/<script>|<style|\son\w+=|style="/)
    expect(page).not.toContain('{{')
  })
  test('the worker keeps every part of its own build, under the addresses that the page uses', () => {
    expect(worker).not.toContain('{{')
    expect(worker).toContain(`'${build}'`)
    const parts = JSON.parse(/JSON\.parse\('(.*)'\)/.exec(worker)?.[1] ?? '') as string[]
    expect(parts.map(p => p.replace(/^\/board-assets\/|\?.*$/g, '')).sort()).toEqual([...files.keys()].sort())
    for (const [, address = ''] of page.matchAll(/(?:src|href)="([^"]+)"/g)) expect(parts).toContain(address)
    const style = files.get('player.css')?.body.toString() ?? ''
    for (const [, font = ''] of style.matchAll(/url\("([^"]+)"\)/g)) expect(parts).toContain(`/board-assets/${font}`)
  })
  test('every element that the script asks for is in the page', () => {
    const ids = [...playerScript().matchAll(/(?:byId|label|createFitter|putIn)\('([\w-]+)'/g)].map(([, id]) => id)
    expect(ids.length).toBeGreaterThan(25)
    expect(ids.filter(id => !page.includes(`id="${id}"`))).toEqual([])
  })
})
