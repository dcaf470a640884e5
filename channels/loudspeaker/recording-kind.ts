import { type FileHandle, open } from 'node:fs/promises'
import { readHead } from '../file-head.ts'

/**
 * What a file is by its first bytes. Names and declared types are not asked: people rename files, and a phone calls
 * everything what it likes.
 */
export type FileKind =
  /** `demuxer`: what ffmpeg is told to read it as, so that it guesses nothing itself (a playlist could name other files). */
  | { is: 'sound'; demuxer: string; name: string }
  | { is: 'archive' | 'picture' | 'document' | 'page' | 'program' | 'empty' | 'unknown' }

const headBytes = 64

const sound = (demuxer: string, name: string): FileKind => ({ is: 'sound', demuxer, name })

/** Signatures at fixed places: latin1 text, offset, and what it means. */
const signatures: [text: string, at: number, kind: FileKind][] = [
  ['ID3', 0, sound('mp3', 'MP3')],
  ['fLaC', 0, sound('flac', 'FLAC')],
  ['OggS', 0, sound('ogg', 'OGG')],
  ['#!AMR', 0, sound('amr', 'AMR')],
  ['\u001a\u0045\u00df\u00a3', 0, sound('matroska', 'WebM')],
  ['ftyp', 4, sound('mov', 'MP4/M4A')],
  ['0\u0026\u00b2\u0075\u008e\u0066\u00cf\u0011', 0, sound('asf', 'WMA')],
  ['caff', 0, sound('caf', 'CAF')],
  ['PK\u0003\u0004', 0, { is: 'archive' }],
  ['PK\u0005\u0006', 0, { is: 'archive' }],
  ['Rar!', 0, { is: 'archive' }],
  ['7z\u00bc\u00af', 0, { is: 'archive' }],
  ['\u001f\u008b', 0, { is: 'archive' }],
  ['\u0089PNG', 0, { is: 'picture' }],
  ['\u00ff\u00d8\u00ff', 0, { is: 'picture' }],
  ['GIF8', 0, { is: 'picture' }],
  ['II*\0', 0, { is: 'picture' }],
  ['MM\0*', 0, { is: 'picture' }],
  ['%PDF', 0, { is: 'document' }],
  ['\u00d0\u00cf\u0011\u00e0', 0, { is: 'document' }],
  ['MZ', 0, { is: 'program' }],
  ['\u007fELF', 0, { is: 'program' }],
]

/** Chunked formats that share a head and say inside what they hold. */
function chunked(text: string): FileKind | undefined {
  const [outer, inner] = [text.slice(0, 4), text.slice(8, 12)]
  if ((outer === 'RIFF' || outer === 'RF64') && inner === 'WAVE') return sound('wav', 'WAV')
  if (outer === 'RIFF' && inner === 'WEBP') return { is: 'picture' }
  // AVI is a film; ffmpeg tells it apart from a film with sound alone.
  if (outer === 'RIFF' && inner === 'AVI ') return sound('avi', 'AVI')
  if (outer === 'FORM' && /^AIF[FC]$/.test(inner)) return sound('aiff', 'AIFF')
  // HEIC and AVIF are pictures in the same box format as MP4.
  if (text.slice(4, 8) === 'ftyp' && /^(heic|heix|mif1|msf1|avif|avis)/.test(inner)) return { is: 'picture' }
  return undefined
}

/** The kind of a file by its first bytes (64 are enough). Pure. */
export function fileKind(head: Buffer): FileKind {
  if (head.length === 0) return { is: 'empty' }
  const text = head.toString('latin1', 0, headBytes)
  const known = chunked(text) ?? signatures.find(([signature, at]) => text.startsWith(signature, at))?.[2]
  if (known) return known
  const [first = 0, second = 0] = head
  // Frame sync: layer 0 is AAC in ADTS, layers I to III are MP3.
  if (first === 0xff && (second & 0xf6) === 0xf0) return sound('aac', 'AAC')
  if (first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08 && (second & 0x06) !== 0) {
    return sound('mp3', 'MP3')
  }
  if (/^\s*<(!doctype|html|\?xml|svg)/i.test(text)) return { is: 'page' }
  return { is: 'unknown' }
}

/** Reads the head of a file and tells its kind. */
export async function fileKindOf(path: string): Promise<FileKind> {
  return fileKind(await readHead(path, headBytes))
}

/**
 * Whether a file lacks its end, for the formats of which ffmpeg does not tell: it takes a shorter WAV, AIFF or Ogg for one
 * that was never longer.
 */
export async function isCutOff(path: string, demuxer: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    if (demuxer === 'ogg') return await lacksLastPage(file, size)
    if (demuxer !== 'wav' && demuxer !== 'aiff') return false
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0)
    return bytesRead < 8 || lacksChunks(buffer, size)
  } finally {
    await file.close()
  }
}

const oggTailBytes = 65_536 + 300

/** Ogg keeps no length anywhere, but the last page of a stream carries a mark. */
async function lacksLastPage(file: FileHandle, size: number): Promise<boolean> {
  const from = Math.max(0, size - oggTailBytes)
  const { buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  const page = buffer.lastIndexOf('OggS')
  return page < 0 || ((buffer[page + 5] ?? 0) & 4) === 0
}

/** Programs that write into a pipe put a number that is none where the size belongs: 0, or nearly 2 or 4 GB. */
const placeholders = { least: 0x7fff_0000 }

/** RIFF and FORM say at their head how many bytes follow. The last few may be padding that was never written. */
function lacksChunks(head: Buffer, size: number): boolean {
  const says = head.toString('latin1', 0, 4) === 'FORM' ? head.readUInt32BE(4) : head.readUInt32LE(4)
  if (says === 0 || says >= placeholders.least) return false
  return size < (says + 8) * 0.99
}
