import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import jsqr from 'jsqr'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import sharp from 'sharp'
import { demoAnnouncement } from '../../config/demo/announcement.ts'
import { cancel } from '../../services/dispatch/control.ts'
import { type PlacesWorld, placesWorld } from '../integration/places/world.ts'
import { officer } from '../support/dispatch.ts'
import { until } from '../support/wait.ts'

/*
 * Paper as people meet it: pages printed to PDF by Chromium and looked at with poppler, and the page for phones in a phone's
 * window.
 */
const run = promisify(execFile)
// jsqr is a CommonJS module whose function stands under `default` twice.
const decode = ((jsqr as unknown as { default?: typeof jsqr }).default ?? jsqr) as unknown as (
  data: Uint8ClampedArray,
  width: number,
  height: number,
) => { data: string } | null
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const letters = [...'aăâeêioôơuưy'].flatMap(l =>
  ['', '\u0300', '\u0301', '\u0303', '\u0309', '\u0323'].map(mark => (l + mark).normalize('NFC')),
)
const alphabet = [...letters, 'đ', ...letters.map(l => l.toLocaleUpperCase('vi')), 'Đ', '₫'].join(' ')
const address =
  'https://dichvucong.gov.vn/p/home/dvc-tthc-thu-tuc-hanh-chinh-chi-tiet.html?ma_thu_tuc=1.001193.000.00.00.H50&tinh=quang-tri'
const longTitle =
  'Thông báo về việc tổ chức lấy ý kiến nhân dân đối với dự thảo Nghị quyết của Hội đồng nhân dân tỉnh quy định mức thu, chế độ thu, nộp, quản lý và sử dụng các khoản phí, lệ phí trên địa bàn tỉnh giai đoạn 2026 - 2030, thay thế các nghị quyết đã ban hành trước ngày 01 tháng 01 năm 2026 trên địa bàn cũ'
const longBody = `${`Từ ngày 01/12/2026, người dân nộp hồ sơ tại ${address} được giảm 50% lệ phí theo Nghị quyết số 12/2026/NQ-HĐND.\n`.repeat(
  94,
)}Hết.`

let world: PlacesWorld
let browser: Browser
let context: BrowserContext
let page: Page
let dir: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'loa-paper-'))
  world = await placesWorld({ reachable: true })
  await world.database.db.query(`update boards set kind = 'paper'`)
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
  context = await browser.newContext()
  page = await context.newPage()
  const answer = await context.request.post(`${world.server.url}/api/auth/sign-in/email`, {
    data: { email: 'officer@loa.example', password: world.passwords.officer },
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  expect(answer.status()).toBe(200)
})
afterAll(async () => {
  await browser?.close()
  await world?.close()
  await rm(dir, { recursive: true, force: true })
})

interface Printed {
  pages: number
  size: string
  fonts: { name: string; embedded: boolean }[]
  /** In the order of painting, NFC, as poppler reads it. */
  text: string
  images: string[]
}

/** Prints a page as an unattended Chromium does, and reads the PDF back. */
async function printed(path: string, name: string): Promise<Printed> {
  await page.goto(`${world.server.url}${path}`)
  await page.evaluate('document.fonts.ready')
  const file = join(dir, `${name}.pdf`)
  await writeFile(file, await page.pdf({ preferCSSPageSize: true }))
  const info = (await run('pdfinfo', [file])).stdout
  const fonts = (await run('pdffonts', [file])).stdout
    .split('\n')
    .slice(2)
    .filter(line => line !== '')
    .map(line => ({ name: line.split(/\s+/)[0] ?? '', embedded: /\s(yes)\s+(yes|no)\s+(yes|no)\s/.test(line) }))
  const text = (await run('pdftotext', ['-raw', file, '-'])).stdout
  await run('pdftoppm', ['-r', '110', '-png', file, join(dir, name)])
  const images = (await readdir(dir)).filter(entry => entry.startsWith(`${name}-`)).sort()
  return {
    pages: Number(/Pages:\s+(\d+)/.exec(info)?.[1]),
    size: /Page size:\s+(.*)/.exec(info)?.[1] ?? '',
    fonts,
    text,
    images: images.map(entry => join(dir, entry)),
  }
}

const bare = (text: string) => text.normalize('NFC').replace(/[\s\f]+/g, '')

