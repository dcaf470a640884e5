import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { createAccount } from '../../services/accounts/accounts.ts'
import type { Role } from '../../services/domain/accounts.ts'
import { vietNamClock, vietNamDay } from '../../services/domain/airtime/calendar.ts'
import { realClock } from '../../services/runtime/clock.ts'
import { type Player, startPlayer } from '../../services/station/player.ts'
import { sinkKind } from '../../services/station/sound/sinks.ts'
import { until } from '../support/wait.ts'
import { startWholeInstance, type WholeInstance } from '../support/whole-instance.ts'

const commune = '19333'
const notice = 'Thông báo lịch tiêm phòng dại cho chó, mèo tại phường Đông Hà'
const alarm = 'Cảnh báo lũ trên sông Hiếu: người dân vùng thấp di dời ngay'
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 } }

/** Colour of the ground on which the first card says that it is urgent, as red, green, blue. Text, as this program has no browser's types. */
const groundOfWarning = `(() => {
  let box = Array.from(document.querySelector('article').querySelectorAll('strong'))
    .find(e => e.textContent.includes('PHÁT NGAY'))
  while (getComputedStyle(box).backgroundColor === 'rgba(0, 0, 0, 0)') box = box.parentElement
  return getComputedStyle(box).backgroundColor.match(/\\d+/g).slice(0, 3).map(Number)
})()`

