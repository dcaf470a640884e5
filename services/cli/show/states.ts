import type { AnnouncementState } from '../../domain/announcement.ts'
import type { DispatchProgress } from '../../http/schemas.ts'

const words: Record<AnnouncementState, string> = {
  draft: 'Bản dự thảo · draft',
  submitted: 'Chờ phê duyệt · awaiting approval',
  approved: 'Đã phê duyệt · approved',
  dispatching: 'Đang phát hành · going out',
  completed: 'Đã hoàn thành · completed',
  cancelled: 'Đã hủy · cancelled',
  expired: 'Hết hạn · expired',
  superseded: 'Đã được thay thế · superseded',
}

const phases: Record<DispatchProgress['phase'], string> = {
  planned: 'Đang lập danh sách nhận · planning',
  rendering: 'Đang tạo nội dung · rendering',
  delivering: 'Đang gửi · sending',
  quiet: 'Chờ hết giờ yên tĩnh · quiet hours',
  paused: 'Đang tạm dừng · paused',
  settled: 'Đã gửi xong · done',
  cancelled: 'Đã hủy · cancelled',
  expired: 'Hết hạn · expired',
  problem: 'Có sự cố · in trouble',
}

/** What a channel is doing, as the console names it, in both languages. */
export function phaseWords(phase: DispatchProgress['phase']): string {
  return phases[phase]
}

/** A state as the console names it, in both languages; a program reads the name itself from `--json`. */
export function stateWords(state: AnnouncementState): string {
  return words[state]
}
