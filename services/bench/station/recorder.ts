import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** A stretch of a file that was heard. */
export interface Heard {
  file: string
  /** The how-manieth connection of a sink, from 0; samples are counted from its beginning. */
  connection: number
  startedAtSample: number
  fromMs: number
  toMs: number
}

export type RecorderQuestion = { ready: number } | { identify: { name: string; path: string }[] }
export type RecorderMessage =
  | { port: number }
  | { connected: number }
  | { heard: Heard[]; strangeSamples: number; seconds: number }

/** The recorder as its starter sees it. */
export interface Recorder {
  port: number
  /** @returns everything heard so far, in the order of the connections, and how much of it belonged to no file */
  identify(
    files: { name: string; path: string }[],
  ): Promise<{ heard: Heard[]; strangeSamples: number; seconds: number }>
  stop(): void
}

/**
 * Starts the recorder process.
 * @param dir where the recording is kept
 * @param onConnected told of each sink before it may give sound
 * @param execArgv of the process, for running the sources as they are
 */
export async function startRecorder(
  dir: string,
  onConnected: (connection: number) => void,
  execArgv: string[] = [],
): Promise<Recorder> {
  const compiled = fileURLToPath(new URL('./recorder-process.js', import.meta.url))
  const file = existsSync(compiled) ? compiled : fileURLToPath(new URL('./recorder-process.ts', import.meta.url))
  const child: ChildProcess = fork(file, [dir], { execArgv })
  const lastResort = () => child.kill('SIGKILL')
  process.once('exit', lastResort)
  const waiting: ((message: RecorderMessage) => boolean)[] = []
  child.on('message', (message: RecorderMessage) => {
    if ('connected' in message) {
      onConnected(message.connected)
      child.send({ ready: message.connected } satisfies RecorderQuestion)
      return
    }
    const at = waiting.findIndex(takes => takes(message))
    if (at >= 0) waiting.splice(at, 1)
  })
  const next = <T>(pick: (message: RecorderMessage) => T | undefined) =>
    new Promise<T>((resolve, reject) => {
      child.once('exit', code => reject(new Error(`the recorder ended with ${code}`)))
      waiting.push(message => {
        const found = pick(message)
        if (found !== undefined) resolve(found)
        return found !== undefined
      })
    })
  const port = await next(message => ('port' in message ? message.port : undefined))
  return {
    port,
    async identify(files) {
      const answer = next(message => ('heard' in message ? message : undefined))
      child.send({ identify: files } satisfies RecorderQuestion)
      return await answer
    },
    stop() {
      process.off('exit', lastResort)
      child.disconnect()
    },
  }
}
