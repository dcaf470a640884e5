import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { paginate } from '../../../channels/board/fit.ts'
import type { ManifestItem } from '../../../services/domain/board.ts'
import { qrOf } from '../../../services/text/qr.ts'
import { plainPage } from '../../../services/web/board/plain/page.ts'
import { sizeClasses, sizes } from '../../../services/web/board/plain/sizes.ts'
import { plainStyle } from '../../../services/web/board/plain/style.ts'
import { plainTurn, type Turn } from '../../../services/web/board/plain/turn.ts'
import { boardItem, boardManifest } from './board-manifest.ts'

const start = Date.parse('2026-11-26T01:00:00Z')
const textPages = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ heading: 'Thông báo', running: i > 0, text: `Trang ${i + 1}.` }))

/** What a set shows that reloads whenever the page tells it to, as `dispatch/page`. */
function shows(manifest: ReturnType<typeof boardManifest>, reloads: number, from = start): string[] {
  const seen: string[] = []
  let now = from
  let position = ''
  for (let i = 0; i < reloads; i++) {
    const turn = plainTurn(manifest, now, position)
    if (!turn) return seen
    seen.push(`${turn.item.dispatchId}/${turn.page}`)
    position = turn.position
    now = turn.until
  }
  return seen
}

describe('turns of the plain page', () => {
  test('one page per reload, all pages of an item before the next item', () => {
    const items = [boardItem({ dispatchId: '1', pages: textPages(3) }), boardItem({ dispatchId: '2' })]
    expect(shows(boardManifest({ items }), 8)).toEqual(['1/1', '1/2', '1/3', '2/1', '1/1', '1/2', '1/3', '2/1'])
  })

  test('a reload before its time shows the same page', () => {
    const manifest = boardManifest({ items: [boardItem({ pages: textPages(2) })] })
    const first = plainTurn(manifest, start, '') as Turn
    const again = plainTurn(manifest, start + 2_000, first.position) as Turn
    expect([again.page, again.until]).toEqual([1, first.until])
    // A set whose timer runs a second fast is not a reload before its time.
    expect(plainTurn(manifest, first.until - 1_000, first.position)?.page).toBe(2)
  })

  test('pinned every second time, the others by weight', () => {
    const items = [
      boardItem({ dispatchId: '1', pinned: true }),
      boardItem({ dispatchId: '2', weight: 3 }),
      boardItem({ dispatchId: '3', weight: 1 }),
    ]
    const seen = shows(boardManifest({ items }), 80).map(s => s.split('/')[0])
    expect(seen.filter((_, i) => i % 2 === 0)).toEqual(Array(40).fill('1'))
    const others = seen.filter(s => s !== '1')
    expect(others.filter(s => s === '3').length).toBeGreaterThanOrEqual(10)
    expect(others.filter(s => s === '2').length).toBeGreaterThan(others.filter(s => s === '3').length)
  })

  test('an emergency holds the screen; one that asks for a band has every second turn and its headline at the others', () => {
    const items = [boardItem({ dispatchId: '9', priority: 'emergency' }), boardItem({ dispatchId: '1', pinned: true })]
    const until = new Date(start + 3_600_000).toISOString()
    const full = boardManifest({ items, emergency: [{ dispatchId: '9', mode: 'full', until }] })
    expect(shows(full, 4)).toEqual(['9/1', '9/1', '9/1', '9/1'])
    expect(plainTurn(full, start, '')?.emergency).toBe(true)
    const banner = boardManifest({ items, emergency: [{ dispatchId: '9', mode: 'banner', until }] })
    expect(shows(banner, 4)).toEqual(['9/1', '1/1', '9/1', '1/1'])
    const long = boardManifest({
      items: [{ ...(items[0] as ManifestItem), pages: textPages(2) }, items[1] as ManifestItem],
      emergency: banner.emergency,
    })
    expect(shows(long, 4)).toEqual(['9/1', '9/2', '1/1', '9/1'])
    const first = plainTurn(banner, start, '') as Turn
    expect(plainTurn(banner, first.until, first.position)?.band.map(i => i.dispatchId)).toEqual(['9'])
    // After its end it goes on as an ordinary item.
    expect(plainTurn(full, start + 3_600_001, '')?.emergency).toBe(false)
  })

  test('what has ended is never shown, and every page of everything comes up, whatever cookie comes', () => {
    const item = fc.record({
      pages: fc.integer({ min: 1, max: 4 }),
      weight: fc.integer({ min: 1, max: 5 }),
      pinned: fc.boolean(),
      endsInMs: fc.integer({ min: -60_000, max: 600_000 }),
    })
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), fc.string({ maxLength: 60 }), (list, cookie) => {
        const items = list.map((i, n) =>
          boardItem({
            dispatchId: String(n + 1),
            pages: textPages(i.pages),
            weight: i.weight,
            pinned: i.pinned,
            expiresAt: new Date(start + i.endsInMs).toISOString(),
          }),
        )
        const manifest = boardManifest({ items })
        let position = cookie
        let now = start
        const seen = new Set<string>()
        for (let n = 0; n < 150; n++) {
          const turn = plainTurn(manifest, now, position)
          const current = items.filter(i => Date.parse(i.expiresAt) > now)
          expect(turn === undefined).toBe(current.length === 0)
          if (!turn) break
          expect(Date.parse(turn.item.expiresAt)).toBeGreaterThan(now)
          expect(turn.position).toMatch(/^[\w.-]{1,4000}$/)
          seen.add(`${turn.item.dispatchId}/${turn.page}`)
          position = turn.position
          now = start
          if (turn.until > start) position = position.replace(turn.until.toString(36), (start - 1).toString(36))
        }
        const all = items
          .filter(i => Date.parse(i.expiresAt) > start)
          .flatMap(i => i.pages.map((_, p) => `${i.dispatchId}/${p + 1}`))
        expect([...seen].sort()).toEqual(all.sort())
      }),
    )
  })
})

