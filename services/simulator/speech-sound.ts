import { spawn } from 'node:child_process'

/** Sound as the vendors' machines would give it, made for real by espeak-ng and ffmpeg. */
export interface SoundOrder {
  text: string
  /** An espeak-ng voice. */
  voice: 'vi' | 'vi-vn-x-central' | 'vi-vn-x-south'
  /** 1 is the normal speed. */
  factor: number
  format: 'mp3' | 'wav'
}

const inFormat = {
  mp3: ['-c:a', 'libmp3lame', '-b:a', '64k', '-ar', '24000', '-ac', '1', '-f', 'mp3'],
  wav: ['-c:a', 'pcm_s16le', '-ar', '24000', '-ac', '1', '-f', 'wav'],
} as const

/** @throws Error when a program is missing or fails */
export async function speakSound({ text, voice, factor, format }: SoundOrder): Promise<Buffer> {
  const speed = String(Math.round(150 * factor))
  const wav = await piped('espeak-ng', ['-v', voice, '-s', speed, '-b', '1', '--stdin', '--stdout'], text)
  return await piped('ffmpeg', ['-v', 'error', '-f', 'wav', '-i', 'pipe:0', ...inFormat[format], 'pipe:1'], wav)
}

/** Silence, or one long tone: what a vendor in trouble may call speech. */
export async function oddSound(kind: 'silence' | 'tone', seconds: number, format: 'mp3' | 'wav'): Promise<Buffer> {
  const source = kind === 'silence' ? 'anullsrc=r=8000:cl=mono' : 'sine=frequency=440:sample_rate=8000'
  const low = format === 'mp3' ? ['-c:a', 'libmp3lame', '-b:a', '8k', '-f', 'mp3'] : inFormat.wav
  return await piped('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, '-t', String(seconds), ...low, 'pipe:1'])
}

function piped(program: string, args: string[], input: string | Buffer = ''): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    // A program that ends early breaks the pipe; its exit status tells.
    child.stdin.on('error', () => {})
    child.on('error', reject)
    child.on('close', code => {
      if (code === 0) resolve(Buffer.concat(chunks))
      else reject(new Error(`${program} ended with ${code}`))
    })
    child.stdin.end(input)
  })
}
