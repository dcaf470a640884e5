import type { BoardManifest } from '../domain/board.ts'
import { type Clock, createBell } from '../runtime/clock.ts'
import type { FileStore } from '../runtime/file-store.ts'
import { waitAfter } from '../web/board/core/pace.js'
import type { BoardClient } from './client.ts'

/** Brings the files that the items need, one at a time, in the order of the items. */
export interface BoardMedia {
  has(sha256: string): boolean
  /** Tells which files are wanted now. */
  want(manifest: BoardManifest): void
  missing(): number
  run(): Promise<void>
  stop(): void
}

export interface MediaParts {
  clock: Clock
  random: () => number
  client: BoardClient
  store: FileStore
  onReady: () => void
  problem: (text: string) => void
}

type Wanted = BoardManifest['items'][number]['files'][number]

const firstWaitMs = 15_000
const idleMs = 600_000

/** Makes the fetcher; `run` first finds what is here from before, and ends after `stop`. */
export function createBoardMedia({ clock, random, client, store, onReady, problem }: MediaParts): BoardMedia {
  const bell = createBell(clock)
  const here = new Set<string>()
  const failed = new Map<string, { times: number; notBefore: number }>()
  const abort = new AbortController()
  let order: Wanted[] = []
  let stopped = false

  const missing = () => order.filter(file => !here.has(file.sha256))

  const get = async (file: Wanted) => {
    try {
      const wanted = new Set(order.map(f => f.sha256))
      const from = (offset: number) => client.download(file.url, offset, abort.signal)
      const { result, gone } = await clock.busy(store.fetch(file, from, wanted))
      for (const sha256 of gone) here.delete(sha256)
      if (result !== 'ready') throw new Error(result)
      here.add(file.sha256)
      failed.delete(file.sha256)
      onReady()
    } catch (error) {
      if (stopped) return
      const times = (failed.get(file.sha256)?.times ?? 0) + 1
      failed.set(file.sha256, { times, notBefore: clock.steadyMs() + waitAfter(times, firstWaitMs, random()) })
      problem(`file ${file.sha256.slice(0, 12)}: ${(error as Error).message}`)
    }
  }

  return {
    has: sha256 => here.has(sha256),
    want(manifest) {
      const files = new Map(manifest.items.flatMap(item => item.files).map(file => [file.sha256, file]))
      order = [...files.values()]
      for (const sha256 of failed.keys()) if (!files.has(sha256)) failed.delete(sha256)
      bell.ring()
    },
    missing: () => missing().length,
    async run() {
      for await (const sha256 of store.check()) here.add(sha256)
      onReady()
      while (!stopped) {
        const due = missing().find(file => (failed.get(file.sha256)?.notBefore ?? 0) <= clock.steadyMs())
        if (due) await get(due)
        else {
          const times = missing().map(file => failed.get(file.sha256)?.notBefore ?? 0)
          await bell.sleep(Math.max(1, Math.min(idleMs, ...times.map(at => at - clock.steadyMs()))))
        }
      }
    },
    stop() {
      stopped = true
      abort.abort(new Error('stopped'))
      bell.ring()
    },
  }
}
