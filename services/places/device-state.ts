import type { Sentence } from '../domain/errors.ts'
import { lateAfterMs, type Reach, reachOf } from '../domain/reach.ts'
import type { DeviceState } from '../domain/station.ts'

/** How lately a device was heard of, unless it was shut out. */
export type DeviceReach = Reach | 'revoked'

export function deviceReach(device: { lastSeenAt: Date | null; revokedAt: Date | null }, now: Date): DeviceReach {
  return device.revokedAt !== null ? 'revoked' : reachOf(device.lastSeenAt, now)
}

/** What was wrong with the numbers of a device's events. */
export interface DeviceFault {
  kind: 'gap' | 'conflict'
  from: number
  to: number
  at: string
}

/** What the attention to a device is drawn from. */
export interface DeviceFacts {
  reach: DeviceReach
  lastSeenAt: Date | null
  reported: DeviceState | null
  /** Sequence of the station's manifest, and since when. */
  seq: number
  issuedAt: Date | null
  faults: DeviceFault[]
  /** The latest of each kind within a day: missed, refused, fault, interrupted by a failing sink. */
  recent: { kind: string; reason: string | null; at: Date }[]
  now: Date
}

const minuteMs = 60_000
/** A file of 15 minutes is 7 MB; two days of slots and a few emergencies are some 50. */
const lowBytes = 100_000_000

const reasons: Record<string, Sentence> = {
  'power-cut': { vi: 'mất điện', en: 'power cut' },
  'too-late': { vi: 'bắt đầu quá trễ', en: 'too late to begin' },
  'no-file': { vi: 'chưa tải được tệp', en: 'the file had not been downloaded' },
  'bad-hash': { vi: 'tệp tải về không đúng', en: 'a downloaded file was not the right one' },
  'old-sequence': { vi: 'lịch phát cũ hơn lịch đang có', en: 'a schedule older than the one it has' },
  'unknown-key': { vi: 'lịch phát ký bằng khóa lạ', en: 'a schedule signed with an unknown key' },
  'bad-signature': { vi: 'chữ ký của lịch phát không đúng', en: 'a schedule with a wrong signature' },
  'bad-manifest': { vi: 'lịch phát không đọc được', en: 'a schedule that cannot be read' },
  'other-station': { vi: 'lịch phát của đài khác', en: "another station's schedule" },
  expired: { vi: 'lịch phát đã hết hiệu lực', en: 'the schedule has expired' },
  'sink-failed': { vi: 'đầu ra âm thanh không hoạt động', en: 'the sound output failed' },
  'disk-full': { vi: 'hết chỗ lưu', en: 'no room left' },
}

function reasonWords(reason: string | null): Sentence {
  return reasons[reason ?? ''] ?? { vi: reason ?? 'không rõ lý do', en: reason ?? 'reason unknown' }
}

/** What an operator should look at, the most urgent first. Nothing of a revoked device. Pure. */
export function deviceAttention(facts: DeviceFacts): Sentence[] {
  if (facts.reach === 'revoked') return []
  return [...reachAttention(facts), ...stateAttention(facts), ...eventAttention(facts), ...faultAttention(facts.faults)]
}

function reachAttention({ reach, lastSeenAt }: DeviceFacts): Sentence[] {
  if (reach === 'never') {
    return [
      {
        vi: 'Thiết bị chưa kết nối lần nào; Ông/Bà mở đường dẫn cài đặt trên thiết bị.',
        en: 'The device has never connected; open its set-up link on the device.',
      },
    ]
  }
  if (lastSeenAt === null || reach === 'online') return []
  const at = vietNamTime(lastSeenAt)
  return [{ vi: `Mất liên lạc từ ${at}.`, en: `Not heard of since ${at}.` }]
}

