import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { BoardDisplay } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { hourBars, spanWords } from '../../lib/boards.ts'
import { formatDateTime } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import css from './boards.module.css'

/** How long each announcement stood on the board, hour by hour, as it reported. */
export function DisplaysPanel({ displays }: { displays: BoardDisplay[] }) {
  const w = useOwn(boardsWords)
  return (
    <Panel title={w.displays} lead={w.displaysLead}>
      {displays.length === 0 && <Text c="dimmed">{w.noDisplays}</Text>}
      <ul className={css.plain}>
        {displays.map(display => (
          <li key={`${display.announcementId} ${display.revision}`} className={css.display}>
            <div className={css.displayWords}>
              <Anchor component={Link} to={`/announcements/${display.announcementId}`} fw={500} lang="vi">
                {display.title}
              </Anchor>
              <Text size="sm" c="dimmed">
                {[
                  `${w.displayTime} ${spanWords(display.shownMs, w)}`,
                  w.displayTimes(String(display.times)),
                  display.complete ? w.whole : w.partly,
                  display.hiddenMs > 60_000 && w.displayHidden(spanWords(display.hiddenMs, w)),
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
              <Text size="sm" c="dimmed">
                {`${w.displayWhen} ${w.alertRange(formatDateTime(display.firstAt), formatDateTime(display.lastAt))}`}
              </Text>
            </div>
            <Bars display={display} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}

function Bars({ display }: { display: BoardDisplay }) {
  const w = useOwn(boardsWords)
  const bars = hourBars(display)
  const label = bars
    .filter(bar => bar.ms > 0)
    .map(bar => w.displayHour(formatDateTime(bar.hour), spanWords(bar.ms, w)))
    .join('; ')
  return (
    <div className={css.bars} role="img" aria-label={`${w.displayHours}: ${label}`}>
      {bars.map(bar => (
        <span key={bar.hour} title={w.displayHour(formatDateTime(bar.hour), spanWords(bar.ms, w))}>
          <i style={{ height: `${Math.max(bar.ms > 0 ? 6 : 0, bar.share * 100)}%` }} />
        </span>
      ))}
    </div>
  )
}
