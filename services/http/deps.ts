import type { Session } from '../../channels/contract.ts'
import type { DispatchContext } from '../dispatch/context.ts'
import type { Links } from '../runtime/links.ts'

/** What the routes are given by the composition root, on top of what the use cases need. */
export interface HttpDeps extends DispatchContext {
  links: Links
  version: string
  /**
   * Makes PCM WAV (16 bit, mono) of an MP3 file, for stations whose equipment takes nothing else; absent: not offered.
   * @throws AppError audio.tool-missing | audio.failed
   */
  toWav?: (mp3Path: string, wavPath: string, signal: AbortSignal) => Promise<void>
  /** off: boards are given a service worker that removes itself (LOA_BOARD_WORKER); on when absent. */
  boardWorker?: 'on' | 'off'
  /** Address of the simulator page; null when no simulator runs with this instance. */
  simulatorUrl: string | null
  /** Verifies a vendor's callbacks; undefined for channels without receipts. */
  receiptSession(channelId: string): Promise<Session<unknown> | undefined>
  /** A new empty working folder for a preview render, removed when `work` ends. */
  withWorkDir<T>(work: (dir: string) => Promise<T>): Promise<T>
}
