import type { DeliveryCounts } from '../../../../domain/delivery.ts'
import { useWords } from '../i18n/context.tsx'
import { segmentOrder, segments } from '../lib/equation.ts'
import { formatNumber } from '../lib/format.ts'
import css from './Equation.module.css'

/** States that are still open or unsure carry a hatch, so that the bar can be read without its colours. */
const hatched = new Set(['sending', 'unknown', 'expired'])

/** The equation of one dispatch as a stacked bar; read aloud as the list of its numbers. */
export function EquationBar({ counts, height = 18 }: { counts: DeliveryCounts; height?: number }) {
  const { t, language } = useWords()
  const parts = segments(counts)
  const label = parts.map(part => `${t.delivery[part.state]} ${formatNumber(part.count, language)}`).join(', ')
  return (
    <div className={css.bar} style={{ height }} role="img" aria-label={label || t.progress.preparing}>
      {parts.map(part => (
        <div
          key={part.state}
          title={`${t.delivery[part.state]}: ${formatNumber(part.count, language)}`}
          className={`${css.segment} ${hatched.has(part.state) ? css.unsure : ''}`}
          style={{ width: `${part.percent}%`, backgroundColor: `var(--state-${part.state})` }}
        />
      ))}
    </div>
  )
}

/** The numbers of the equation. All of them, zeros too: what is not listed cannot be trusted to be nothing. */
export function EquationLegend({ counts }: { counts: DeliveryCounts }) {
  const { t, language } = useWords()
  return (
    <ul className={css.legend}>
      {segmentOrder.map(state => (
        <li key={state} className={css.entry} data-zero={counts[state] === 0 || undefined}>
          <StateSwatch state={state} />
          {t.delivery[state]}
          <b>{formatNumber(counts[state], language)}</b>
        </li>
      ))}
    </ul>
  )
}

/** The colour of a delivery state. */
export function StateSwatch({ state }: { state: string }) {
  return (
    <span
      className={`${css.swatch} ${hatched.has(state) ? css.unsure : ''}`}
      style={{ backgroundColor: `var(--state-${state})` }}
      aria-hidden="true"
    />
  )
}
