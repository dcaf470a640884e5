import { Skeleton, Text } from '@mantine/core'
import { useBoardReach } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './boards.module.css'
import { StateIcon } from './StateMark.tsx'

const order = ['online', 'late', 'offline', 'never', 'paper'] as const
const named = 12

/** Whom it will reach, honestly: now, later, perhaps never, and where there is no board at all. */
export function ReachPanel({ areas }: { areas: string[] }) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const reach = useBoardReach(areas)
  const n = (value: number) => formatNumber(value, language)
  return (
    <Panel title={w.emReach}>
      {areas.length === 0 && <Text c="dimmed">{w.emReachNone}</Text>}
      {areas.length > 0 && reach.isPending && <Skeleton height={160} />}
      {areas.length > 0 && reach.isError && <ProblemBox error={reach.error} onRetry={() => void reach.refetch()} />}
      {areas.length > 0 && reach.data && (
        <>
          <Text fw={600} aria-live="polite">
            {w.emReachBoards(n(reach.data.boards), n(reach.data.communes))}
          </Text>
          <ul className={css.reach}>
            {order
              .filter(state => reach.data.byState[state] > 0 || state === 'online')
              .map(state => (
                <li key={state}>
                  <StateIcon state={state} />
                  <b className="numbers">{n(reach.data.byState[state])}</b>
                  <span>
                    {w.state[state].toLowerCase()}: {w.emReachState[state]}
                  </span>
                </li>
              ))}
          </ul>
          {reach.data.withoutCount > 0 && (
            <div className={css.without}>
              <Text size="sm" fw={600}>
                {w.emWithout(n(reach.data.withoutCount))}
              </Text>
              <Text size="sm">
                {reach.data.without
                  .slice(0, named)
                  .map(area => area.name)
                  .join(', ')}
                {reach.data.withoutCount > named && ` ${w.emWithoutMore(n(reach.data.withoutCount - named))}`}
              </Text>
              <Text size="sm" c="dimmed">
                {w.emWithoutHint}
              </Text>
            </div>
          )}
        </>
      )}
    </Panel>
  )
}
