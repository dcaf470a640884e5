import type { ReactNode } from 'react'
import css from './Measures.module.css'

/** Figures of a sound, side by side. */
export function Measures({ children }: { children: ReactNode }) {
  return <dl className={css.measures}>{children}</dl>
}

export function Measure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {note && <small>{note}</small>}
    </div>
  )
}