/** What stands between the pages of a text. */
const furniture =
  /(?:Bản số \d+ · Gỡ sau ngày \d\d\/\d\d\/\d{4}\s*)?\f\d*\s*|Bản số \d+ · Gỡ sau ngày \d\d\/\d\d\/\d{4}\n/g

/** Of the large form: which sheet it is, and head and foot, which stand on each. */
function withoutRepeats(text: string, issuer: string): string {
  const title = text.indexOf(issuer)
  return text
    .slice(title)
    .replaceAll(/Tờ \d+\/\d+\s*/g, '')
    .replaceAll(issuer, '')
    .replaceAll(/Quét mã[^\f]*?hệ thống\s*/g, '')
}

/** No ink within so many millimetres of the edge: a printer cannot print there, and what stands there was pushed out. */
async function edgesAreClean(image: string, dpi: number, marginMm: number): Promise<boolean> {
  const { data, info } = await sharp(image).greyscale().raw().toBuffer({ resolveWithObject: true })
  const edge = Math.round((marginMm / 25.4) * dpi)
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      const inside = x >= edge && x < info.width - edge && y >= edge && y < info.height - edge
      if (!inside && (data[y * info.width + x] ?? 255) < 200) return false
    }
  }
  return true
}

async function codeIn(image: string): Promise<string | undefined> {
  const { data, info } = await sharp(image).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return decode(new Uint8ClampedArray(data), info.width, info.height)?.data
}

async function faults(of: Page): Promise<string[]> {
  // The page's own policy lets no script of ours in; a browser for tests may.
  await of.evaluate(await readFile(axe, 'utf8'))
  const result = (await of.evaluate('axe.run({ resultTypes: ["violations"] })')) as {
    violations: { id: string; nodes: { html: string }[] }[]
  }
  return result.violations.map(v => `${v.id}: ${v.nodes[0]?.html}`)
}

const sizes = { A4: '594.96 x 841.92 pts (A4)', A3: '841.92 x 1191.12 pts (A3)' } as const

