import type { AnnouncementState } from '../../domain/announcement.ts'

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

/** A state as the console names it, in both languages; a program reads the name itself from `--json`. */
export function stateWords(state: AnnouncementState): string {
  return words[state]
}
