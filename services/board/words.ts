import { clockText, dateText } from '../web/board/core/hours.js'
import type { BoardNews } from './board.ts'

const modes = {
  idle: 'màn hình chờ',
  items: 'đang hiển thị',
  emergency: 'KHẨN CẤP toàn màn hình',
  banner: 'KHẨN CẤP dải băng',
  night: 'ngoài giờ, màn hình tối',
} as const

/** When something was, in Viet Nam: `26/11/2026 09:05:07`. */
function when(iso: string): string {
  const ms = Date.parse(iso)
  const [day = '', month = '', year = ''] = /ngày (\d+) tháng (\d+) năm (\d+)/.exec(dateText(ms))?.slice(1) ?? []
  return `${day}/${month.padStart(2, '0')}/${year} ${clockText(ms)}:${String(Math.floor((ms / 1_000) % 60)).padStart(2, '0')}`
}

/**
 * One line for a person who watches the board from a terminal.
 * @param name which board, where several run together; empty: the only one
 */
export function newsLine(news: BoardNews, name = ''): string {
  const head = `${when(news.at)} ${name === '' ? '' : `[${name}] `}`
  switch (news.event) {
    case 'code':
      return `${head}mã ghép nối ${news.code}, dùng được đến ${when(news.expiresAt)} · type this code in the console (Bảng tin công cộng)`
    case 'paired':
      return `${head}đã ghép nối: ${news.board.name}, ${news.board.commune}`
    case 'unpaired':
      return `${head}đã bị ngắt ghép nối; nội dung đang có vẫn hiển thị đến khi hết hạn · unpaired`
    case 'contact':
      return `${head}liên lạc được với máy chủ (${news.why})`
    case 'no-contact':
      return `${head}mất liên lạc: ${news.why}`
    case 'problem':
      return `${head}sự cố: ${news.text}`
    case 'showing': {
      const band = news.band === '' || news.band === news.title ? '' : ` · dải băng: ${news.band}`
      if (news.title === '') return `${head}${modes[news.mode]}${band}`
      const page = news.pages > 1 ? ` (trang ${news.page}/${news.pages})` : ''
      return `${head}${modes[news.mode]}: ${news.title}${page}, từ ${when(news.startsAt)} đến ${when(news.expiresAt)}${band}`
    }
  }
}