describe('printed notices', () => {
  test.each([
    ['official', 'A4'],
    ['official', 'A3'],
    ['large', 'A4'],
    ['large', 'A3'],
  ] as const)(
    '%s on %s: true size, our typefaces embedded, every word as written, a code that leads to the text',
    async (form, size) => {
      const own = `Chữ cái: ${alphabet}. Xem ${address}.`
      const board = form === 'large' ? { board: { text: own } } : {}
      const body = `${demoAnnouncement.body}\n${own}`
      const { title, issuer } = demoAnnouncement
      const id = await world.announce({ title, issuer, body, documentNumber: '15/TB-SVHTTDL', variants: board })
      const sheet = await printed(`/print/${id}?form=${form}&size=${size}`, `${form}-${size}`)
      expect(sheet.size).toBe(sizes[size])
      expect(sheet.fonts.every(font => font.embedded)).toBe(true)
      const family = form === 'official' ? /^[A-Z]{6}\+Tinos-/ : /^[A-Z]{6}\+BeVietnamPro-/
      expect(sheet.fonts.map(font => font.name).filter(name => !family.test(name))).toEqual([])
      const text = bare(form === 'official' ? sheet.text.replaceAll(furniture, '') : withoutRepeats(sheet.text, issuer))
      const everything = bare(sheet.text)
      const paragraphs = (form === 'official' ? body : own).split(/\n+/)
      for (const paragraph of paragraphs) expect(text).toContain(bare(paragraph))
      for (const words of [
        title,
        '15/TB-SVHTTDL',
        'Quét mã để xem toàn văn',
        'Gỡ sau ngày',
        'Bản số 1',
        'Người phê duyệt',
      ]) {
        expect(everything).toContain(bare(words))
      }
      for (const image of sheet.images) expect(await edgesAreClean(image, 110, 4)).toBe(true)
      const last = sheet.images.at(-1) ?? ''
      expect(await codeIn(last)).toBe(`${world.links.publicPage(id)}?r=1`)
      expect(text).not.toContain('BẢNXEMTRƯỚC')
    },
  )

  test.each([
    ['official', 20_000],
    ['large', 5_000],
  ] as const)('%s: 300 characters of title and %d of text lose nothing', async (form, characters) => {
    const text = longBody.slice(0, characters)
    const title = longTitle.slice(0, 300)
    const variants = form === 'large' ? { board: { text } } : {}
    const issuer = 'Ủy ban nhân dân tỉnh Quảng Trị'
    const content = { title, issuer, body: text, variants, priority: 'emergency', urgencyReason: 'thử' }
    const id = await world.announce(content)
    const sheet = await printed(`/print/${id}?form=${form}`, `long-${form}`)
    expect(sheet.pages).toBeGreaterThan(5)
    const all = bare(form === 'official' ? sheet.text.replaceAll(furniture, '') : withoutRepeats(sheet.text, issuer))
    expect(all).toContain(bare(text))
    expect(all).toContain(bare(form === 'official' ? title.replace('Thông báo về', 'Về') : title))
    if (form === 'large') {
      expect(sheet.text).toContain(`Tờ 1/${sheet.pages}`)
      expect(sheet.text).toContain(`Tờ ${sheet.pages}/${sheet.pages}`)
      const ends = [sheet.images[0] ?? '', sheet.images.at(-1) ?? '']
      for (const image of ends) expect(await codeIn(image)).toBe(`${world.links.publicPage(id)}?r=1`)
    }
    for (const image of sheet.images) expect(await edgesAreClean(image, 110, 4)).toBe(true)
  })

  test('what may not hang says so on every sheet', async () => {
    const id = await world.announce({ title: 'Bị thu hồi', body: longBody.slice(0, 6000) })
    await cancel(world.deps, officer, id, 'sai')
    const sheet = await printed(`/print/${id}?form=official`, 'withdrawn')
    expect(sheet.pages).toBeGreaterThan(1)
    // Across the sheet and in its lower margin.
    expect(sheet.text.match(/ĐÃ THU HỒI/g)?.length).toBeGreaterThanOrEqual(sheet.pages)
  })

  test('slips: each board has its own, whose code opens its page', async () => {
    const id = await world.announce({ title: longTitle.slice(0, 300), documentNumber: '8/TB-UBND' })
    const dispatchId = await world.dispatch(id, 'board')
    const sheet = await printed(`/print/${id}/slips`, 'slips')
    expect({ pages: sheet.pages, size: sheet.size }).toEqual({ pages: 1, size: sizes.A4 })
    for (const words of ['Bảng tin Nhà văn hóa', 'Bảng tin Cảng cá', 'Phường Đông Hà', 'Niêm yết chậm nhất']) {
      expect(bare(sheet.text)).toContain(bare(words))
    }
    // The two slips of the first row, cut out along their lines.
    const pages = world.boards.map(board => world.links.postingPage(dispatchId, board.id))
    const codes: (string | undefined)[] = []
    for (const left of [10, 105]) {
      const px = (mm: number) => Math.round((mm / 25.4) * 110)
      const file = join(dir, `slip-${left}.png`)
      const box = { left: px(left), top: px(10), width: px(95), height: px(92) }
      await sharp(sheet.images[0]).extract(box).toFile(file)
      codes.push(await codeIn(file))
    }
    expect(codes.sort()).toEqual(pages.sort())
    // Nothing of a slip is cut off but the end of a very long title.
    const cut = await page.evaluate(
      `Array.from(document.querySelectorAll('.slip')).filter(e => e.scrollHeight > e.clientHeight + 1).length`,
    )
    expect(cut).toBe(0)
  })

  test('are readable with a screen reader too', async () => {
    const id = await world.announce({ title: 'Lịch cắt nước' })
    for (const path of [`/print/${id}?form=official`, `/print/${id}?form=large`, `/print/${id}/slips`]) {
      await page.goto(`${world.server.url}${path}`)
      expect(await faults(page)).toEqual([])
    }
  })
})

