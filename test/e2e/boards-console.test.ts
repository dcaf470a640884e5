import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createAccount } from '../../services/accounts/accounts.ts'
import type { Role } from '../../services/domain/accounts.ts'
import { projectPath } from '../../services/runtime/paths.ts'
import { startWholeInstance, type WholeInstance } from '../support/whole-instance.ts'
import { boardPage } from './board-browser.ts'

const commune = '19333'
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } }
const axeSource = readFileSync(projectPath('node_modules/axe-core/axe.min.js'), 'utf8')
/** As text, because this program is compiled without a browser's types. */
const axeRun = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })
  .then(result => result.violations.map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))`

/** A screen is paired, comes online by itself, and shows an emergency that two people made; all in a real browser. */
describe('boards in the console', () => {
  let whole: WholeInstance
  let browser: Browser
  let officer: Page
  let approver: Page
  /** The screen on the wall, nobody's at first. */
  let wall: Page
  const passwords = new Map<Role, string>()
  const errors: string[] = []

  beforeAll(async () => {
    whole = await startWholeInstance()
    for (const role of ['officer', 'approver', 'admin', 'operator'] as const) {
      const areas = [role === 'operator' ? commune : '44']
      const account = { email: `${role}@e2e.example`, name: `Tài khoản ${role}`, role, areas }
      passwords.set(role, (await createAccount(whole.instance.db, account)).password)
    }
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
    ;[officer, approver] = await Promise.all([signIn('officer'), signIn('approver')])
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await whole?.close()
  })

  const address = (path: string) => `${whole.instance.links.publicUrl}${path}`

  async function signIn(role: Role, options: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }) {
    // The console forbids scripts of others; axe is one.
    const context = await browser.newContext({ locale: 'vi-VN', bypassCSP: true, ...options })
    const page = await context.newPage()
    page.on('pageerror', error => errors.push(String(error)))
    page.setDefaultTimeout(20_000)
    await page.goto(address('/'))
    await page.locator('input[type="email"]').fill(`${role}@e2e.example`)
    await page.locator('input[type="password"]').fill(passwords.get(role) ?? '')
    await page.locator('button[type="submit"]').click()
    await page.locator('#main').waitFor()
    return page
  }

  /** No violation of WCAG 2.1 AA, and nothing wider than the window. */
  async function expectFit(page: Page) {
    await page.evaluate(axeSource)
    expect(await page.evaluate(axeRun)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0)
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { name }).waitFor()

  test('a code with letters that no code holds is explained, before anybody is asked', async () => {
    await officer.goto(address('/boards/pair?code=0o1il2'))
    await officer.getByText(/Mã không dùng 0, O, 1, I hoặc L/).waitFor()
    expect(await officer.getByRole('button', { name: 'Tìm màn hình' }).isDisabled()).toBe(true)
    await expectFit(officer)
  })

  test('a wrong code is refused in the officer’s words', async () => {
    await officer.getByLabel('Mã ghép nối').fill('zzz zzz')
    await officer.getByRole('button', { name: 'Tìm màn hình' }).click()
    await officer.getByText(/Không có bảng tin nào đang hiện mã này/).waitFor()
  })

  test('the screen is found by its code, made a board, and comes online by itself', async () => {
    wall = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
    await wall.goto(address('/b'))
    const code = await boardPage(wall).code()
    const typed = `${code.slice(0, 3)}-${code.slice(3)}`.toLowerCase()
    await officer.getByLabel('Mã ghép nối').fill(typed)
    await officer.getByRole('button', { name: 'Tìm màn hình' }).click()
    await officer.getByText('1280 × 720').waitFor()
    await officer.getByLabel('Xã, phường, đặc khu').first().fill('dong ha')
    await officer.getByRole('option', { name: /^Phường Đông Hà/ }).click()
    const choices = officer.getByRole('radio')
    await choices.first().waitFor()
    // An officer chooses; adding a board is the administrator's.
    expect(await officer.getByText('Thêm bảng tin mới ở địa bàn này').count()).toBe(0)
    await choices.first().check()
    await expectFit(officer)
    await officer.getByRole('button', { name: 'Ghép nối', exact: true }).click()
    await officer.getByRole('heading', { name: /đã trực tuyến/ }).waitFor({ timeout: 90_000 })
    await officer.getByRole('link', { name: 'Xem bảng này' }).click()
  }, 120_000)

  test('its page shows what it should show beside what it reports', async () => {
    await heading(officer, 'Bảng tự báo')
    await officer.getByText(/Bảng tự báo lúc/).waitFor()
    await officer.getByText('Đúng bản mới nhất').waitFor()
    const frame = officer.frameLocator('iframe')
    await frame.locator('#idle-place').filter({ hasText: 'Phường Đông Hà' }).waitFor()
    await expectFit(officer)
  })

  test('its settings are saved and taken back', async () => {
    const contact = officer.getByLabel('Dòng liên hệ khi không có thông báo')
    await contact.fill('UBND phường, 0233 3852 111')
    await officer.getByRole('button', { name: 'Lưu' }).click()
    await officer.getByText('Đã lưu cài đặt cho 1 bảng.').waitFor()
    await wall.getByText('0233 3852 111').waitFor()
    await officer.getByRole('button', { name: 'Hoàn tác' }).click()
    await officer.getByText('Đã trả lại cài đặt cũ.').waitFor()
    expect(await contact.inputValue()).toBe('')
  })

  test('the list and the tiles lead to it; on a phone nothing is too wide', async () => {
    await officer.goto(address('/boards?state=online'))
    await officer
      .getByRole('link', { name: /^Bảng tin/ })
      .nth(1)
      .waitFor()
    await expectFit(officer)
    await officer.getByText('Bản đồ xã').click()
    const tile = officer.getByRole('button', { name: /^Phường Đông Hà/ })
    await tile.focus()
    await officer
      .getByRole('tooltip')
      .or(officer.getByText(/^Phường Đông Hà: 2 bảng/))
      .first()
      .waitFor()
    await expectFit(officer)
    await tile.press('Enter')
    await officer.getByText('Đúng bản mới nhất').waitFor()
    expect(new URL(officer.url()).searchParams.get('area')).toBe(commune)
    const operator = await signIn('operator', phone)
    for (const path of ['/boards', '/boards?view=tiles']) {
      await operator.goto(address(path))
      await heading(operator, 'Bảng tin công cộng')
      await operator.getByText('Phường Đông Hà').first().waitFor()
      await expectFit(operator)
    }
    // An operator looks; nothing can be ticked or changed.
    expect(await operator.getByRole('checkbox').count()).toBe(0)
    await operator.context().close()
  })

  test('an emergency: one form, its reach, a second person, the screen', async () => {
    await officer.goto(address('/boards/emergency'))
    await officer.getByLabel('Nội dung chính').fill('Sơ tán khẩn cấp khu vực ven sông Hiếu')
    await officer.getByLabel('Hướng dẫn ngắn').fill('Di chuyển đến Trường THCS Nguyễn Huệ. Gọi 0233 3852 111.')
    await officer.getByLabel('Toàn bộ tỉnh Quảng Trị').check()
    await officer.getByText(/156 bảng ở 78 xã/).waitFor()
    await officer.getByText('trực tuyến: hiện ngay khi được duyệt').waitFor()
    await officer.frameLocator('iframe').getByText('Sơ tán khẩn cấp').first().waitFor()
    await expectFit(officer)
    await officer.getByRole('button', { name: 'Trình phê duyệt ngay' }).click()
    await officer.getByText('Vui lòng nhập “Lý do khẩn cấp”.').first().waitFor()
    await officer.getByLabel('Lý do khẩn cấp').fill('Nước sông lên trên báo động 3')
    await officer.getByRole('button', { name: 'Trình phê duyệt ngay' }).click()
    await heading(officer, 'Đã trình. Đang chờ người phê duyệt.')
    await expectFit(officer)
    const link = await officer.locator('code').textContent()
    await approver.goto(link ?? '')
    await approver.getByText('Khẩn cấp, toàn màn hình').waitFor()
    await approver.getByRole('button', { name: 'Phê duyệt khẩn cấp', exact: true }).click()
    await approver.getByRole('dialog').getByRole('button', { name: 'Phê duyệt' }).click()
    await wall.getByText('Sơ tán khẩn cấp khu vực ven sông Hiếu').first().waitFor({ timeout: 30_000 })
    await heading(officer, 'Đã được phê duyệt. Thông báo đang tới các bảng.')
  }, 120_000)

  test('unpairing is asked twice; the screen keeps what it has', async () => {
    const { rows } = await whole.instance.db.query('select id from boards where paired_at is not null')
    await officer.goto(address(`/boards/${rows[0]?.id}`))
    await officer.getByRole('button', { name: 'Ngắt ghép nối' }).click()
    const dialog = officer.getByRole('dialog')
    const button = dialog.getByRole('button', { name: 'Ngắt ghép nối' })
    expect(await button.isDisabled()).toBe(true)
    await dialog.getByLabel(/gõ NGẮT/).fill('ngat')
    await button.click()
    await officer.getByText('Chưa có màn hình nào được ghép nối với bảng này.').waitFor()
    expect(await wall.getByText('Sơ tán khẩn cấp khu vực ven sông Hiếu').first().isVisible()).toBe(true)
    expect(errors).toEqual([])
  })
})
