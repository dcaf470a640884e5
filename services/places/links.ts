import { vietNamClock, vietNamDay } from '../domain/airtime/calendar.ts'
import type { Links } from '../runtime/links.ts'
import { filePath, type StoredFile } from '../store/renditions.ts'
import type { ShelfEntry } from './shelf.ts'
import type { SlotToAir } from './station-slots.ts'

/** A download that starts just before the end may still finish. */
const graceMs = 3_600_000

/**
 * Signed address of an item's file for one station. It works as long as the item does, is the same at every call (so
 * feeds keep their ETag), and names the station: the download is noted, and a withdrawn item is no longer served.
 */
export function stationFileUrl(
  links: Links,
  item: ShelfEntry & { feedToken: string; fileName: string },
  file: StoredFile,
): string {
  const path = filePath({ ...file, name: item.fileName })
  return `${links.signUrl(path, new Date(item.expiresAt.getTime() + graceMs))}&s=${item.feedToken}`
}

/** The same for the file of a session, which works until a late start is of no use any more. */
export function stationSlotUrl(links: Links, slot: SlotToAir, feedToken: string): string {
  // A name of its own: podcast programs go on with a file of the same name as if it were the same.
  const name = `phat-thanh-${vietNamDay(slot.startsAt)}-${vietNamClock(slot.startsAt).replace(':', 'h')}`
  const path = `/files/${slot.sha256}/${name}.mp3`
  return `${links.signUrl(path, new Date(slot.startUntil.getTime() + slot.durationMs + graceMs))}&s=${feedToken}`
}