describe('the page for phones', () => {
  const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true }

  async function slip(title: string) {
    const id = await world.announce({ title, documentNumber: '12/TB-UBND' })
    const dispatchId = await world.dispatch(id, 'board')
    const boardId = world.boards[0]?.id ?? ''
    const rows = async () =>
      (
        await world.database.db.query(
          `select p.posted_by as "postedBy", p.photo, p.removed_at is not null as removed, f.bytes
           from postings p left join files f on f.sha256 = p.photo where p.dispatch_id = $1 and p.board_id = $2`,
          [dispatchId, boardId],
        )
      ).rows
    return { id, url: world.links.postingPage(dispatchId, boardId), rows }
  }

  async function photoFile(name: string): Promise<string> {
    const file = join(dir, name)
    const noise = Buffer.from(Array.from({ length: 1200 * 900 * 3 }, (_, i) => (i * 7919 + (i >> 7) * 31) & 0xff))
    await sharp(noise, { raw: { width: 1200, height: 900, channels: 3 } })
      .resize(4000, 3000)
      .withExif({
        IFD0: { Make: 'Fonio', Model: 'Moto' },
        IFD3: { GPSLatitude: '16/1 48/1 30/1', GPSLatitudeRef: 'N' },
      })
      .jpeg({ quality: 90 })
      .toFile(file)
    return file
  }

  test('takes a photo through a network that fails: it is kept, also when the page is closed, and sent later', async () => {
    const { url, rows } = await slip('Lịch tiêm chủng mở rộng tháng 12')
    const own = await browser.newContext(phone)
    const tab = await own.newPage()
    await tab.goto(url)
    expect(await faults(tab)).toEqual([])
    expect(await tab.evaluate('document.documentElement.scrollWidth <= window.innerWidth')).toBe(true)
    await tab.fill('#name-posted', 'Nguyễn Thị Trưởng Thôn')
    await tab.setInputFiles('#photo-posted', await photoFile('board.jpg'))
    await tab.route('**/posted', route => route.abort('internetdisconnected'))
    await tab.click('text=Gửi xác nhận đã niêm yết')
    await tab.locator('text=Chưa gửi được vì mạng yếu').waitFor()
    expect(await rows()).toEqual([])
    await tab.close()
    const later = await own.newPage()
    await later.goto(url)
    await later.locator('h1', { hasText: 'Đã niêm yết' }).waitFor()
    const [row] = await rows()
    expect(row).toMatchObject({ postedBy: 'Nguyễn Thị Trưởng Thôn', removed: false })
    const { exif, width = 0, height = 0, format } = await sharp(row.bytes).metadata()
    expect({ exif, format }).toEqual({ exif: undefined, format: 'jpeg' })
    expect(Math.max(width, height)).toBeLessThanOrEqual(1600)
    expect(await faults(later)).toEqual([])
    await later.click('summary:has-text("Gỡ thông báo này")')
    await later.fill('#name-removed', 'Trần Văn Gỡ')
    await later.click('text=Gửi báo cáo đã gỡ')
    await later.locator('h1', { hasText: 'Đã gỡ' }).waitFor()
    await until('the removal is on record', async () => (await rows())[0]?.removed === true)
    await own.close()
  })

  test('works without a script', async () => {
    const { url, rows } = await slip('Họp tổ dân phố')
    const own = await browser.newContext({ ...phone, javaScriptEnabled: false })
    const tab = await own.newPage()
    await tab.goto(url)
    await tab.fill('#name-posted', 'Lê Văn Máy Cũ')
    await tab.setInputFiles('#photo-posted', await photoFile('plain.jpg'))
    await tab.click('text=Gửi xác nhận đã niêm yết')
    await tab.locator('h1', { hasText: 'Đã niêm yết' }).waitFor()
    const [row] = await rows()
    expect(row).toMatchObject({ postedBy: 'Lê Văn Máy Cũ' })
    // Here the phone's own file arrived, place and all.
    expect((await sharp(join(dir, 'plain.jpg')).metadata()).exif).toBeDefined()
    expect((await sharp(row.bytes).metadata()).exif).toBeUndefined()
    await own.close()
  })

  test('a notice that was withdrawn meanwhile is not posted: it says so at once', async () => {
    const { id, url, rows } = await slip('Sẽ thu hồi')
    const own = await browser.newContext(phone)
    const tab = await own.newPage()
    await tab.goto(url)
    await tab.fill('#name-posted', 'Người Chậm')
    await tab.setInputFiles('#photo-posted', await photoFile('late.jpg'))
    await cancel(world.deps, officer, id, 'sai ngày')
    await tab.click('text=Gửi xác nhận đã niêm yết')
    await tab.locator('text=Thông báo đã thu hồi: không niêm yết; nếu đã dán, hãy gỡ ngay.').waitFor()
    expect(await rows()).toEqual([])
    await tab.reload()
    await tab.fill('#name-removed', 'Người Chậm')
    await tab.click('text=Gửi báo cáo đã gỡ')
    await tab.locator('h1', { hasText: 'Đã gỡ' }).waitFor()
    await own.close()
  })
})
