import type { ManifestFile } from '../domain/station.ts'
import { type Clock, createBackoff, createBell } from '../runtime/clock.ts'
import { ContactError } from '../runtime/device-http.ts'
import type { FileStore } from '../runtime/file-store.ts'
import type { StationClient } from './client.ts'
import { wantedFiles } from './core/plan.ts'
import type { Machine } from './machine.ts'

/** Brings the files that the manifest names, the most urgent first, one at a time. */
export interface Fetcher {
  run(): Promise<void>
  /** The manifest changed: other files may be wanted, and what failed may work now. */
  look(): void
  /** The server can be reached again. */
  retry(): void
  missing(): number
  stop(): void
}

const firstRetryMs = 2_000
const mostRetryMs = 120_000
/** A file that is not what its hash says may have been spoilt on the way once; if it stays so, it is the server's. */
const firstBadRetryMs = 5_000
const mostBadRetryMs = 600_000
const idleMs = 600_000

export interface FetcherParts {
  clock: Clock
  random: () => number
  client: StationClient
  store: FileStore
  machine: Machine
  /** The signed addresses have run out. */
  onStaleAddress(): void
}

/** Makes the fetcher; `run` ends after `stop`. */
export function createFetcher({ clock, random, client, store, machine, onStaleAddress }: FetcherParts): Fetcher {
  const bell = createBell(clock)
  const notBefore = new Map<string, { at: number; isBad: boolean }>()
  const backoffs = new Map<string, ReturnType<typeof createBackoff>>()
  let stopped = false
  let current: { sha256: string; abort: AbortController } | undefined

  const missing = () => wantedFiles(machine.state()).filter(file => !machine.state().ready.has(file.sha256))
  const next = () => missing().find(file => (notBefore.get(file.sha256)?.at ?? 0) <= clock.steadyMs())

  const later = (file: ManifestFile, isBad: boolean) => {
    const key = `${file.sha256}/${isBad}`
    const backoff =
      backoffs.get(key) ??
      (isBad
        ? createBackoff(firstBadRetryMs, mostBadRetryMs, random)
        : createBackoff(firstRetryMs, mostRetryMs, random))
    backoffs.set(key, backoff)
    notBefore.set(file.sha256, { at: clock.steadyMs() + backoff.next(), isBad })
  }

  const get = async (file: ManifestFile) => {
    const abort = new AbortController()
    current = { sha256: file.sha256, abort }
    try {
      const wanted = new Set(wantedFiles(machine.state()).map(f => f.sha256))
      const from = (offset: number) => client.download(file.url, offset, abort.signal)
      const { result, gone } = await clock.busy(store.fetch(file, from, wanted))
      for (const sha256 of gone) machine.tell({ type: 'file-gone', sha256 })
      if (result === 'ready') {
        machine.tell({ type: 'file-ready', sha256: file.sha256, isNew: true })
        for (const isBad of [true, false]) backoffs.delete(`${file.sha256}/${isBad}`)
        notBefore.delete(file.sha256)
      }
      if (result === 'bad-hash') machine.tell({ type: 'refused', reason: 'bad-hash', sha256: file.sha256 })
      if (result === 'disk-full') machine.tell({ type: 'fault', reason: 'disk-full' })
      if (result !== 'ready') later(file, result === 'bad-hash')
    } catch (error) {
      if (stopped || abort.signal.aborted) return
      later(file, false)
      if (error instanceof ContactError && [401, 403, 404, 410].includes(error.status ?? 0)) onStaleAddress()
    } finally {
      current = undefined
    }
  }

  return {
    async run() {
      while (!stopped) {
        const file = next()
        if (file) await get(file)
        else {
          const times = missing().map(f => notBefore.get(f.sha256)?.at ?? 0)
          await bell.sleep(Math.max(1, Math.min(idleMs, ...times.map(at => at - clock.steadyMs()))))
        }
      }
    },
    look() {
      for (const [sha256, { isBad }] of notBefore) if (!isBad) notBefore.delete(sha256)
      // An emergency does not wait behind a long file; what came of that one is kept.
      const first = missing()[0]
      const isUrgent = machine.state().manifest?.emergencies.some(e => e.file.sha256 === first?.sha256)
      if (current && first && isUrgent && current.sha256 !== first.sha256) current.abort.abort(new Error('not now'))
      bell.ring()
    },
    retry() {
      for (const [sha256, { isBad }] of notBefore) if (!isBad) notBefore.delete(sha256)
      bell.ring()
    },
    missing: () => missing().length,
    stop() {
      stopped = true
      current?.abort.abort(new Error('stopped'))
      bell.ring()
    },
  }
}
