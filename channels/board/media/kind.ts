/**
 * What an upload for boards is by its first bytes. Names and declared types are not asked: people rename files, and what a
 * browser calls a file is taken from its name.
 */
export type MediaKind =
  | { is: 'picture'; format: string }
  | { is: 'pdf'; format: 'PDF' }
  /** `demuxer`: what ffmpeg is told to read it as, so that it guesses nothing itself (a playlist could name other files). */
  | { is: 'video'; format: string; demuxer: string }
  | { is: NotTaken }

/** Kinds that are known and not taken; each has its own sentence (refusals.ts). */
export const notTaken = [
  'svg',
  'heic',
  'other-picture',
  'sound',
  'archive',
  'office',
  'page',
  'program',
  'empty',
  'unknown',
] as const
export type NotTaken = (typeof notTaken)[number]

/** The head of a file is this long: a PDF may begin anywhere in its first kilobyte, an SVG after a long comment. */
export const headBytes = 4096

const picture = (format: string): MediaKind => ({ is: 'picture', format })
const video = (demuxer: string, format: string): MediaKind => ({ is: 'video', format, demuxer })

/** Signatures at fixed places: latin1 text, offset, and what it means. */
const signatures: [text: string, at: number, kind: MediaKind][] = [
  ['\u00ff\u00d8\u00ff', 0, picture('JPEG')],
  ['\u0089PNG\r\n', 0, picture('PNG')],
  ['GIF8', 0, picture('GIF')],
  ['II*\0', 0, { is: 'other-picture' }],
  ['MM\0*', 0, { is: 'other-picture' }],
  ['8BPS', 0, { is: 'other-picture' }],
  ['\u0000\u0000\u0000\u000cJXL ', 0, { is: 'other-picture' }],
  ['\u0000\u0000\u0000\u000cjP  ', 0, { is: 'other-picture' }],
  ['\u001a\u0045\u00df\u00a3', 0, video('matroska', 'WebM/MKV')],
  ['0\u0026\u00b2\u0075\u008e\u0066\u00cf\u0011', 0, video('asf', 'WMV')],
  ['FLV\u0001', 0, video('flv', 'FLV')],
  ['\u0000\u0000\u0001\u00ba', 0, video('mpeg', 'MPEG')],
  ['ID3', 0, { is: 'sound' }],
  ['fLaC', 0, { is: 'sound' }],
  ['OggS', 0, { is: 'sound' }],
  ['#!AMR', 0, { is: 'sound' }],
  ['PK\u0003\u0004', 0, { is: 'archive' }],
  ['PK\u0005\u0006', 0, { is: 'archive' }],
  ['Rar!', 0, { is: 'archive' }],
  ['7z\u00bc\u00af', 0, { is: 'archive' }],
  ['\u001f\u008b', 0, { is: 'archive' }],
  ['\u00d0\u00cf\u0011\u00e0', 0, { is: 'office' }],
  ['MZ', 0, { is: 'program' }],
  ['\u007fELF', 0, { is: 'program' }],
]

/** Formats of boxes and chunks: the outer head is shared, the inner says what it is. */
function boxed(text: string): MediaKind | undefined {
  if (text.startsWith('RIFF')) {
    const inner = text.slice(8, 12)
    if (inner === 'WEBP') return picture('WebP')
    if (inner === 'AVI ') return video('avi', 'AVI')
    return { is: 'sound' }
  }
  if (text.slice(4, 8) === 'ftyp') {
    const brand = text.slice(8, 12)
    if (/^avi[fs]/.test(brand)) return picture('AVIF')
    if (/^(hei|hev|mif1|msf1)/.test(brand))
      return text.slice(16, 64).includes('avif') ? picture('AVIF') : { is: 'heic' }
    if (/^M4[AB]/.test(brand)) return { is: 'sound' }
    return video('mov', brand === 'qt  ' ? 'MOV' : 'MP4')
  }
  // Old QuickTime files begin with their data.
  if (/^(moov|mdat|wide)/.test(text.slice(4, 8))) return video('mov', 'MOV')
  return undefined
}

/** The kind of a file by its first {@link headBytes} bytes. Pure. */
export function mediaKind(head: Buffer): MediaKind {
  if (head.length === 0) return { is: 'empty' }
  const text = head.toString('latin1', 0, headBytes)
  const known = boxed(text) ?? signatures.find(([signature, at]) => text.startsWith(signature, at))?.[2]
  if (known?.is === 'archive' && /\bword\/|\bppt\/|\bxl\/|\[Content_Types\]/.test(text)) return { is: 'office' }
  if (known) return known
  if (text.slice(0, 1024).includes('%PDF-')) return { is: 'pdf', format: 'PDF' }
  // Cameras that record to cards write MPEG transport streams, with a mark every 188 (or, with time stamps, 192) bytes.
  if (head[0] === 0x47 && head[188] === 0x47) return video('mpegts', 'MPEG-TS')
  if (head[4] === 0x47 && head[196] === 0x47) return video('mpegts', 'MPEG-TS')
  if (/<svg[\s>]/i.test(text)) return { is: 'svg' }
  if (/^(\u00ef\u00bb\u00bf)?\s*<(!doctype|html|\?xml|!--)/i.test(text)) return { is: 'page' }
  if (text.startsWith('BM')) return { is: 'other-picture' }
  const [first = 0, second = 0] = head
  // Frame sync of MP3 and AAC.
  if (first === 0xff && (second & 0xe0) === 0xe0) return { is: 'sound' }
  return { is: 'unknown' }
}
