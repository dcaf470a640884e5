import type { ServerLog } from './child-server.ts'

/** Ends a process in order. Register parts as they are started; they are closed in the reverse order. */
export interface Shutdown {
  /** Runs first, all at once: close the doors (stop listening, stop taking jobs) and finish what is in hand. */
  onDrain(name: string, drain: () => Promise<unknown>): void
  /**
   * Runs after all doors are closed, last registered first.
   * @param force for a forced exit: must be quick and must not wait, e.g. a signal to a child process
   */
  onClose(name: string, close: () => Promise<unknown>, force?: () => void): void
  /** Ends everything; a second call waits for the first. Errors of one part do not keep the others open. */
  run(reason: string): Promise<void>
  /** Runs on SIGINT, SIGTERM and SIGHUP and then exits with 0; a second signal forces the exit at once. */
  listen(): void
}

export interface ShutdownOptions {
  log: ServerLog
  /** After this long the process exits with 1 whatever still runs. */
  forceAfterMs?: number
  exit?: (code: number) => void
}

interface Part {
  name: string
  close: () => Promise<unknown>
  force?: (() => void) | undefined
}

/** Makes the list of what must be ended; see `Shutdown`. */
export function createShutdown({
  log,
  forceAfterMs = 10_000,
  exit = code => process.exit(code),
}: ShutdownOptions): Shutdown {
  const drains: Part[] = []
  const closes: Part[] = []
  let running: Promise<void> | undefined

  const attempt = async (part: Part) => {
    try {
      await part.close()
    } catch (error) {
      log.error({ part: part.name, err: error }, 'could not be closed properly')
    }
  }
  const forceExit = (reason: string, code: number) => {
    log.warn({ reason, open: closes.map(part => part.name) }, 'leaving without waiting any longer')
    for (const part of [...closes].reverse()) {
      try {
        part.force?.()
      } catch (error) {
        log.error({ part: part.name, err: error }, 'could not be forced to end')
      }
    }
    exit(code)
  }
  const inOrder = async (reason: string) => {
    log.info({ reason }, 'stopping')
    const timer = setTimeout(() => forceExit(`not finished after ${forceAfterMs} ms`, 1), forceAfterMs)
    await Promise.all(drains.map(attempt))
    for (let part = closes.at(-1); part; part = closes.at(-1)) {
      await attempt(part)
      closes.splice(closes.indexOf(part), 1)
    }
    clearTimeout(timer)
    log.info({}, 'stopped')
  }
  const run = (reason: string) => {
    running ??= inOrder(reason)
    return running
  }

  return {
    onDrain: (name, close) => drains.push({ name, close }),
    onClose: (name, close, force) => closes.push({ name, close, force }),
    run,
    listen() {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.on(signal, () => {
          if (running) forceExit(`second signal (${signal})`, 130)
          else void run(signal).then(() => exit(0))
        })
      }
    },
  }
}
