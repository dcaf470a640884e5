import { diffWords } from '../lib/diff.ts'
import css from './WordDiff.module.css'

/** Two versions of a text in one: what was taken out is struck through, what was put in is marked. */
export function WordDiff({ before, after }: { before: string; after: string }) {
  return (
    <div className={css.diff} lang="vi">
      {diffWords(before, after).map((part, i) => {
        const Tag = part.kind === 'added' ? 'ins' : part.kind === 'removed' ? 'del' : 'span'
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts are made anew as a whole
        return <Tag key={i}>{part.text}</Tag>
      })}
    </div>
  )
}