/** A programme, a slot and an emergency, seen by officer, approver and operator in a real browser, and played by a real player. */
describe('from the programme to the loudspeaker', () => {
  let whole: WholeInstance
  let browser: Browser
  let officer: Page
  let approver: Page
  let operator: Page
  let player: Player | undefined
  let folder: string
  const passwords = new Map<Role, string>()
  /** Of the one session of the programme, well before its locking and on any day of the week. */
  const startsAt = new Date(Math.ceil((Date.now() + 25 * 60_000) / 300_000) * 300_000)
  const clock = vietNamClock(startsAt)

  beforeAll(async () => {
    whole = await startWholeInstance()
    for (const role of ['officer', 'approver', 'operator'] as const) {
      const areas = [role === 'operator' ? commune : '44']
      const account = { email: `${role}@e2e.example`, name: `Tài khoản ${role}`, role, areas }
      passwords.set(role, (await createAccount(whole.instance.db, account)).password)
    }
    folder = await mkdtemp(join(tmpdir(), 'loa-e2e-station-'))
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    })
    ;[officer, approver, operator] = await Promise.all([
      signIn('officer'),
      signIn('approver'),
      signIn('operator', phone),
    ])
  }, 180_000)
  afterAll(async () => {
    await player?.stop()
    await browser?.close()
    await whole?.close()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  async function signIn(role: Role, options: BrowserContextOptions = { viewport: { width: 1280, height: 900 } }) {
    const page = await (await browser.newContext({ locale: 'vi-VN', ...options })).newPage()
    page.setDefaultTimeout(20_000)
    await page.goto(address('/'))
    await page.locator('input[type="email"]').fill(`${role}@e2e.example`)
    await page.locator('input[type="password"]').fill(passwords.get(role) ?? '')
    await page.locator('button[type="submit"]').click()
    await page.locator('#main').waitFor()
    return page
  }

  const address = (path: string) => `${whole.instance.links.publicUrl}${path}`

  /** The API with the page's own session. */
  async function api<T>(page: Page, method: 'get' | 'post', path: string, data?: object): Promise<T> {
    const headers = { 'Sec-Fetch-Site': 'same-origin' }
    const answer = await page.request[method](address(path), { headers, ...(data && { data }) })
    expect([path, answer.status(), answer.ok() ? '' : await answer.text()]).toEqual([path, expect.any(Number), ''])
    return (await answer.json()) as T
  }

  /** Written and submitted by the officer, read and approved by the approver on the screen. @returns id */
  async function approved(content: object, button: string): Promise<string> {
    const audience = { areas: [commune] }
    const issuer = 'Ủy ban nhân dân phường Đông Hà'
    const draft = await api<{ id: string; revision: number }>(officer, 'post', '/api/announcements', {
      content: { issuer, audience, channels: ['loudspeaker'], ...content },
    })
    await api(officer, 'post', `/api/announcements/${draft.id}/submit`, { revision: draft.revision })
    await approver.goto(address(`/announcements/${draft.id}`))
    await approver.getByRole('button', { name: button, exact: true }).click()
    await approver.getByRole('dialog').getByRole('button', { name: 'Phê duyệt' }).click()
    await approver.getByText('Đã phê duyệt.').waitFor()
    return draft.id
  }

  test('the officer gives the commune one session of its own, on every day', async () => {
    await officer.goto(address(`/airtime/programme?area=${commune}`))
    await officer.getByRole('heading', { name: 'Các phiên phát' }).waitFor()
    // The session of the test may fall on any hour of any day.
    await officer.getByRole('switch', { name: 'Theo quy định hạn mức phát' }).uncheck({ force: true })
    await officer.getByRole('switch', { name: 'Giờ yên tĩnh' }).uncheck({ force: true })
    const remove = officer.getByRole('button', { name: 'Xóa phiên này' })
    while ((await remove.count()) > 0) await remove.first().click()
    await officer.getByText('Chưa có phiên phát nào').waitFor()
    await officer.getByRole('button', { name: 'Thêm phiên' }).click()
    const [hour = '', minute = ''] = clock.split(':')
    await officer.getByLabel('Giờ bắt đầu: giờ').fill(hour)
    await officer.getByLabel('Giờ bắt đầu: phút').fill(minute)
    for (const day of ['T7', 'CN']) await officer.locator('label', { hasText: day }).click()
    await officer.getByRole('button', { name: 'Lưu khung phát' }).click()
    await officer.getByText('Đã lưu khung phát').waitFor()
  })

  let slotId = ''
  test('an approved announcement stands in that slot, in the week and on the phone', async () => {
    const body = 'Sáng thứ Bảy, từ 7h30 đến 10h00, trạm thú y tiêm phòng dại miễn phí tại nhà văn hóa các khu phố.'
    await approved({ title: notice, body }, 'Phê duyệt')
    const week = `/airtime?area=${commune}&from=${vietNamDay(startsAt)}`
    await until('it is planned', async () =>
      JSON.stringify(await api(officer, 'get', `/api${week.replace('?', '/week?')}`)).includes(notice),
    )
    await officer.goto(address(week))
    const block = officer.getByRole('button', { name: `Mở chi tiết phiên phát ${clock}` }).filter({ hasText: notice })
    await block.first().waitFor()
    await block.first().click()
    await officer.getByRole('dialog').getByText(notice).waitFor()

    await operator.goto(address('/operator'))
    if (vietNamDay(startsAt) !== vietNamDay(new Date()))
      await operator.getByRole('button', { name: 'Ngày sau' }).click()
    const slot = operator.getByRole('article').filter({ has: operator.getByText(clock) })
    await slot.getByText(notice).waitFor()
    expect(await slot.getByRole('button', { name: 'Xác nhận đã phát' }).count()).toBe(0)
    const { rows } = await whole.instance.db.query(
      'select id::text from slots where area_code = $1 and starts_at = $2',
      [commune, startsAt],
    )
    slotId = rows[0]?.id ?? ''
    expect(slotId).not.toBe('')
  })

  test('a player with the link of the devices page is seen there', async () => {
    await officer.goto(address('/devices'))
    await officer.getByRole('button', { name: 'Thêm thiết bị' }).click()
    const dialog = officer.getByRole('dialog')
    await dialog.getByRole('combobox', { name: 'Đài' }).fill('dong ha')
    await officer.getByRole('option', { name: /Phường Đông Hà/ }).click()
    await dialog.getByRole('textbox', { name: 'Tên thiết bị' }).fill('Máy phát khu phố 3')
    await dialog.getByRole('button', { name: 'Tạo thiết bị' }).click()
    const link = (await officer.locator('pre').first().innerText()).trim()
    expect(link).toMatch(/\/station-device\/[\w-]+#/)
    await officer.getByRole('button', { name: 'Tôi đã lưu lại' }).click()
    await officer.getByText('Chưa từng nối').waitFor()
    expect(await officer.content()).not.toContain(link)

    player = await startPlayer({ link, dir: folder, sink: sinkKind('none'), clock: realClock })
    await until('it has said that it is there', async () => {
      const devices = await api<{ state: string }[]>(officer, 'get', '/api/devices')
      return devices.some(one => one.state === 'online')
    })
    await officer.reload()
    await officer.getByRole('listitem').filter({ hasText: 'Máy phát khu phố 3' }).getByText('Đang nối').waitFor()
  })

  test('a way to the station is set with what is wrong said at its field, and its password is not shown again', async () => {
    await officer.getByRole('combobox', { name: 'Đài' }).fill('dong ha')
    await officer.getByRole('option', { name: /Phường Đông Hà/ }).click()
    await officer.getByRole('button', { name: 'Dùng: Luồng Icecast' }).click()
    const dialog = officer.getByRole('dialog')
    // Nobody listens there.
    await dialog.getByRole('textbox', { name: 'Địa chỉ' }).fill('http://127.0.0.1:9/')
    await dialog.getByRole('button', { name: 'Lưu' }).click()
    await dialog.getByText('Thiếu tên điểm phát').waitFor()
    await dialog.getByRole('textbox', { name: 'Địa chỉ' }).fill('http://127.0.0.1:9/dong-ha.mp3')
    await dialog.getByLabel('Mật khẩu').first().fill('mat-khau-cua-dai')
    await dialog.getByRole('button', { name: 'Lưu' }).click()
    await officer.getByText('Đã lưu đường truyền.').waitFor()
    await officer.getByText('http://127.0.0.1:9/dong-ha.mp3').waitFor()
    // Loa tries by itself and says how it went.
    await until('it was tried', async () => {
      const { rows } = await whole.instance.db.query('select problem from station_pushes')
      return rows[0]?.problem === 'unreachable'
    })
    await officer.reload()
    await officer.getByText('Không kết nối được tới địa chỉ này.').waitFor()
    expect(await officer.content()).not.toContain('mat-khau-cua-dai')
    await officer.getByRole('button', { name: 'Ngừng dùng: Luồng Icecast' }).click()
    await officer.getByRole('dialog').getByRole('button', { name: 'Ngừng dùng' }).click()
    await officer.getByText('Đã ngừng đường truyền này.').waitFor()
  })

  test('after its time the operator reports a fault and ticks the slot', async () => {
    const { db } = whole.instance
    // Nobody waits for half an hour: the slot is locked and rendered as ten minutes before its time, then its time has come.
    const move = (byMs: number) =>
      db.query(`update slots set state = 'locked', locked_at = now(), starts_at = $2 where id = $1`, [
        slotId,
        new Date(Date.now() + byMs),
      ])
    await move(9 * 60_000)
    await until('the slot has its file', async () => {
      const { rows } = await db.query('select file_key from slots where id = $1', [slotId])
      return rows[0]?.file_key
    })
    await move(-3 * 60_000)
    await operator.goto(address('/operator'))
    const slot = operator.getByRole('article').filter({ has: operator.getByRole('button', { name: 'Báo sự cố' }) })
    await slot.getByText(notice).waitFor()
    await slot.getByRole('button', { name: 'Báo sự cố' }).click()
    await operator.getByRole('radio', { name: 'Tiếng rè, nhỏ, hú' }).check()
    await operator.getByRole('button', { name: 'Gửi báo cáo' }).click()
    await operator.getByRole('heading', { name: 'Sự cố chưa xử lý' }).waitFor()
    await slot.getByRole('button', { name: 'Xác nhận đã phát' }).click()
    await operator.getByRole('button', { name: 'Ghi nhận đã phát' }).click()
    await slot.getByText('Tài khoản operator xác nhận đã phát lúc').waitFor()
    // Nothing on the phone is wider than the phone.
    expect(await operator.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
  })

  test('an emergency stands on top in red, is played, and when cancelled says not to air it', async () => {
    const id = await approved(
      {
        title: alarm,
        body: 'Nước sông Hiếu lên nhanh. Người dân vùng thấp di dời ngay đến nhà văn hóa phường.',
        priority: 'emergency',
        urgencyReason: 'Nước lên trên báo động 3',
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      },
      'Phê duyệt khẩn cấp',
    )
    // The page asks again by itself some seconds later; the test does not wait for that.
    const itemsSay = (pattern: RegExp) =>
      until(`the operator's items say ${pattern}`, async () =>
        pattern.test(JSON.stringify(await api(operator, 'get', '/api/operator/items'))),
      )
    await itemsSay(new RegExp(alarm))
    await operator.reload()
    const first = operator.getByRole('article').first()
    await first.getByText(alarm).waitFor()
    await first.getByText('KHẨN CẤP – PHÁT NGAY').waitFor()
    const [red = 0, green = 0, blue = 0] = (await operator.evaluate(groundOfWarning)) as number[]
    expect([red > 120, red > 2 * green, red > 2 * blue]).toEqual([true, true, true])

    // The player has begun it, and is told to stop.
    await until('the device plays it', () => player?.status().playing?.emergency)
    await officer.goto(address(`/announcements/${id}`))
    await officer.getByRole('button', { name: 'Hủy thông báo' }).click()
    await officer.getByRole('dialog').getByLabel('Lý do hủy').fill('Nước đã rút')
    await officer.getByRole('dialog').getByRole('button', { name: 'Hủy thông báo' }).click()
    await itemsSay(/"withdrawnAt":"/)
    await operator.reload()
    await operator.getByText('KHÔNG PHÁT').first().waitFor()
    expect(await operator.getByText('KHẨN CẤP – PHÁT NGAY').count()).toBe(0)

    // What was heard before is said of the station, and no more than that.
    await until('the device says how it ended', async () => {
      const { rows } = await whole.instance.db.query(
        `select 1 from device_events where kind in ('ended', 'interrupted') limit 1`,
      )
      return rows.length > 0
    })
    await officer.reload()
    await officer.getByRole('tab', { name: 'Kết quả' }).click()
    await officer.getByRole('tab', { name: 'Phát sóng' }).click()
    await officer.getByText(/^(Thiết bị báo đã phát \d+ lần|Đã dừng giữa chừng lúc)/).waitFor()
    await officer.getByText('chưa xác nhận').waitFor()
  })

  test('the operator finds the own station in the as-run log, with all that happened', async () => {
    await operator.goto(address('/as-run'))
    await operator.getByRole('combobox', { name: 'Đài' }).click()
    expect(await operator.getByRole('option').count()).toBe(1)
    await operator.getByRole('option').click()
    await operator.getByText('Chuỗi nguyên vẹn').waitFor()
    for (const line of ['Báo sự cố', 'Thiết bị bắt đầu phát', 'Thu hồi']) {
      await operator.getByText(line, { exact: true }).first().waitFor()
    }
  })
})
