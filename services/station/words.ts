import type { PlayerStatus } from './status.ts'

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Ho_Chi_Minh',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
})
const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Ho_Chi_Minh', day: '2-digit', month: '2-digit' })

/** `17:00:00 26/11`: the time of Viet Nam, wherever the box believes to be. */
const timeWords = (iso: string) => `${clock.format(new Date(iso))} ${day.format(new Date(iso))}`

/** The state of a player in Vietnamese lines, for the person at the box. Nothing that changes by itself every second. */
export function statusLines(status: PlayerStatus): string[] {
  const { station, playing, next } = status
  return [
    station
      ? `Đài: ${station.name}${station.demo ? ' (bản dùng thử)' : ''} · lịch số ${status.seq}`
      : 'Đài: chưa nhận lịch phát',
    playing
      ? `Đang phát${playing.emergency ? ' KHẨN CẤP' : ''}: ${playing.title} (từ ${timeWords(playing.since)})`
      : 'Đang im lặng',
    next
      ? `Buổi phát tới: ${timeWords(next.at)} · ${next.titles.join('; ') || 'chương trình'} · ${next.fileIsHere ? 'tệp đã sẵn sàng' : 'CHƯA CÓ TỆP'}`
      : 'Buổi phát tới: chưa có trong lịch',
    `Đường truyền: ${status.listening ? 'đang kết nối' : status.lastContactAt ? 'mất kết nối, phát theo lịch đã nhận' : 'chưa kết nối'}`,
    ...(status.filesMissing > 0 ? [`Còn ${status.filesMissing} tệp chưa tải xong`] : []),
    ...(Math.abs(status.clockSkewMs) >= 2_000
      ? [`Đồng hồ thiết bị lệch ${Math.round(status.clockSkewMs / 1_000)} giây so với máy chủ (đã tự hiệu chỉnh)`]
      : []),
    ...status.problems.map(problem => problem.vi),
  ]
}

/** The rest of what `loa station --status` shows. */
export function contactLines(status: PlayerStatus): string[] {
  return [
    `Liên lạc gần nhất: ${status.lastContactAt ? timeWords(status.lastContactAt) : 'chưa có'}`,
    `Chờ báo về máy chủ: ${status.toReport} sự kiện`,
    `Ngõ ra âm thanh: ${status.sink}`,
    `Trạng thái lúc: ${timeWords(status.at)}`,
  ]
}

/** Prints only lines that were not there before. @returns what is new, each with the time in front */
export function createLinePrinter(now: () => Date): (status: PlayerStatus) => string[] {
  let shown = new Set<string>()
  return status => {
    const lines = statusLines(status)
    const fresh = lines.filter(line => !shown.has(line))
    shown = new Set(lines)
    const at = clock.format(now())
    return fresh.map(line => `${at}  ${line}`)
  }
}
