import { setTimeout as wait } from 'node:timers/promises'
import type { StationContext } from '../station-context.ts'
import { IcecastRefused } from './icecast-client.ts'
import { stream } from './icecast-stream.ts'
import type { PlayTarget } from './plays.ts'
import { noteTry, type PlayedTo } from './settings.ts'

const longestBackoffMs = 30_000

/** A stream to one mount. */
export interface Streamer {
  /** The manifest may have changed. */
  wake(): void
  /** Resolves when the connection is closed and what was on air is noted. */
  stop(): Promise<void>
}

/**
 * Streams to a station's Icecast mount what is due by its manifest, at the pace at which it is heard: slots at their time,
 * an emergency at once in the middle of a slot, which then goes on with the part that was cut. Between them silence, or no
 * connection. What the log says of it is that Loa sent it: whether anybody listened is not known.
 */
export function startIcecast(ctx: StationContext, settings: PlayedTo & { kind: 'icecast' }): Streamer {
  const target: PlayTarget = { stationId: settings.stationId, kind: 'icecast' }
  const stopping = new AbortController()
  let stale = true
  let backoffMs = 1_000

  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await stream(ctx, settings, target, stopping.signal, {
          isStale() {
            const was = stale
            stale = false
            return was
          },
          opened() {
            backoffMs = 1_000
          },
        })
      } catch (error) {
        if (stopping.signal.aborted) break
        const code = error instanceof IcecastRefused ? error.code : 'failed'
        ctx.log.warn(
          { stationId: target.stationId, code, err: error },
          'icecast: a stream was lost; it is opened again',
        )
        await noteTry(ctx, target.stationId, 'icecast', code).catch(() => undefined)
        await wait(backoffMs, undefined, { signal: stopping.signal }).catch(() => undefined)
        backoffMs = Math.min(backoffMs * 2, longestBackoffMs)
        stale = true
      }
    }
  })()
  return {
    wake: () => {
      stale = true
    },
    stop: async () => {
      stopping.abort()
      await running
    },
  }
}
