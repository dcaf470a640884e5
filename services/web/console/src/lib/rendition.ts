/**
 * What the channels' renditions hold, read with care: the API passes them on as they are, and a channel that is new to
 * this console must still show something. A field that is not there or of another kind is left out.
 */
export interface SmsView {
  text: string
  form: string
  encoding: string
  parts: number
  units: number
}
export interface EmailView {
  subject: string
  text: string
  html: string
}
export interface SpeechView {
  /** The text as it is spoken. */
  spoken: string
  /** The script as an announcer would read it from paper. */
  script: string
  durationSeconds: number | undefined
  lufs: number | undefined
  dbtp: number | undefined
}

/** Undefined when it is not the rendition of an SMS. */
export function readSms(content: unknown): SmsView | undefined {
  const text = textOf(content, 'text')
  if (text === undefined) return undefined
  return {
    text,
    form: textOf(content, 'form') ?? 'unicode',
    encoding: textOf(content, 'encoding') ?? '',
    parts: numberOf(content, 'parts') ?? 0,
    units: numberOf(content, 'units') ?? 0,
  }
}

/** Undefined when it is not the rendition of an email. */
export function readEmail(content: unknown): EmailView | undefined {
  const subject = textOf(content, 'subject')
  if (subject === undefined) return undefined
  return { subject, text: textOf(content, 'text') ?? '', html: textOf(content, 'html') ?? '' }
}

/** Undefined when it is not the rendition of a loudspeaker item. */
export function readSpeech(content: unknown): SpeechView | undefined {
  const spoken = textOf(content, 'spoken') ?? textOf(content, 'reading')
  const script = textOf(content, 'script')
  if (spoken === undefined && script === undefined) return undefined
  return {
    spoken: spoken ?? '',
    script: script ?? '',
    durationSeconds: numberOf(content, 'durationSeconds'),
    lufs: numberOf(content, 'lufs') ?? numberOf(content, 'loudnessLufs'),
    dbtp: numberOf(content, 'dbtp') ?? numberOf(content, 'truePeakDbtp') ?? numberOf(content, 'peakDbtp'),
  }
}

function field(content: unknown, name: string): unknown {
  return typeof content === 'object' && content !== null ? (content as Record<string, unknown>)[name] : undefined
}

function textOf(content: unknown, name: string): string | undefined {
  const value = field(content, name)
  return typeof value === 'string' ? value : undefined
}

function numberOf(content: unknown, name: string): number | undefined {
  const value = field(content, name)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** One screen of a public board. */
export interface BoardView {
  title: string
  issuer: string
  documentNumber: string
  priority: string
  demo: boolean
  pages: { heading: string; text: string }[]
}

/** Undefined when it is not the rendition of a board. */
export function readBoard(content: unknown): BoardView | undefined {
  const title = textOf(content, 'title')
  if (title === undefined) return undefined
  const raw = field(content, 'pages') ?? field(content, 'paragraphs')
  const list: unknown[] = Array.isArray(raw) ? raw : [textOf(content, 'text') ?? '']
  return {
    title,
    issuer: textOf(content, 'issuer') ?? '',
    documentNumber: textOf(content, 'documentNumber') ?? '',
    priority: textOf(content, 'priority') ?? 'routine',
    demo: field(content, 'demo') === true,
    pages: list.map(page =>
      typeof page === 'string'
        ? { heading: title, text: page }
        : { heading: textOf(page, 'heading') ?? title, text: textOf(page, 'text') ?? '' },
    ),
  }
}
