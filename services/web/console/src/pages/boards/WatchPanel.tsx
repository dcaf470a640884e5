import { Anchor, List, Text, Title } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import type { BoardDetail } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { screenShape, spanWords, storageWords } from '../../lib/boards.ts'
import { Facts } from '../../parts/Facts.tsx'
import { Panel } from '../../parts/Panel.tsx'
import css from './boards.module.css'
import { Reported } from './Reported.tsx'

const clockRightMs = 5_000

/** What the board should show, drawn by the player itself, beside what it says it shows: two different things. */
export function WatchPanel({ board, now }: { board: BoardDetail; now: Date }) {
  const { t, language } = useWords()
  const w = useOwn(boardsWords)
  const { report } = board
  const address = `/board-preview?board=${encodeURIComponent(board.id)}`
  const shape = screenShape(board)
  const skew = report?.clockSkewMs ?? null
  return (
    <Panel>
      <div className={css.watch}>
        <div className={css.watched}>
          <Title order={2}>{w.shouldShow}</Title>
          <Text size="sm" c="dimmed" mb="xs">
            {w.shouldShowHint}
          </Text>
          <iframe
            className={css.frame}
            // An upright screen is as wide as its height allows, or one would have to scroll along it.
            style={{ aspectRatio: shape, maxWidth: `calc(80vh * ${shape})` }}
            src={address}
            title={w.watchFrame(board.name)}
          />
          <Anchor href={address} target="_blank" rel="noreferrer" size="sm">
            {w.watchFull} <IconExternalLink size={14} aria-hidden="true" />
          </Anchor>
        </div>
        <div>
          <Title order={2}>{w.reported}</Title>
          <Text size="sm" c="dimmed" mb="xs">
            {w.reportedHint}
          </Text>
          <Reported board={board} now={now} />
          {report && (
            <div className={css.reportFacts}>
              <Facts
                rows={[
                  [w.facts.screen, report.screen],
                  [w.facts.player, report.player],
                  [
                    w.facts.clock,
                    skew !== null && (Math.abs(skew) <= clockRightMs ? w.clockRight : w.skew(spanWords(skew, w))),
                  ],
                  [w.facts.storage, storageWords(board, w, language)],
                  [
                    w.facts.offline,
                    report.offlineReady === null ? null : report.offlineReady ? w.offlineReady : w.offlineNot,
                  ],
                ]}
              />
            </div>
          )}
          {report && report.problems.length > 1 && (
            <details className={css.problems}>
              <summary>{`${t.common.show}: ${w.problems(String(report.problems.length))}`}</summary>
              <List size="sm">
                {report.problems.map((problem, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a report is replaced as a whole
                  <List.Item key={i}>{problem}</List.Item>
                ))}
              </List>
            </details>
          )}
        </div>
      </div>
    </Panel>
  )
}
