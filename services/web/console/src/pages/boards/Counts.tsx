import { UnstyledButton } from '@mantine/core'
import type { BoardSummary } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import css from './boards.module.css'
import { StateIcon } from './StateMark.tsx'

const order = ['online', 'late', 'offline', 'never', 'paper', 'retired'] as const

interface CountsProps {
  summary: BoardSummary
  state: string
  onState: (state: string) => void
}

/** How many boards are in each state; pressing one shows only those. */
export function Counts({ summary, state, onState }: CountsProps) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const shown = order.filter(one => one !== 'retired' || summary.byState.retired > 0 || state === 'retired')
  return (
    <fieldset className={css.counts} aria-label={w.counts}>
      <UnstyledButton className={css.count ?? ''} aria-pressed={state === ''} onClick={() => onState('')}>
        <b className="numbers">{formatNumber(summary.boards, language)}</b>
        <span>{w.allStates}</span>
      </UnstyledButton>
      {shown.map(one => (
        <UnstyledButton
          key={one}
          className={css.count ?? ''}
          data-state={one}
          aria-pressed={state === one}
          title={w.stateMeaning[one]}
          onClick={() => onState(state === one ? '' : one)}
        >
          <b className="numbers">{formatNumber(summary.byState[one], language)}</b>
          <span>
            <StateIcon state={one} size={16} />
            {w.state[one]}
          </span>
        </UnstyledButton>
      ))}
    </fieldset>
  )
}