const words = fc
  .array(
    fc.constantFrom('nghiêng', 'Ủy', 'ban', 'nhân', 'dân', 'phường', 'từ', 'ngày', '01/12/2026', 'người', 'được'),
    {
      minLength: 1,
      maxLength: 160,
    },
  )
  .map(list => list.join(' '))

describe('sizes of the plain page', () => {
  test('have a rule in the style sheet, never below the floor', () => {
    const style = plainStyle()
    fc.assert(
      fc.property(words, words, fc.boolean(), fc.boolean(), fc.boolean(), (title, text, emergency, qr, band) => {
        for (const page of paginate(title, text, emergency)) {
          const classes = sizeClasses(page, emergency, { qr, band })
          for (const name of `${classes.heading} ${classes.text}`.split(' ')) {
            expect(style).toContain(`.${name}`)
            expect(Number(name.slice(2)) / 10).toBeGreaterThanOrEqual(3.5)
          }
          if (emergency && !page.running)
            expect(Number(classes.heading.slice(2, 5).trim()) / 10).toBeGreaterThanOrEqual(6)
        }
      }),
      { numRuns: 60 },
    )
    expect(Math.min(...sizes)).toBe(3.5)
  })

  test('no length of a letter in the style sheet is below the floor', () => {
    const lengths = [...plainStyle().matchAll(/font-size:([\d.]+)(vh|vw|vmin)/g)].map(m => Number(m[1]))
    expect(lengths.length).toBeGreaterThan(50)
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(3.5)
  })
})

describe('the plain page', () => {
  const page = (items: ManifestItem[], more: object = {}, now = start) => {
    const manifest = boardManifest({ items, ...more })
    return plainPage({ kind: 'board', manifest, turn: plainTurn(manifest, now, ''), light: 'on' }, now, 'x')
  }

  test('runs no script and needs no style in itself', () => {
    const html = page([boardItem({ qr: qrOf('https://loa.example/tb/x') })])
    expect(html).not.toMatch(/<script|style=|<style|onload|javascript:/)
    expect(html).toContain('<svg')
    expect(html).toMatch(/http-equiv="refresh" content="\d+;url=\/b\/plain"/)
  })

  test('shows text as text', () => {
    const html = page([boardItem({ pages: [{ heading: '<b>"&', running: false, text: '<script>x</script>' }] })])
    expect(html).toContain('&lt;b&gt;')
    expect(html).not.toContain('<script>')
  })

  test('keeps a time on one line, in the headline as far as the narrowest screen holds it', () => {
    const told = {
      running: false,
      heading: 'Sơ tán trước 6 giờ 30',
      text: 'Cắt điện lúc 14 giờ 30 phút.\nCấp lại sau 2 giờ.',
    }
    for (const more of [{}, { emergency: [{ dispatchId: '1', mode: 'full', until: '2026-12-01T00:00:00.000Z' }] }]) {
      const html = page([boardItem({ pages: [told] })], more)
      expect(html).toContain('Sơ tán trước 6\u00a0giờ\u00a030')
      expect(html).toContain('Cắt điện lúc\u00a014\u00a0giờ\u00a030\u00a0phút.')
      expect(html).toContain('Cấp lại sau 2\u00a0giờ.')
    }
  })

  test('reloads when something ends, though not below a second', () => {
    const soon = (ms: number) => new Date(start + ms).toISOString()
    const seconds = (items: ManifestItem[]) => Number(/content="(\d+);/.exec(page(items))?.[1])
    expect(seconds([boardItem({ expiresAt: soon(4_200) })])).toBe(5)
    expect(seconds([boardItem({ expiresAt: soon(10) })])).toBe(1)
    const long = boardItem({ pages: [{ heading: 'Dài', running: false, text: 'chữ '.repeat(300) }] })
    expect(seconds([long])).toBe(20)
  })
})
