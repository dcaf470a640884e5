import type { Outcome } from '../../services/domain/delivery.ts'
import { isAppError } from '../../services/domain/errors.ts'
import type { Batch, ChannelDeps, Health, Session, StationTarget } from '../contract.ts'
import { sendEach } from '../send-each.ts'
import type { LoudspeakerConfig } from './config.ts'
import { ffmpegVersion } from './ffmpeg.ts'
import { operatorMail } from './operator-mail.ts'
import { audioFileName, type SpeechContent } from './render.ts'
import { voicesOf } from './voices/chain.ts'
import type { Voice } from './voices/voice.ts'

const linkDaysWithoutExpiry = 7
const mailsAtOnce = 5

/**
 * Accepted means: the item is on the station's shelf, where devices and the feed find it, and where an operator has
 * an address, the mail server took the mail. It says nothing about air time; that is the operator's tick.
 */
export function openSession(config: LoudspeakerConfig, deps: ChannelDeps): Session<SpeechContent> {
  return {
    async send(batch, signal) {
      const stations = batch.targets as StationTarget[]
      const again = (code: string): Outcome[] => stations.map(() => ({ kind: 'retry', code }))
      if (signal.aborted) return again('aborted')
      if (stations.length === 0) return []
      try {
        const ids = stations.map(station => station.id)
        await deps.shelf.put('stations', ids, { dispatchId: batch.dispatchId, renditionId: batch.renditionId })
      } catch (error) {
        // One statement: it failed as a whole, and putting the same item again changes nothing.
        const name = error instanceof Error ? error.name : 'unknown'
        deps.log.error({ dispatchId: batch.dispatchId, error: name }, 'stations: the shelf could not be filled')
        return again('shelf-failed')
      }
      const onDefect = (error: unknown) => {
        const name = error instanceof Error ? error.name : 'unknown'
        deps.log.error({ dispatchId: batch.dispatchId, error: name }, 'stations: composing a mail failed')
      }
      return sendEach(stations, { concurrency: mailsAtOnce, signal, onDefect }, station =>
        informOperator(deps, batch, station, signal),
      )
    },
    health: () => soundHealth(voicesOf(config)),
    async close() {},
  }
}

/** The last part of a file's address is the name under which an operator saves it. */
function savedAs(path: string, fileName: string): string {
  return path.replace(/[^/]*$/, encodeURIComponent(fileName))
}

async function informOperator(
  deps: ChannelDeps,
  batch: Batch<SpeechContent>,
  station: StationTarget,
  signal: AbortSignal,
): Promise<Outcome> {
  const file = batch.files.find(candidate => candidate.name === audioFileName)
  if (!station.operatorEmail || !file) return { kind: 'accepted' }
  const until = batch.expiresAt ?? new Date(deps.now().getTime() + linkDaysWithoutExpiry * 86_400_000)
  const mail = operatorMail({
    batch,
    station,
    operatorEmail: station.operatorEmail,
    // Naming the station lets the server note the download and refuse an item that was withdrawn meanwhile.
    audioUrl: `${deps.signUrl(savedAs(file.path, batch.content.fileName), until)}&s=${encodeURIComponent(station.feedToken)}`,
    audioUrlExpiresAt: until,
    feedUrl: `${deps.publicUrl}/feeds/stations/${encodeURIComponent(station.feedToken)}.xml`,
  })
  const sent = await deps.mail.send(mail, signal)
  if (sent.kind === 'accepted') return { kind: 'accepted' }
  deps.log.warn(
    { dispatchId: batch.dispatchId, stationId: station.id, outcome: sent.kind, code: sent.code },
    'stations: the operator was not informed by mail',
  )
  switch (sent.kind) {
    case 'retry':
      return sent
    case 'unknown':
      // A second mail with the same Message-ID is harmless; an operator who never heard of an announcement is not.
      return { kind: 'retry', code: 'mail-unknown' }
    default:
      // A bad address cannot be mended by trying again, and the station has the item on its shelf and in its feed.
      return { kind: 'accepted' }
  }
}

/** Can this machine make sound at all, and in which voices? Asked by `loa doctor` too. */
export async function soundHealth(voices: Voice[]): Promise<Health> {
  try {
    const signal = AbortSignal.timeout(10_000)
    const [ffmpeg, ...found] = await Promise.all([ffmpegVersion(signal), ...voices.map(voice => lookAt(voice, signal))])
    const usable = found.filter(one => one.version !== undefined)
    if (usable.length === 0) throw found[0]?.error
    const ready = (language: 'vi' | 'en') =>
      usable.map(({ voice, version }) => `${voice.name[language]} ${version}`).join(', ')
    const lost = (language: 'vi' | 'en') =>
      found
        .filter(one => one.version === undefined)
        .map(({ voice }) => voice.name[language])
        .join(', ')
    return {
      ok: true,
      detail: {
        vi: `Sẵn sàng tạo âm thanh (${ready('vi')}, ffmpeg ${ffmpeg}).${lost('vi') && ` Không dùng được: ${lost('vi')}.`}`,
        en: `Ready to make sound (${ready('en')}, ffmpeg ${ffmpeg}).${lost('en') && ` Not usable: ${lost('en')}.`}`,
      },
    }
  } catch (error) {
    if (isAppError(error)) return { ok: false, detail: error.userMessage }
    return {
      ok: false,
      detail: {
        vi: 'Phần mềm tạo âm thanh không phản hồi. Ông/Bà vui lòng đề nghị quản trị viên kiểm tra máy chủ.',
        en: 'The programs that make sound do not answer. Please ask the administrator to check the server.',
      },
    }
  }
}

/** The version of a voice's engine (its beginning; a model's hash is long), or why there is none. */
async function lookAt(voice: Voice, signal: AbortSignal): Promise<{ voice: Voice; version?: string; error?: unknown }> {
  try {
    const [version] = await Promise.all([voice.version(signal), voice.reach?.(signal)])
    return { voice, version: version.slice(0, 15) }
  } catch (error) {
    return { voice, error }
  }
}
