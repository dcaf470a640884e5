import type { Sentence } from '../domain/errors.ts'
import type { ContactState } from './contact.ts'
import { isDone, isWithdrawn, piecesOf } from './core/plan.ts'
import type { State } from './core/types.ts'

/** What a person at the box wants to know; also the content of `status.json` and of `loa station --json`. */
export interface PlayerStatus {
  at: string
  version: string
  station: { id: string; name: string; demo: boolean } | null
  seq: number
  playing: { title: string; since: string; emergency: boolean } | null
  next: { at: string; titles: string[]; fileIsHere: boolean } | null
  lastContactAt: string | null
  listening: boolean
  clockSkewMs: number
  filesMissing: number
  /** Events that the server has not confirmed yet. */
  toReport: number
  sink: string
  problems: Sentence[]
}

export interface StatusParts {
  version: string
  sink: string
  filesMissing: number
  journalIsFull: boolean
  skewMs: number
}

const iso = (ms: number) => new Date(ms).toISOString()

/** Puts the player's state into the words of `PlayerStatus`. */
export function statusOf(state: State, contact: ContactState, parts: StatusParts): PlayerStatus {
  const { manifest } = state
  return {
    at: iso(state.now),
    version: parts.version,
    station: manifest && { id: manifest.stationId, name: manifest.stationName, demo: manifest.demo },
    seq: manifest?.seq ?? 0,
    playing: playing(state),
    next: nextSlot(state),
    lastContactAt: contact.lastAt === undefined ? null : iso(contact.lastAt),
    listening: contact.listening,
    clockSkewMs: Math.round(parts.skewMs),
    filesMissing: parts.filesMissing,
    toReport: state.pending.length,
    sink: parts.sink,
    problems: problemsOf(state, contact, parts),
  }
}

function playing({ sound, open, manifest, slot }: State): PlayerStatus['playing'] {
  if (!sound) return null
  const since = iso(sound.since)
  if (sound.emergency) {
    const { dispatchId } = sound.emergency
    const title = manifest?.emergencies.find(e => e.dispatchId === dispatchId)?.title ?? dispatchId
    return { title, since, emergency: true }
  }
  const part = slot?.parts.find(p => p.dispatchId === open?.dispatchId)
  return { title: part?.title ?? 'Chương trình phát thanh', since, emergency: false }
}

function nextSlot(state: State): PlayerStatus['next'] {
  const coming = (state.manifest?.slots ?? [])
    .filter(slot => Date.parse(slot.startsAt) > state.now && state.slotsOver[slot.slotId] === undefined)
    .sort((a, b) => Date.parse(a.startsAt) - Date.parse(b.startsAt))[0]
  if (!coming) return null
  const isLeft = (dispatchId: string) =>
    piecesOf(coming).some(p => p.dispatchId === dispatchId && !isDone(state, coming.slotId, p))
  const parts = coming.parts.filter(p => !isWithdrawn(state, p.dispatchId) && isLeft(p.dispatchId))
  return {
    at: coming.startsAt,
    titles: [...new Set(parts.map(p => p.title))],
    fileIsHere: state.ready.has(coming.file.sha256),
  }
}

/** What a person should do something about, the gravest first. */
export function problemsOf(state: State, contact: ContactState, parts: StatusParts): Sentence[] {
  const { manifest } = state
  const minutes = contact.lastAt === undefined ? undefined : Math.floor((state.now - contact.lastAt) / 60_000)
  const found: (Sentence | false)[] = [
    (contact.refused === 'unknown-key' || contact.refused === 'changed-key') && {
      vi: 'CẢNH BÁO: khóa của máy chủ đã thay đổi, mọi lịch phát mới đều bị từ chối. Ông/Bà hãy hỏi quản trị viên của tỉnh; nếu khóa được thay đúng quy trình, chạy lại với --accept-key.',
      en: 'WARNING: the key of the server has changed, and every new manifest is refused. Ask the administrator of the province; if the key was changed on purpose, start again with --accept-key.',
    },
    contact.refused === 'bad-signature' && {
      vi: 'CẢNH BÁO: lịch phát nhận được có chữ ký sai nên bị từ chối. Ông/Bà hãy báo quản trị viên.',
      en: 'WARNING: a manifest with a wrong signature came and was refused. Tell the administrator.',
    },
    contact.refused === 'other-station' && {
      vi: 'Lịch phát nhận được là của đài khác nên bị từ chối. Ông/Bà hãy kiểm tra lại đường dẫn thiết bị.',
      en: "Another station's manifest came and was refused. Check the link of this device.",
    },
    contact.refused === 'bad-manifest' && {
      vi: 'Nơi trả lời không gửi lịch phát hợp lệ (có thể mạng đang đòi đăng nhập). Thiết bị phát theo lịch đã có.',
      en: 'What answers does not send a valid manifest (the network may want a sign-in). The device plays by what it has.',
    },
    !state.sinkOk && {
      vi: `Ngõ ra âm thanh không hoạt động (${parts.sink}). Ông/Bà hãy kiểm tra dây loa, âm ly và card âm thanh.`,
      en: `The sound output does not work (${parts.sink}). Check cables, amplifier and sound card.`,
    },
    parts.journalIsFull && {
      vi: 'Ổ đĩa của thiết bị đã đầy. Ông/Bà hãy xóa bớt tệp không cần; thiết bị vẫn phát nhưng không ghi được nhật ký.',
      en: 'The disk of the device is full. Remove files; the device goes on playing but cannot keep its journal.',
    },
    !state.clockOk && {
      vi: 'Chưa biết giờ đúng: đồng hồ của thiết bị chưa đối chiếu được với máy chủ. Thiết bị chưa phát cho đến khi có giờ đúng.',
      en: 'The right time is not known: the clock of the device was not held against that of the server. Nothing is played until it is.',
    },
    manifest === null && {
      vi: 'Chưa nhận được lịch phát nào.',
      en: 'No manifest has come yet.',
    },
    manifest !== null &&
      state.now >= Date.parse(manifest.expiresAt) && {
        vi: 'Lịch phát đã hết hạn, thiết bị im lặng cho đến khi liên lạc được máy chủ.',
        en: 'The manifest has expired; the device is silent until it reaches the server.',
      },
    contact.isUnknown && {
      vi: 'Máy chủ không nhận đường dẫn thiết bị này: sai, đã bị thu hồi hoặc đã được đổi. Ông/Bà vui lòng lấy đường dẫn mới trong mục Thiết bị phát và chạy lại với --link.',
      en: 'The server does not take the link of this device: it is wrong, revoked or replaced. Get a new one from the page of players and start again with --link.',
    },
    contact.problem !== undefined && {
      vi: `Chưa liên lạc được máy chủ${minutes === undefined ? '' : ` từ ${minutes} phút trước`} (${contact.problem}).`,
      en: `The server cannot be reached${minutes === undefined ? '' : ` for ${minutes} minutes`} (${contact.problem}).`,
    },
  ]
  return found.filter(sentence => sentence !== false)
}
