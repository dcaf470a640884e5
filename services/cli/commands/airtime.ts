import { type Command, InvalidArgumentError } from 'commander'
import { vietNamClock } from '../../domain/airtime/calendar.ts'
import type { AirWeek, Slot } from '../../http/schemas-airtime.ts'
import { type ApiClient, signedInClient } from '../api-client.ts'
import { table } from '../show/table.ts'

interface WeekChoices {
  area?: string
  from?: string
  json?: boolean
}

/** Adds `loa airtime week`: what airs this week, when, for how long, as a table, asked of the running instance. */
export function register(program: Command): void {
  const airtime = program.command('airtime').description('Lịch phát sóng của các đài · what stations air, and when')
  airtime
    .command('week')
    .description('Tuần này đài phát gì, lúc nào, trong bao lâu · what will air this week, when, for how long')
    .option('--area <code>', 'mã địa bàn · area code (all areas that air something)', areaCode)
    .option('--from <day>', 'ngày đầu, YYYY-MM-DD · first day (Monday of this week)', dayText)
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (choices: WeekChoices) => {
      const client = await signedInClient()
      if (choices.area) {
        const week = await weekOf(client, choices.area, choices.from)
        process.stdout.write(choices.json ? `${JSON.stringify(week)}\n` : weekText(week))
        return
      }
      const weeks = await allWeeks(client, choices.from)
      process.stdout.write(choices.json ? `${JSON.stringify(weeks)}\n` : weeks.map(weekText).join('\n'))
      if (weeks.length === 0 && !choices.json) process.stdout.write('Không có địa bàn nào có nội dung phát · nothing\n')
    })
}

function areaCode(text: string): string {
  if (!/^\d{2}(\d{3})?$/.test(text))
    throw new InvalidArgumentError('mã địa bàn có 2 hoặc 5 chữ số · an area code has 2 or 5 digits')
  return text
}

function dayText(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text))
    throw new InvalidArgumentError('ngày viết dạng YYYY-MM-DD · a day is written YYYY-MM-DD')
  return text
}

function weekOf(client: ApiClient, area: string, from: string | undefined): Promise<AirWeek> {
  return client.get<AirWeek>(`/api/airtime/week?area=${area}${from === undefined ? '' : `&from=${from}`}`)
}

/** Weeks of the areas that have something to air or something that waits. */
async function allWeeks(client: ApiClient, from: string | undefined): Promise<AirWeek[]> {
  const areas =
    await client.get<{ areaCode: string; nextSlotAt: string | null; waiting: number }[]>('/api/airtime/areas')
  const weeks: AirWeek[] = []
  for (const { areaCode, nextSlotAt, waiting } of areas) {
    if (nextSlotAt !== null || waiting > 0 || from !== undefined) weeks.push(await weekOf(client, areaCode, from))
  }
  return weeks.filter(w => w.waiting.length > 0 || w.days.some(d => d.slots.some(s => s.items.length > 0)))
}

const reasonWords: Record<AirWeek['waiting'][number]['reason'], string> = {
  'no-room': 'chưa có chỗ',
  held: 'đang giữ lại',
  'ends-before': 'hết hạn trước phiên kế tiếp',
  'no-session': 'không có phiên',
  'too-long': 'dài hơn mọi phiên',
}

/** One area's week as lines: a table of its slots, then what waits and what is urgent. */
export function weekText(week: AirWeek): string {
  const rows = week.days.flatMap(day => day.slots.filter(s => s.items.length > 0).map(slot => slotRow(day.date, slot)))
  const lines = [
    `${week.areaName} (${week.areaCode}) · tuần từ ${dayMonth(week.from)}`,
    ...week.emergencies.map(e => `KHẨN CẤP, phát ngay: ${e.title} (${duration(e.seconds)})`),
    rows.length > 0 ? table(['Ngày', 'Giờ', 'Dài', 'Trạng thái', 'Nội dung'], rows) : 'Không có phiên nào có nội dung.',
    ...week.waiting.map(w => `Chờ: ${w.title} – ${reasonWords[w.reason]}`),
  ]
  return `${lines.join('\n')}\n`
}

function slotRow(date: string, slot: Slot): string[] {
  const items = slot.items.map(
    i => `${i.withdrawn ? '(đã thu hồi) ' : ''}${i.title}${i.plays > 1 ? ` ×${i.plays}` : ''} (${duration(i.seconds)})`,
  )
  return [
    dayMonth(date),
    vietNamClock(new Date(slot.startsAt)),
    duration(slot.seconds),
    stateWords(slot),
    items.join('\n'),
  ]
}

function stateWords(slot: Slot): string {
  if (slot.state === 'void') return `bỏ: ${slot.voidReason ?? ''}`
  const relay = slot.relay ? ', tiếp sóng tỉnh' : ''
  if (slot.problem) return `lỗi: ${slot.problem}`
  if (slot.playback.tickedAt || slot.playback.played > 0) return `đã phát${relay}`
  if (slot.state === 'locked') return `đã khóa${relay}`
  return `${slot.file ? 'đã dựng' : 'dự kiến'}${relay}`
}

function dayMonth(date: string): string {
  return `${date.slice(8, 10)}/${date.slice(5, 7)}`
}

/** 93.4 -> `1:33`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
