/** What became of a piece of the text. */
export interface Span {
  /** Where the written piece begins in the text as it was read: NFC, UTF-16 units. */
  at: number
  written: string
  spoken: string
}

/** Joins the pieces: one blank between words, none before a mark, at most one empty line. */
export class Output {
  readonly spans: Span[] = []
  private readonly pieces: string[] = []
  private last = '\n'
  private pending: '' | ' ' | '\n' | '\n\n' = ''
  private spoken = false

  blank(): void {
    if (this.pending === '') this.pending = ' '
  }

  line(paragraph: boolean): void {
    this.pending = paragraph || this.pending === '\n\n' ? '\n\n' : '\n'
  }

  copy(piece: string): void {
    this.add(piece, this.spoken && wordLike(this.last) && wordLike(piece))
    this.spoken = false
  }

  say(piece: string, written: string, at: number): void {
    if (piece !== written) this.spans.push({ at, written, spoken: piece })
    if (piece === '') {
      if (this.pending === '') this.pending = ' '
      this.dropped = true
      return
    }
    this.add(piece, (wordLike(this.last) || /[,;]/.test(this.last)) && wordLike(piece))
    if (piece.endsWith(',')) this.pending = ' '
    this.spoken = true
  }

  text(): string {
    return this.pieces.join('').normalize('NFC')
  }

  private dropped = false

  private add(piece: string, apart: boolean): void {
    const tight = this.dropped && /^[,.;:!?)…]/u.test(piece)
    let gap: string = this.pending
    if (gap === ' ' && (tight || /^[,;]/.test(piece))) gap = ''
    if (gap === '' && apart) gap = ' '
    if (this.pieces.length === 0) gap = ''
    this.pieces.push(gap + piece)
    this.last = piece.at(-1) ?? this.last
    this.pending = ''
    this.dropped = false
  }
}

function wordLike(piece: string): boolean {
  return /[\p{L}\p{M}\d]/u.test(piece.at(0) ?? '') || /[\p{L}\p{M}\d]$/u.test(piece)
}
