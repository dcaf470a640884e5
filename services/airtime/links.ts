import { vietNamClock, vietNamDay } from '../domain/airtime/calendar.ts'
import type { Links } from '../runtime/links.ts'

/** A slot's file can be listened to for some weeks after it was on air. */
const keptMs = 40 * 86_400_000

/**
 * Signed addresses of a slot's file, relative to the server, the same at every call. The server gives the file only as long
 * as it is what the slot holds.
 */
export function slotFileUrls(
  links: Links,
  slot: { id: string; areaCode: string; startsAt: Date },
  sha256: string,
): { url: string; mp3Url: string; wavUrl: string } {
  const name = `loa-${slot.areaCode}-${vietNamDay(slot.startsAt)}-${vietNamClock(slot.startsAt).replace(':', 'h')}`
  const until = new Date(slot.startsAt.getTime() + keptMs)
  const signed = (ending: 'mp3' | 'wav') =>
    links.signUrl(`/slot-files/${slot.id}/${sha256}/${name}.${ending}`, until).slice(links.publicUrl.length)
  return { url: signed('mp3'), mp3Url: `${signed('mp3')}&download=1`, wavUrl: `${signed('wav')}&download=1` }
}
