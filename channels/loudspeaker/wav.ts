import { runTool } from './tool.ts'

/** Room for a machine that does ten things at once; a quarter of an hour of sound takes about a second. */
const timeoutMs = 120_000

/**
 * Decodes a finished file to PCM WAV, 16 bit, mono, at its own rate: FM desks and older receivers take nothing else.
 * @throws AppError audio.tool-missing | audio.failed
 */
export async function toWav(mp3Path: string, wavPath: string, signal: AbortSignal): Promise<void> {
  const bare = ['-map_metadata', '-1', '-fflags', '+bitexact', '-flags:a', '+bitexact']
  await runTool(
    'ffmpeg',
    ['-nostdin', '-v', 'error', '-i', mp3Path, ...bare, '-ac', '1', '-c:a', 'pcm_s16le', '-f', 'wav', '-y', wavPath],
    { signal, timeoutMs, maxOutputBytes: 10_000 },
  )
}
