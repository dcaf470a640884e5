import { basename } from 'node:path'
import type { PiperConfig } from '../config.ts'
import { fingerprint, modelFiles, piperUnusable } from './piper-model.ts'
import { ChildGone, type PiperProcess, startPiper } from './piper-process.ts'
import type { ModelFiles } from './piper-protocol.ts'
import type { Voice } from './voice.ts'

export interface PiperSettings {
  /** A child is replaced after so many pieces: the add-on is known to crash after many. */
  recycleAfter: number
  /** A child that nobody needs for so long ends; a model fills some hundred megabytes. */
  idleMs: number
  loadTimeoutMs: number
  /** What one piece may take: this, and more by its length. */
  pieceTimeoutMs: number
  perCharacterMs: number
  /** After a failure the voice refuses at once for so long, so that an emergency does not wait for it again. */
  restMs: number
  /** Options of Node for the child. */
  execArgv: string[]
}

// 15 characters are a second of sound, which slow machines make in 0.1 to 0.5 s; four times that is given.
const usual: PiperSettings = {
  recycleAfter: 500,
  idleMs: 300_000,
  loadTimeoutMs: 60_000,
  pieceTimeoutMs: 20_000,
  perCharacterMs: 130,
  restMs: 60_000,
  execArgv: [],
}

const normalSpeed = 150

/** A child and what is loaded in it. */
type Loaded = PiperProcess & { model: string }

/**
 * A Piper (VITS) model by sherpa-onnx in a child process, which is started with the first piece, shared by all renders of
 * this process, and may die without harm: a piece that it took along is asked once more of a new child.
 */
export function piperVoice(
  config: PiperConfig,
  settings: Partial<PiperSettings> = {},
): Voice & { pid(): number | undefined } {
  const set = { ...usual, ...settings }
  const folder = config.model ?? ''
  const name = basename(folder) || 'piper'
  const inTurn = turns()
  let child: Loaded | undefined
  let idle: NodeJS.Timeout | undefined
  // Nothing speaks against the voice after these: the next bulletin has the new model.
  const replaced = new WeakSet<object>()
  let resting: { until: number; error: unknown } | undefined
  // Known once a model is loaded, and `version` loads it.
  let rate = 22_050

  async function running(signal: AbortSignal): Promise<Loaded> {
    if (resting && performance.now() < resting.until) throw resting.error
    if (child?.running() && child.spoken < set.recycleAfter) return child
    return await restart(signal, await modelFiles(folder))
  }

  async function restart(signal: AbortSignal, files: ModelFiles): Promise<Loaded> {
    await child?.end()
    child = undefined
    const model = await fingerprint(files)
    const started = await startPiper(files, { execArgv: set.execArgv, timeoutMs: set.loadTimeoutMs, signal })
    rate = started.rate
    child = Object.assign(started, { model })
    return child
  }

  /** The child with the model that lies in the folder now: an administrator may have put another one there. */
  async function upToDate(signal: AbortSignal): Promise<Loaded> {
    const present = await running(signal)
    const files = await modelFiles(folder)
    return (await fingerprint(files)) === present.model ? present : await restart(signal, files)
  }

  /** Sound of another model would make two voices of one bulletin, and be kept under the old one's name. */
  function same(present: Loaded, version: string | undefined): PiperProcess {
    if (version === undefined || version === versionOf(present)) return present
    const error = piperUnusable('mô hình vừa được thay', 'the model has just been replaced', versionOf(present))
    replaced.add(error)
    throw error
  }

  async function lend<T>(signal: AbortSignal, use: (child: Loaded) => Promise<T>): Promise<T> {
    return await inTurn(async () => {
      clearTimeout(idle)
      try {
        return await use(await running(signal))
      } catch (error) {
        const passing = signal.aborted || replaced.has(error as object)
        if (!passing && resting?.error !== error) resting = { until: performance.now() + set.restMs, error }
        throw error
      } finally {
        idle = setTimeout(() => void inTurn(close), set.idleMs)
        idle.unref()
      }
    })
  }

  async function close(): Promise<void> {
    clearTimeout(idle)
    await child?.end()
    child = undefined
  }

  return {
    id: `piper:${name}${config.speaker > 0 ? `:${config.speaker}` : ''}`,
    name: { vi: `Piper (${name})`, en: `Piper (${name})` },
    get rate() {
      return rate
    },
    // Pieces are sentences; a model given more at once needs memory by the square of it.
    limits: { maxCharacters: 250, maxBytes: 1_000 },
    concurrency: 1,
    version: signal => lend(signal, async () => versionOf(await upToDate(signal))),
    speak: (text, { speed, signal, version }) =>
      lend(signal, async first => {
        const job = { text, speaker: config.speaker, speed: speed / normalSpeed }
        const timeoutMs = set.pieceTimeoutMs + text.length * set.perCharacterMs
        try {
          return await same(first, version).speak(job, timeoutMs, signal)
        } catch (error) {
          if (!(error instanceof ChildGone)) throw error
        }
        try {
          return await same(await running(signal), version).speak(job, timeoutMs, signal)
        } catch (error) {
          if (!(error instanceof ChildGone)) throw error
          throw piperUnusable('tiến trình đọc bị dừng đột ngột', 'its process ended twice', error.message, error)
        }
      }),
    close: () => inTurn(close),
    pid: () => (child?.running() ? child.pid : undefined),
  }
}

const versionOf = ({ version, model }: { version: string; model: string }) => `${version}-${model}`

/** Runs works one after the other, in the order in which they came. */
function turns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return work => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