function stateAttention({ reported, reach, seq, issuedAt, now }: DeviceFacts): Sentence[] {
  if (!reported || reach === 'offline') return []
  const found: Sentence[] = []
  if (!reported.soundOk) {
    found.push({
      vi: 'Đầu ra âm thanh của thiết bị không hoạt động: đài không phát được tiếng.',
      en: "The device's sound output does not work: the station has no sound.",
    })
  }
  if (reported.volumePercent === 0) found.push({ vi: 'Âm lượng đang để 0.', en: 'The volume is at 0.' })
  if (Math.abs(reported.clockSkewMs) > minuteMs) {
    const off = durationWords(Math.abs(reported.clockSkewMs))
    const way = reported.clockSkewMs > 0 ? { vi: 'chậm', en: 'slow' } : { vi: 'nhanh', en: 'fast' }
    found.push({ vi: `Đồng hồ của thiết bị chạy ${way.vi} ${off.vi}.`, en: `Its clock is ${off.en} ${way.en}.` })
  }
  if (reported.filesMissing > 0) {
    found.push({
      vi: `Còn ${reported.filesMissing} tệp chưa tải về.`,
      en: `${reported.filesMissing} files are not downloaded yet.`,
    })
  }
  if (reported.freeBytes !== undefined && reported.freeBytes < lowBytes) {
    const megabytes = Math.floor(reported.freeBytes / 1_000_000)
    found.push({ vi: `Thẻ nhớ chỉ còn ${megabytes} MB.`, en: `Only ${megabytes} MB of storage are left.` })
  }
  const known = issuedAt !== null && now.getTime() - issuedAt.getTime() > lateAfterMs
  if (reported.seq < seq && known) {
    found.push({ vi: 'Thiết bị chưa nhận lịch phát mới nhất.', en: 'It does not have the newest schedule yet.' })
  }
  return found
}

function eventAttention({ recent }: DeviceFacts): Sentence[] {
  return recent.flatMap(({ kind, reason, at }) => {
    const [when, why] = [vietNamTime(at), reasonWords(reason)]
    if (kind === 'missed') {
      return [{ vi: `Bỏ lỡ phiên phát lúc ${when}: ${why.vi}.`, en: `Missed what was due at ${when}: ${why.en}.` }]
    }
    if (kind === 'refused') return [{ vi: `Từ chối lúc ${when}: ${why.vi}.`, en: `Refused at ${when}: ${why.en}.` }]
    return [{ vi: `Báo lỗi lúc ${when}: ${why.vi}.`, en: `Reported a fault at ${when}: ${why.en}.` }]
  })
}

function faultAttention(faults: DeviceFault[]): Sentence[] {
  const found: Sentence[] = []
  const gap = faults.findLast(f => f.kind === 'gap')
  if (gap) {
    found.push({
      vi: `Báo cáo thiếu các dòng từ ${gap.from} đến ${gap.to}: không rõ thiết bị đã làm gì.`,
      en: `Its reports lack the lines ${gap.from} to ${gap.to}: what it did then is not known.`,
    })
  }
  if (faults.some(f => f.kind === 'conflict')) {
    found.push({
      vi: 'Thiết bị dùng lại số dòng báo cáo cũ (có thể đã cài lại). Ông/Bà hãy tạo thiết bị mới và thu hồi thiết bị này.',
      en: 'It uses numbers of its reports again (it may have been set up anew). Create a new device and revoke this one.',
    })
  }
  return found
}

function durationWords(ms: number): Sentence {
  const minutes = Math.round(ms / minuteMs)
  if (minutes < 120) return { vi: `${minutes} phút`, en: `${minutes} minutes` }
  const hours = Math.round(minutes / 60)
  if (hours < 48) return { vi: `${hours} giờ`, en: `${hours} hours` }
  return { vi: `${Math.round(hours / 24)} ngày`, en: `${Math.round(hours / 24)} days` }
}

/** `17:03 25/11/2026` in Viet Nam, which has one offset all year. */
export function vietNamTime(at: Date): string {
  const [date = '', time = ''] = new Date(at.getTime() + 7 * 3_600_000).toISOString().split('T')
  return `${time.slice(0, 5)} ${date.split('-').reverse().join('/')}`
}
