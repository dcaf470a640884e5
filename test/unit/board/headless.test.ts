import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openBoardFolder } from '../../../services/board/folder.ts'
import { ledOut } from '../../../services/board/led-out.ts'
import { createShow, type Showing } from '../../../services/board/showing.ts'
import { newsLine } from '../../../services/board/words.ts'
import { boardSettingsSchema, type ManifestItem } from '../../../services/domain/board.ts'
import { createDisplays } from '../../../services/web/board/core/displays.js'
import { boardItem, boardManifest } from './board-manifest.ts'

const noon = Date.parse('2026-11-26T05:00:00Z')
const until = (ms: number) => new Date(noon + ms).toISOString()

/** A show whose seconds the test lets pass. */
function show() {
  let ms = 0
  const files = new Set<string>()
  const changes: Showing[] = []
  const displays = createDisplays('boot-of-a-test', [])
  const made = createShow({
    now: () => noon + ms,
    steady: () => ms,
    displays,
    hasFile: sha256 => files.has(sha256),
    onChange: showing => changes.push(showing),
  })
  return {
    ...made,
    files,
    changes,
    pass(seconds: number) {
      for (let i = 0; i < seconds; i++) {
        ms += 1_000
        made.look()
      }
    },
    proof: (dispatchId: string) => displays.batch(200).find(row => row.dispatchId === dispatchId),
  }
}

const short = (dispatchId: string, more: Partial<ManifestItem> = {}) =>
  boardItem({ dispatchId, title: `Tin ${dispatchId}`, pages: [{ heading: 'Ngắn', running: false, text: '' }], ...more })

describe('the show of a board without a screen', () => {
  test('shows its items in turn, a new one at once, and ends what is over by itself', () => {
    const one = show()
    one.take(boardManifest({ items: [short('1'), short('2', { expiresAt: until(60_000) })] }))
    one.pass(40)
    expect(new Set(one.changes.map(c => c.item?.dispatchId))).toEqual(new Set(['1', '2']))
    one.take(
      boardManifest({ version: 'v2', items: [short('3'), short('1'), short('2', { expiresAt: until(60_000) })] }),
    )
    expect(one.state().item?.dispatchId).toBe('3')
    one.pass(30)
    const after = one.changes.length
    one.pass(60)
    expect(one.changes.slice(after).some(c => c.item?.dispatchId === '2')).toBe(false)
    one.take(boardManifest({ version: 'v3' }))
    expect(one.state()).toMatchObject({ mode: 'idle', item: undefined })
  })

  test('an emergency holds the screen or a band until its end, also at night, and both are proof', () => {
    const one = show()
    const night = boardSettingsSchema.parse({ outside: 'dark', hours: { from: '20:00', to: '21:00' } })
    const emergency = (mode: 'full' | 'banner') => [{ dispatchId: '9', mode, until: until(120_000) }]
    const items = [short('9', { priority: 'emergency' }), short('1')]
    one.take(boardManifest({ settings: night, items: [short('1')] }))
    one.pass(20)
    expect(one.state().mode).toBe('night')
    expect(one.proof('1')?.shownMs ?? 0).toBe(0)
    one.take(boardManifest({ version: 'v2', settings: night, items, emergency: emergency('full') }))
    one.pass(20)
    expect(one.state()).toMatchObject({ mode: 'emergency', item: { dispatchId: '9' } })
    expect(one.proof('9')).toMatchObject({ shownMs: 20_000, complete: true })
    one.take(boardManifest({ version: 'v3', settings: night, items, emergency: emergency('banner') }))
    one.pass(10)
    expect(one.state()).toMatchObject({ mode: 'banner', item: { dispatchId: '1' }, band: { dispatchId: '9' } })
    expect(one.proof('9')?.shownMs).toBe(30_000)
    one.pass(100)
    expect(one.state().mode).toBe('night')
  })

  test('an item waits for its picture while there is another, and shows its text where there is none', () => {
    const sha256 = 'b'.repeat(64)
    const picture = {
      kind: 'picture' as const,
      mediaId: '0b8f3c1e-6d43-4b9e-9f6b-1f5f3a1d2c3b',
      sha256,
      caption: 'Ảnh',
    }
    const media = [{ ...picture, mime: 'image/jpeg' as const, bytes: 10, width: 4, height: 3 }]
    const withPicture = short('2', { media })
    const alone = show()
    alone.take(boardManifest({ items: [withPicture] }))
    alone.pass(30)
    expect(alone.state()).toMatchObject({ item: { dispatchId: '2' }, pages: 1, slide: { kind: 'text' } })
    expect(alone.proof('2')?.complete).toBe(false)
    alone.files.add(sha256)
    alone.pass(30)
    expect(alone.changes.some(c => c.slide?.kind === 'picture')).toBe(true)
    expect(alone.proof('2')?.complete).toBe(true)
    const both = show()
    both.take(boardManifest({ items: [short('1'), withPicture] }))
    both.pass(60)
    expect(both.changes.every(c => c.item?.dispatchId === '1')).toBe(true)
  })

  test('a page of a strip counts only from when its file is there', () => {
    const led = { width: 256, height: 64, pages: ['e', 'f'].map(c => ({ sha256: c.repeat(64), dwellMs: 5_000 })) }
    const one = show()
    one.take(boardManifest({ board: { id: '5', name: 'A', commune: 'B', kind: 'led' }, items: [short('7', { led })] }))
    one.pass(30)
    expect(one.state()).toMatchObject({ item: { dispatchId: '7' }, drawn: false })
    expect(one.proof('7')).toBeUndefined()
    one.files.add('e'.repeat(64))
    one.look()
    const from = one.state()
    one.pass(30)
    // Of each ten seconds the first page stands five; the other one is not there to be seen.
    expect(one.proof('7')?.shownMs).toBeGreaterThanOrEqual(14_000)
    expect(one.proof('7')?.shownMs).toBeLessThanOrEqual(20_000)
    expect(one.proof('7')?.complete).toBe(false)
    expect(from.slide).toMatchObject({ kind: 'bitmap' })
    one.files.add('f'.repeat(64))
    const before = one.proof('7')?.shownMs ?? 0
    one.pass(20)
    expect(one.proof('7')).toMatchObject({ shownMs: before + 20_000, complete: true })
    expect(one.state().drawn).toBe(true)
  })

  test('on a strip an emergency takes the whole of it, band or not: nothing counts that has no place', () => {
    const led = (c: string) => ({ width: 256, height: 64, pages: [{ sha256: c.repeat(64), dwellMs: 5_000 }] })
    const items = [short('9', { priority: 'emergency', led: led('e') }), short('1', { led: led('f') })]
    const one = show()
    one.files.add('e'.repeat(64)).add('f'.repeat(64))
    const emergency = [{ dispatchId: '9', mode: 'banner' as const, until: until(60_000) }]
    one.take(boardManifest({ board: { id: '5', name: 'A', commune: 'B', kind: 'led' }, items, emergency }))
    one.pass(20)
    expect(one.state()).toMatchObject({ mode: 'emergency', item: { dispatchId: '9' }, band: undefined })
    expect(one.proof('9')).toMatchObject({ shownMs: 20_000, complete: true })
    expect(one.proof('1')).toBeUndefined()
  })
})

