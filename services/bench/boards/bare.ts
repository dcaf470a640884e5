import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export type BareQuestion =
  | { ask: 'boards'; boards: { access: string; own: string }[]; shared: string }
  /** Makes all manifests with these items, without showing them yet. */
  | { ask: 'prepare'; shared: string }
  /** Shows them. Not answered. */
  | { ask: 'change' }

/** The bare server in a process of its own. */
export interface Bare {
  port: number
  pid: number
  tell(question: Exclude<BareQuestion, { ask: 'change' }>): Promise<void>
  change(): void
  stop(): void
}

/** Starts it with no boards yet. */
export async function startBare(): Promise<Bare> {
  const child = fork(fileURLToPath(new URL('./bare-process.js', import.meta.url)))
  const gone = once(child, 'exit').then(([code]) => {
    throw new Error(`the bare server ended with ${code}`)
  })
  gone.catch(() => undefined)
  const next = async () => (await Promise.race([once(child, 'message'), gone]))[0] as { port: number }
  const { port } = await next()
  return {
    port,
    pid: child.pid ?? 0,
    async tell(question) {
      child.send(question)
      await next()
    },
    change: () => void child.send({ ask: 'change' } satisfies BareQuestion),
    stop: () => void child.kill(),
  }
}
