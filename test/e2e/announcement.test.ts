import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type DemoInstance, startDemoInstance } from '../support/demo-instance.ts'
import { until } from '../support/wait.ts'
import { boardPage } from './board-browser.ts'

const title = 'Thông báo lịch tiếp nhận hồ sơ của Trung tâm Phục vụ hành chính công'
const body = `Từ ngày 01/12/2026, Trung tâm Phục vụ hành chính công phường Đông Hà tiếp nhận hồ sơ từ 7h30 đến 17h00 các ngày làm việc.

Ông/Bà có thể nộp hồ sơ trực tuyến qua Cổng Dịch vụ công quốc gia. Việc nộp hồ sơ trực tuyến được giảm lệ phí.`

/** Writes, approves, and follows one announcement to phones, loudspeakers, boards and mailboxes, in a real browser. */
describe('one announcement from the officer to the village', () => {
  let demo: DemoInstance
  let browser: Browser

  beforeAll(async () => {
    demo = await startDemoInstance()
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
  }, 300_000)
  afterAll(async () => {
    await browser?.close()
    await demo?.stop()
  })

  async function signIn(who: string): Promise<Page> {
    const account = demo.accounts.find(a => a.email.startsWith(who))
    if (!account) throw new Error(`no account ${who}`)
    const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    await page.goto(demo.console)
    await page
      .locator('input[type="email"], input[name="email"], input[autocomplete="username"]')
      .first()
      .fill(account.email)
    await page.locator('input[type="password"]').fill(account.password)
    await page.locator('button[type="submit"]').click()
    await page.getByText('Đăng xuất').first().waitFor()
    return page
  }

  test('the first start printed the table of the four channels', () => {
    const table = demo.output()
    for (const channel of ['Truyền thanh cấp xã', 'Bảng tin công cộng', 'Tin nhắn SMS', 'Thư điện tử']) {
      expect(table).toContain(channel)
    }
    expect(demo.accounts).toHaveLength(3)
    expect(new Set(demo.accounts.map(a => a.password)).size).toBe(3)
  })

  test('the dictionary: an entry is tried out, saved, heard, removed and brought back', async () => {
    const officer = await signIn('chuyenvien')
    await officer.getByRole('link', { name: 'Từ điển phát âm' }).first().click()
    await officer.getByText('Từ điển chưa có mục nào').waitFor()
    await officer.getByRole('button', { name: 'Thêm mục' }).first().click()
    const dialog = officer.getByRole('dialog')
    await dialog.getByRole('textbox', { name: 'Cách viết' }).fill('phường Đông Hà')
    await dialog.getByRole('textbox', { name: 'Cách đọc' }).fill('phường 1')
    await dialog.getByRole('button', { name: 'Lưu' }).click()
    await dialog.getByText('Cách đọc có “1” ở vị trí 8').waitFor()
    await dialog.getByRole('textbox', { name: 'Cách đọc' }).fill('phường đông hà mới')
    await dialog.getByRole('button', { name: 'Lưu' }).click()
    await officer.getByText('phường đông hà mới').waitFor()

    await officer.getByRole('button', { name: 'Nghe cách đọc phường Đông Hà' }).click()
    await officer.getByRole('button', { name: 'Dừng' }).first().waitFor()
    // It ends by itself.
    await officer.getByRole('button', { name: 'Nghe cách đọc phường Đông Hà' }).waitFor()
    await officer.getByRole('button', { name: 'Xóa phường Đông Hà' }).click()
    await officer.getByText('Từ điển chưa có mục nào').waitFor()
    await officer.getByRole('button', { name: 'Hoàn tác' }).click()
    await officer.getByText('phường đông hà mới').waitFor()

    await officer.getByRole('textbox', { name: 'Câu cần đọc' }).fill('Họp tại phường Đông Hà lúc 7h30.')
    await officer.getByRole('button', { name: 'Xem bản đọc' }).click()
    await officer.getByText('2 chỗ đọc khác chữ viết').waitFor()
    await officer.getByText('Lời đọc', { exact: true }).click()
    await officer.getByText('Họp tại phường đông hà mới lúc bảy giờ ba mươi phút.').waitFor()
  })

  test('written, previewed, submitted, approved, sent, heard and shown', async () => {
    // A board of Đông Hà hangs on the wall before anything happens.
    const officer = await signIn('chuyenvien')
    const boards = await officer.evaluate(`fetch('/api/boards?area=19333').then(r => r.json())`)
    const place = (boards as { items: { id: string; areaCode: string }[] }).items.find(b => b.areaCode === '19333')
    if (!place) throw new Error('no board in Đông Hà')
    const wall = await (await browser.newContext({ viewport: { width: 1280, height: 720 } })).newPage()
    await wall.goto(new URL('/b', demo.console).href)
    const code = await boardPage(wall).code()
    const paired = await officer.evaluate(
      `fetch('/api/boards/${place.id}/pair', { method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ code: '${code}' }) }).then(r => r.status)`,
    )
    expect(paired).toBe(200)

    await officer.getByRole('link', { name: 'Soạn thông báo' }).first().click()
    await officer.getByLabel('Tiêu đề (trích yếu)').fill(title)
    await officer.getByLabel('Nội dung thông báo').fill(body)
    await officer.getByLabel('Cơ quan ban hành').fill('Ủy ban nhân dân phường Đông Hà')
    await officer.getByPlaceholder('Tìm xã, phường, đặc khu (không cần dấu)').fill('dong ha')
    await officer.getByLabel('Phường Đông Hà', { exact: true }).check()
    for (const channel of ['Truyền thanh cấp xã', 'Bảng tin công cộng', 'Tin nhắn SMS', 'Thư điện tử']) {
      await officer.getByRole('checkbox', { name: channel }).click()
    }
    // The preview is made by the server, by the same code that sends.
    await officer.getByRole('tab', { name: 'Tin nhắn SMS' }).click()
    await officer
      .getByText(/tin\/người/)
      .first()
      .waitFor()
    await officer.getByRole('button', { name: 'Trình duyệt' }).click()
    await officer.getByRole('dialog').getByRole('button', { name: 'Trình duyệt' }).click()
    await officer.waitForURL(/\/announcements\/[0-9a-f-]{36}/)
    const path = new URL(officer.url()).pathname
    expect(await officer.getByRole('button', { name: 'Phê duyệt', exact: true }).count()).toBe(0)

    // One phone is refused by the carrier, so that somebody is left to be sent to again.
    await fetch(`${demo.simulator}/api/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rules: [{ kind: 'sms.invalid-number', next: 1 }] }),
    })
    const approver = await signIn('lanhdao')
    await approver.goto(`${demo.console}${path}`)
    // What will be heard stands beside what is written, and the signature says that it covers it.
    const reading = approver.getByRole('heading', { name: 'Bản đọc trên loa' }).locator('..')
    await reading.getByText('bảy giờ ba mươi phút').waitFor()
    expect(await reading.locator('del', { hasText: '7h30' }).count()).toBe(1)
    await reading.getByText('phường đông hà mới').first().waitFor()
    await approver.getByRole('button', { name: 'Phê duyệt', exact: true }).click()
    await approver.getByRole('dialog').getByText('Chữ ký gồm cả bản đọc trên loa').waitFor()
    await approver.getByRole('dialog').getByRole('button', { name: 'Phê duyệt' }).click()
    await approver.getByText('Đã hoàn thành').first().waitFor({ timeout: 60_000 })

    // The phones have it, in Vietnamese, byte for byte.
    const received = await until('the SMS is on a phone', async () => {
      const [newest] = (await (await fetch(`${demo.simulator}/api/phones`)).json()) as { address: string }[]
      const phone = await (
        await fetch(`${demo.simulator}/api/phones/${encodeURIComponent(newest?.address ?? '')}`)
      ).text()
      return phone.includes('phường Đông Hà') && phone
    })
    expect(received).toContain('Trung tâm Phục vụ hành chính công')

    // The board on the wall changed by itself.
    await wall.getByText('Trung tâm Phục vụ hành chính công').first().waitFor({ timeout: 20_000 })

    // The operator of Đông Hà hears of it, listens and ticks it as aired.
    const operator = await signIn('truyenthanh')
    await operator.getByText(title).first().waitFor()
    await operator.getByRole('button', { name: 'Nghe bản tin' }).first().click()
    const seconds = await until('the audio is playable', async () => {
      const duration = await operator.evaluate(`document.querySelector('audio')?.duration ?? 0`)
      return typeof duration === 'number' && Number.isFinite(duration) && duration
    })
    expect(seconds).toBeGreaterThan(5)
    await operator.getByRole('button', { name: 'Vừa phát xong' }).first().click()
    await operator
      .getByText(/Đã phát/)
      .first()
      .waitFor()

    // The one who was refused is sent to again, in a round of its own.
    await officer.reload()
    await officer.getByRole('button', { name: 'Gửi lại cho người chưa nhận được qua kênh Tin nhắn SMS' }).click()
    const dialog = officer.getByRole('dialog')
    expect(await dialog.getByLabel(/^Bị từ chối/).isChecked()).toBe(true)
    expect(await dialog.getByLabel(/^Bỏ qua/).isChecked()).toBe(false)
    await dialog.getByRole('button', { name: 'Gửi lại cho 1 người' }).click()
    await officer.getByText('Lần 2 · gửi lại cho người chưa nhận được (bị từ chối)').waitFor()
    const counts = await until('the second round is done', async () => {
      const answer = await officer.evaluate(`fetch('/api${path}/progress').then(r => r.json())`)
      const { dispatches } = answer as { dispatches: { round: number; phase: string; counts: object }[] }
      const second = dispatches.find(d => d.round === 2)
      return second?.phase === 'settled' && second.counts
    })
    expect(counts).toMatchObject({ audience: 1, rejected: 0, unknown: 0, skipped: 0 })
  })

  test('Ctrl-C ends it in order within ten seconds', async () => {
    const started = Date.now()
    expect(await demo.stop()).toBe(0)
    expect(Date.now() - started).toBeLessThan(10_000)
  })
})