describe('what it keeps and hands over', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'loa-headless-'))
  })
  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  test('what cannot be read counts as never written', () => {
    const folder = openBoardFolder(join(dir, 'board'))
    expect(folder.manifest()).toBeUndefined()
    folder.keepManifest(JSON.stringify(boardManifest({ items: [short('1')] })))
    expect(folder.manifest()?.items).toHaveLength(1)
    writeFileSync(join(dir, 'board', 'manifest.json'), '{"version":"x","items":[{"title":1}]}')
    expect(folder.manifest()).toBeUndefined()
    const credential = { server: 'https://loa.example', boardId: '5', name: 'A', commune: 'B', refreshToken: 'r' }
    folder.keepCredential(credential)
    expect(openBoardFolder(join(dir, 'board')).credential()).toEqual(credential)
    folder.keepCredential(undefined)
    expect(folder.credential()).toBeUndefined()
  })

  test('the page of a strip lies where its program looks for it, and goes when there is none', () => {
    const sha256 = 'c'.repeat(64)
    writeFileSync(join(dir, sha256), 'png')
    const out = ledOut(join(dir, 'out'))
    const showing = {
      mode: 'items',
      item: short('1'),
      drawn: true,
      page: 1,
      pages: 2,
      since: noon,
      band: undefined,
    } as const
    out({ ...showing, slide: { kind: 'bitmap', sha256, ms: 5_000 } }, name => join(dir, name))
    expect(readFileSync(join(dir, 'out', 'now.png'), 'utf8')).toBe('png')
    expect(JSON.parse(readFileSync(join(dir, 'out', 'now.json'), 'utf8'))).toMatchObject({
      dispatchId: '1',
      sha256,
      page: 1,
    })
    out({ ...showing, mode: 'night', slide: { kind: 'bitmap', sha256, ms: 5_000 } }, name => join(dir, name))
    expect(existsSync(join(dir, 'out', 'now.png'))).toBe(false)
  })

  test('a page whose file is still on its way is none, and lies there once it has arrived', () => {
    const sha256 = 'd'.repeat(64)
    const out = ledOut(join(dir, 'out'))
    const slide = { kind: 'bitmap', sha256, ms: 5_000 } as const
    const due = { mode: 'items', item: short('1'), slide, drawn: false, page: 1, pages: 1 } as const
    const showing = { ...due, since: noon, band: undefined }
    out(showing, name => join(dir, name))
    expect(existsSync(join(dir, 'out', 'now.png'))).toBe(false)
    expect(JSON.parse(readFileSync(join(dir, 'out', 'now.json'), 'utf8'))).toMatchObject({ sha256: null })
    writeFileSync(join(dir, sha256), 'png')
    out(showing, name => join(dir, name))
    expect(readFileSync(join(dir, 'out', 'now.png'), 'utf8')).toBe('png')
    expect(JSON.parse(readFileSync(join(dir, 'out', 'now.json'), 'utf8'))).toMatchObject({ sha256 })
  })

  test('its lines say when and until when, in the time of Viet Nam', () => {
    const news = { at: '2026-11-26T02:05:07.000Z', event: 'showing', mode: 'items', dispatchId: '1', text: '' } as const
    const dates = { startsAt: '2026-11-26T00:00:00Z', expiresAt: '2026-12-31T16:59:59Z' }
    expect(newsLine({ ...news, ...dates, title: 'Lịch', page: 1, pages: 2, band: '' }, '3')).toBe(
      '26/11/2026 09:05:07 [3] đang hiển thị: Lịch (trang 1/2), từ 26/11/2026 07:00:00 đến 31/12/2026 23:59:59',
    )
  })
})
