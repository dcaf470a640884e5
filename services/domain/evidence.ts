import type { Sentence } from './errors.ts'

/**
 * What a channel can honestly know, weakest first. Each channel declares the best it can give, and no screen or
 * report says more than that ("accepted by the carrier" is not "received", "displayed" is not "seen").
 */
export const evidenceLevels = [
  'handed-over',
  'fetched',
  'displayed',
  'posted',
  'played-by-device',
  'delivered-to-handset',
  'attested-by-operator',
] as const

export type Evidence = (typeof evidenceLevels)[number]

export const evidenceNames: Record<Evidence, Sentence> = {
  'handed-over': {
    vi: 'hệ thống nhận đã tiếp nhận (chưa biết người nhận đã đọc hay chưa)',
    en: 'taken over by the receiving system (not known whether it was read)',
  },
  fetched: { vi: 'tệp đã được tải về', en: 'the file was downloaded' },
  displayed: { vi: 'bảng tin báo đã hiển thị (chưa chắc có người xem)', en: 'displayed on the board (not: seen)' },
  posted: {
    vi: 'người niêm yết xác nhận đã dán, có ảnh chụp (chưa chắc có người xem)',
    en: 'whoever posted it says so, with a photo (not: seen)',
  },
  'played-by-device': {
    vi: 'thiết bị của đài báo đã phát đến hết (chưa chắc có người nghe)',
    en: "the station's device reports that it played to the end (not: heard)",
  },
  'delivered-to-handset': { vi: 'nhà mạng báo máy đã nhận tin', en: 'the carrier reports delivery to the handset' },
  'attested-by-operator': { vi: 'người vận hành đài xác nhận đã phát', en: 'the operator ticked it as aired' },
}
