/** A run of words that is in both texts, only in the new one, or only in the old one. */
export interface DiffPart {
  kind: 'same' | 'added' | 'removed'
  text: string
}

const maxCells = 4_000_000

/**
 * Word-by-word difference of two texts (longest common subsequence over words and the gaps between them). For very
 * long and very different texts it gives up and reports a whole replacement: the screen must stay quick.
 */
export function diffWords(before: string, after: string): DiffPart[] {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }]
  const a = before.match(/\s+|\S+/g) ?? []
  const b = after.match(/\s+|\S+/g) ?? []
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1

  const parts: DiffPart[] = []
  push(parts, 'same', a.slice(0, start).join(''))
  middle(a.slice(start, a.length - end), b.slice(start, b.length - end), parts)
  push(parts, 'same', a.slice(a.length - end).join(''))
  return parts
}

function middle(a: string[], b: string[], parts: DiffPart[]): void {
  if (a.length * b.length > maxCells) {
    push(parts, 'removed', a.join(''))
    push(parts, 'added', b.join(''))
    return
  }
  // lengths[i * width + j]: longest common subsequence of a[i..] and b[j..].
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      push(parts, 'same', a[i] ?? '')
      i += 1
      j += 1
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      push(parts, 'removed', a[i] ?? '')
      i += 1
    } else {
      push(parts, 'added', b[j] ?? '')
      j += 1
    }
  }
}

function push(parts: DiffPart[], kind: DiffPart['kind'], text: string): void {
  if (text === '') return
  const last = parts.at(-1)
  if (last?.kind === kind) last.text += text
  else parts.push({ kind, text })
}
