import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import type { Progress } from './schemas.ts'

export interface StreamTimes {
  /** Between two looks at the database, however many people watch. */
  pollMs: number
  /** Between comments that keep proxies from closing a quiet connection. */
  heartbeatMs: number
}

export const streamTimes: StreamTimes = { pollMs: 1_000, heartbeatMs: 15_000 }

interface Watcher {
  send(progress: Progress, id: string): void
  /** Ends the stream; the browser comes back and is told 204 while nothing has changed. */
  end(): void
}

interface Watch {
  watchers: Set<Watcher>
  timer: NodeJS.Timeout | undefined
  latest: { progress: Progress; id: string } | undefined
}

const endPhases = ['settled', 'cancelled', 'expired']
const endStates = ['completed', 'cancelled', 'expired', 'superseded']

/** True when nothing more is going to be sent. Late receipts may still move single targets. */
export function isOver(progress: Progress): boolean {
  return endStates.includes(progress.state) && progress.dispatches.every(d => endPhases.includes(d.phase))
}

function eventId(progress: Progress): string {
  return createHash('sha256').update(JSON.stringify(progress)).digest('base64url').slice(0, 16)
}

/**
 * Live progress for browsers (server-sent events, event `progress`). All watchers of one announcement share one poll
 * of the use case, at most one per `pollMs`, and get an event when something has changed.
 * @param read the use case
 */
export function createProgressStream(read: (announcementId: string) => Promise<Progress>, times = streamTimes) {
  const watches = new Map<string, Watch>()

  async function look(announcementId: string, watch: Watch): Promise<void> {
    const progress = await read(announcementId)
    const id = eventId(progress)
    if (id !== watch.latest?.id) {
      watch.latest = { progress, id }
      for (const watcher of watch.watchers) watcher.send(progress, id)
    }
    if (isOver(progress)) for (const watcher of [...watch.watchers]) watcher.end()
  }

  function schedule(announcementId: string, watch: Watch): void {
    watch.timer = setTimeout(() => {
      look(announcementId, watch)
        // A database that is away for a moment ends no stream: the next look shows where things stand.
        .catch(() => undefined)
        .finally(() => {
          if (watch.watchers.size > 0) schedule(announcementId, watch)
        })
    }, times.pollMs)
  }

  function join(announcementId: string, watcher: Watcher): () => void {
    let watch = watches.get(announcementId)
    if (!watch) {
      watch = { watchers: new Set(), timer: undefined, latest: undefined }
      watches.set(announcementId, watch)
      schedule(announcementId, watch)
    }
    const joined = watch
    joined.watchers.add(watcher)
    return () => {
      joined.watchers.delete(watcher)
      if (joined.watchers.size === 0 && watches.get(announcementId) === joined) {
        clearTimeout(joined.timer)
        watches.delete(announcementId)
      }
    }
  }

  /**
   * Answers one request.
   * @throws whatever `read` throws, before the stream has begun
   */
  return async function stream(announcementId: string, req: Request, res: Response): Promise<void> {
    const first = await read(announcementId)
    const firstId = eventId(first)
    // EventSource reconnects after every end; 204 tells it to stop (HTML standard, 9.2.3).
    if (isOver(first) && req.get('last-event-id') === firstId) {
      res.status(204).end()
      return
    }
    res.status(200).set({
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    let sentId = ''
    const watcher: Watcher = {
      send(progress, id) {
        if (id === sentId || res.writableEnded) return
        sentId = id
        res.write(`id: ${id}\nevent: progress\ndata: ${JSON.stringify(progress)}\n\n`)
      },
      end: () => res.end(),
    }
    res.write('retry: 3000\n\n')
    watcher.send(first, firstId)
    if (isOver(first)) {
      res.end()
      return
    }
    const leave = join(announcementId, watcher)
    const heartbeat = setInterval(() => {
      if (!res.writableEnded) res.write(': still here\n\n')
    }, times.heartbeatMs)
    const stop = () => {
      clearInterval(heartbeat)
      leave()
    }
    res.once('close', stop)
    if (res.destroyed) stop()
  }
}
