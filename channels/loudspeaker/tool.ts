import { type ChildProcess, spawn } from 'node:child_process'
import { AppError } from '../../services/domain/errors.ts'
import { withTimeout } from '../../services/runtime/signals.ts'

/** The programs that the loudspeaker channel runs, and the Debian/Ubuntu package that brings each. */
const packages = { 'espeak-ng': 'espeak-ng', ffmpeg: 'ffmpeg', ffprobe: 'ffmpeg' } as const
export type Tool = keyof typeof packages

const stderrKept = 2_000

/** The error for a program that is not installed, with the exact command that mends it. */
export function toolMissing(tool: Tool): AppError {
  const command = `sudo apt-get install -y ${packages[tool]}`
  return new AppError('audio.tool-missing', {
    vi: `Máy chủ chưa cài phần mềm ${tool} nên chưa tạo được âm thanh. Ông/Bà vui lòng đề nghị quản trị viên chạy lệnh: ${command}`,
    en: `The program ${tool} is not installed, so no sound can be made. Please ask the administrator to run: ${command}`,
  })
}

/**
 * The error for audio work that went wrong for no fault of the officer.
 * @param detail for the log only; never the text of an announcement
 */
export function audioFailed(detail: string, cause?: unknown): AppError {
  return new AppError(
    'audio.failed',
    {
      vi: 'Không tạo được tệp âm thanh đạt chuẩn phát. Ông/Bà vui lòng thử lại; nếu vẫn lỗi, đề nghị báo quản trị viên xem nhật ký hệ thống.',
      en: 'The sound file could not be made to broadcast standard. Please try again; if it fails again, tell the administrator, who finds the details in the log.',
    },
    { message: `audio failed: ${detail}`, cause },
  )
}

/** True for the file system's "no space left on device", and for our own error that says so. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'setup.disk-full')
}

/** The error for a disk without room for the sound. */
export function diskFull(cause: unknown): AppError {
  if (cause instanceof AppError && cause.code === 'setup.disk-full') return cause
  return new AppError(
    'setup.disk-full',
    {
      vi: 'Ổ đĩa của máy chủ đã đầy nên không tạo được tệp âm thanh. Ông/Bà vui lòng đề nghị quản trị viên giải phóng dung lượng.',
      en: 'The disk of the server is full, so the sound file cannot be made. Please ask the administrator to free some space.',
    },
    { cause },
  )
}

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

/** What to throw when a program was stopped: the caller's own reason, or audio.failed when time ran out. */
export function stopReason(caller: AbortSignal, what: string): unknown {
  return caller.aborted ? caller.reason : audioFailed(`${what} took too long`)
}

export interface ToolOptions {
  /** Written to the program's standard input. */
  input?: string | Buffer
  signal: AbortSignal
  timeoutMs: number
  /** More output than this stops the program, and the call fails with `tooMuch`. */
  maxOutputBytes: number
  tooMuch?: Error
}

/**
 * Runs a program without a shell and collects its standard output. Resolves or rejects only after the program has
 * ended, so nobody is left behind and the working folder can be removed safely. An abort or a timeout kills at once.
 * @throws AppError audio.tool-missing | audio.failed, or the signal's reason after an abort
 */
export function runTool(tool: Tool, args: string[], options: ToolOptions): Promise<Buffer> {
  options.signal.throwIfAborted()
  const { signal: stop, release } = withTimeout(options.signal, options.timeoutMs)
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true, detached: true })
    const chunks: Buffer[] = []
    let size = 0
    let stderr = ''
    let failure: unknown
    const kill = () => killWhole(child)
    stop.addEventListener('abort', kill, { once: true })

    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= options.maxOutputBytes) chunks.push(chunk)
      else {
        failure = options.tooMuch ?? audioFailed(`${tool} gave more than ${options.maxOutputBytes} bytes`)
        kill()
      }
    })
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString('utf8')).slice(-stderrKept)
    })
    // A program that ends without reading its input breaks the pipe; its exit status tells what happened.
    child.stdin.on('error', () => {})
    child.on('error', (error: NodeJS.ErrnoException) => {
      failure = error.code === 'ENOENT' ? toolMissing(tool) : audioFailed(`cannot start ${tool}`, error)
    })
    child.on('close', (code, endSignal) => {
      stop.removeEventListener('abort', kill)
      release()
      if (failure) reject(failure)
      else if (code === 0) resolve(Buffer.concat(chunks, size))
      else if (stop.aborted) reject(stopReason(options.signal, tool))
      else reject(audioFailed(`${tool} ended with ${code ?? endSignal}: ${shortened(stderr)}`))
    })
    child.stdin.end(options.input ?? '')
  })
}
