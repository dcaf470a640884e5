import { type ChildProcess, spawn } from 'node:child_process'
import { AppError } from '../services/domain/errors.ts'
import { withTimeout } from '../services/runtime/signals.ts'

const stderrKept = 2_000

/** Keeps the end of a program's error output short enough for one log line. */
export function shortened(stderr: string): string {
  return stderr.replaceAll(/\s+/g, ' ').trim().slice(-300)
}

/**
 * Ends a program that was started with `detached`, and what it has started itself: where the program is a wrapper script,
 * the real one would go on working and hold the pipes open.
 */
export function killWhole(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** True for the file system's "no space left on device", and for our own error that says so. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'setup.disk-full')
}

/** What the disk had no room for, as it stands in the sentence "... cannot be made". */
const sound = { vi: 'tệp âm thanh', en: 'the sound file' }

/** The error for a disk without room for what is being made. */
export function diskFull(cause: unknown, made = sound): AppError {
  if (cause instanceof AppError && cause.code === 'setup.disk-full') return cause
  return new AppError(
    'setup.disk-full',
    {
      vi: `Ổ đĩa của máy chủ đã đầy nên không tạo được ${made.vi}. Ông/Bà vui lòng đề nghị quản trị viên giải phóng dung lượng.`,
      en: `The disk of the server is full, so ${made.en} cannot be made. Please ask the administrator to free some space.`,
    },
    { cause },
  )
}

/** The errors of a channel for programs that are not there or do not do what they should. */
export interface ToolErrors {
  missing(): AppError
  /** @param detail for the log only; never what people wrote */
  failed(detail: string, cause?: unknown): AppError
}

export interface RunOptions {
  /** Written to the program's standard input. */
  input?: string | Buffer
  signal: AbortSignal
  timeoutMs: number
  /** More output than this stops the program, and the call fails with `tooMuch`. */
  maxOutputBytes: number
  tooMuch?: Error
  /** Address space that the program may take; it fails for itself instead of pressing the server. Where the system can. */
  maxMemoryBytes?: number
  /** Is given the output as it comes, in place of keeping it: progress. */
  onOutput?: (text: string) => void
  /** Is given what the program complains of, as it comes. */
  onComplaint?: (text: string) => void
}

/**
 * Runs a program without a shell and collects its standard output. Resolves or rejects only after the program has
 * ended, so nobody is left behind and the working folder can be removed safely. An abort or a timeout kills at once.
 * @throws what `errors` gives, or the signal's reason after an abort
 */
export function runProgram(program: string, args: string[], options: RunOptions, errors: ToolErrors): Promise<Buffer> {
  options.signal.throwIfAborted()
  const { signal: stop, release } = withTimeout(options.signal, options.timeoutMs)
  return new Promise((resolve, reject) => {
    const [file, ...words] = limited([program, ...args], options.maxMemoryBytes)
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, detached: true })
    const chunks: Buffer[] = []
    let size = 0
    let stderr = ''
    let failure: unknown
    const kill = () => killWhole(child)
    stop.addEventListener('abort', kill, { once: true })

    child.stdout.on('data', (chunk: Buffer) => {
      if (options.onOutput) return options.onOutput(chunk.toString('utf8'))
      size += chunk.length
      if (size <= options.maxOutputBytes) chunks.push(chunk)
      else {
        failure = options.tooMuch ?? errors.failed(`${program} gave more than ${options.maxOutputBytes} bytes`)
        kill()
      }
    })
    child.stderr.on('data', (chunk: Buffer) => {
      const text = chunk.toString('utf8')
      stderr = (stderr + text).slice(-stderrKept)
      options.onComplaint?.(text)
    })
    // A program that ends without reading its input breaks the pipe; its exit status tells what happened.
    child.stdin.on('error', () => {})
    child.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code === 'ENOENT' ? errors.missing() : errors.failed(`cannot start ${program}`, error)
    })
    child.on('close', (code, endSignal) => {
      stop.removeEventListener('abort', kill)
      release()
      if (failure) reject(failure)
      else if (code === 0) resolve(Buffer.concat(chunks, size))
      else if (options.signal.aborted) reject(options.signal.reason)
      else if (stop.aborted) reject(errors.failed(`${program} took too long`))
      else if (code === 127 && options.maxMemoryBytes !== undefined) reject(errors.missing())
      else reject(errors.failed(`${program} ended with ${code ?? endSignal}: ${shortened(stderr)}`))
    })
    child.stdin.end(options.input ?? '')
  })
}

/** Node cannot limit a child; the shell can, and then becomes the program. Its words are arguments, never script. */
function limited(command: [string, ...string[]], bytes: number | undefined): [string, ...string[]] {
  if (bytes === undefined) return command
  const kilobytes = Math.floor(bytes / 1024)
  return ['/bin/sh', '-c', `ulimit -v ${kilobytes} 2>/dev/null; exec "$0" "$@"`, ...command]
}
