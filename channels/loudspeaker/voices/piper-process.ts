import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { withTimeout } from '../../../services/runtime/signals.ts'
import { shortened } from '../../run-tool.ts'
import { piperUnusable } from './piper-model.ts'
import type { FromChild, ModelFiles, ToChild } from './piper-protocol.ts'

/** The child is gone in the middle of something; whoever asked may start another one. */
export class ChildGone extends Error {}

/** One running child with a model in it. It keeps no process alive: while it has nothing to do it is not waited for. */
export interface PiperProcess {
  pid: number
  rate: number
  /** Version of the add-on. */
  version: string
  /** Pieces it has spoken. */
  spoken: number
  running(): boolean
  /**
   * @throws ChildGone when it dies meanwhile; AppError audio.failed when it refuses or takes longer than `timeoutMs`; the
   * signal's reason. Whoever does not wait for the answer loses the child: the model cannot be interrupted.
   */
  speak(job: { text: string; speaker: number; speed: number }, timeoutMs: number, signal: AbortSignal): Promise<Buffer>
  /** Lets it go; resolves when it has ended. */
  end(): Promise<void>
}

const source = import.meta.url.endsWith('.ts') ? './piper-child.ts' : './piper-child.js'
const childPath = fileURLToPath(new URL(source, import.meta.url))
const stderrKept = 4_000

/**
 * Starts a child and loads the model.
 * @param execArgv options of Node for the child
 * @throws AppError audio.failed when the add-on is not installed, the model is no good or loading takes too long
 */
export async function startPiper(
  files: ModelFiles,
  { execArgv, timeoutMs, signal }: { execArgv: string[]; timeoutMs: number; signal: AbortSignal },
): Promise<PiperProcess> {
  signal.throwIfAborted()
  const child = fork(childPath, [], {
    // Nothing of ours is any of its business: no password, no key.
    env: {},
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const line = openLine(child)
  try {
    line.tell({ kind: 'load', files })
    const ready = await line.answer(m => m.kind === 'ready' || m.kind === 'unusable', timeoutMs, signal)
    if (ready.kind === 'ready') return speaking(child, line, ready)
    const missing = /Cannot find module|Could not find sherpa/.test(ready.kind === 'unusable' ? ready.reason : '')
    throw missing
      ? piperUnusable(
          'máy chủ chưa cài gói sherpa-onnx-node',
          'the package sherpa-onnx-node is not installed',
          line.said(),
        )
      : piperUnusable('không nạp được mô hình', 'the model cannot be loaded', JSON.stringify(ready))
  } catch (error) {
    await line.end()
    if (!(error instanceof ChildGone)) throw error
    throw piperUnusable('không nạp được mô hình', 'the model cannot be loaded', error.message, error)
  }
}

function speaking(child: ChildProcess, line: Line, ready: { rate: number; version: string }): PiperProcess {
  let lastId = 0
  const piper: PiperProcess = {
    pid: child.pid ?? 0,
    rate: ready.rate,
    version: ready.version,
    spoken: 0,
    running: line.open,
    async speak(job, timeoutMs, signal) {
      signal.throwIfAborted()
      const id = ++lastId
      try {
        line.tell({ kind: 'speak', id, ...job })
        const answer = await line.answer(m => 'id' in m && m.id === id, timeoutMs, signal)
        piper.spoken += 1
        if (answer.kind === 'spoken') return bufferOf(answer.samples)
        throw piperUnusable('mô hình không đọc được một đoạn', 'the model refused a piece', JSON.stringify(answer))
      } catch (error) {
        await line.end()
        throw error
      }
    },
    end: line.end,
  }
  return piper
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The channel to one child: one question at a time. */
interface Line {
  open(): boolean
  tell(message: ToChild): void
  answer(wanted: (message: FromChild) => boolean, timeoutMs: number, signal: AbortSignal): Promise<FromChild>
  /** The end of what it wrote on standard error. */
  said(): string
  end(): Promise<void>
}

function openLine(child: ChildProcess): Line {
  let stderr = ''
  let gone: ChildGone | undefined
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-stderrKept)
  })
  const closed = new Promise<void>(resolve => {
    const over = (how: string) => {
      gone ??= new ChildGone(`the child ended with ${how}: ${shortened(stderr)}`)
      resolve()
    }
    child.once('close', (code, endSignal) => over(String(code ?? endSignal)))
    child.once('error', error => over(error.message))
  })
  const waitFor = (busy: boolean) => {
    const handles = [child, child.channel, child.stderr as unknown as { ref(): void; unref(): void } | null]
    for (const handle of handles) busy ? handle?.ref?.() : handle?.unref?.()
  }
  waitFor(false)
  return {
    open: () => !gone && child.connected,
    tell: message => {
      // A channel that breaks is noticed by `closed`.
      if (child.connected) child.send(message, () => undefined)
    },
    said: () => shortened(stderr),
    async answer(wanted, timeoutMs, signal) {
      waitFor(true)
      const { signal: stop, release } = withTimeout(signal, timeoutMs)
      let onMessage: ((message: FromChild) => void) | undefined
      let onStop: (() => void) | undefined
      try {
        return await new Promise<FromChild>((resolve, reject) => {
          onMessage = message => wanted(message) && resolve(message)
          onStop = () =>
            reject(
              signal.aborted
                ? signal.reason
                : piperUnusable('mô hình không phản hồi', 'the model does not answer', `${timeoutMs} ms`),
            )
          child.on('message', onMessage)
          stop.addEventListener('abort', onStop, { once: true })
          void closed.then(() => reject(gone))
        })
      } finally {
        if (onMessage) child.off('message', onMessage)
        if (onStop) stop.removeEventListener('abort', onStop)
        release()
        waitFor(false)
      }
    },
    async end() {
      waitFor(true)
      child.kill('SIGKILL')
      await closed
    },
  }
}
