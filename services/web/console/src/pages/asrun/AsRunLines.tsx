import { Code, Spoiler, Text } from '@mantine/core'
import type { AsRunPage } from '../../api/devices.ts'
import { useWords } from '../../i18n/context.tsx'
import { wordFor } from '../../i18n/dictionary.ts'
import { lineFacts } from '../../lib/asRun.ts'
import { formatDate, formatTime } from '../../lib/format.ts'
import css from './asrun.module.css'

/** The lines of the log, newest last, each with its words, its facts and its hash. */
export function AsRunLines({ lines }: { lines: AsRunPage['lines'] }) {
  const { t } = useWords()
  return (
    <ol className={css.lines}>
      {lines.map(line => (
        <li key={line.n} data-kind={line.kind}>
          <div className={css.when}>
            <span className="numbers">
              {formatTime(line.at)}
              <small>{formatDate(line.at)}</small>
            </span>
            <span className={css.number}>#{line.n}</span>
          </div>
          <div className={css.what}>
            <Text fw={600}>{wordFor(t.asRun.kinds, line.kind)}</Text>
            <Text size="sm">{lineFacts(line.entry, t.asRun.reasons).join(' · ')}</Text>
            <Spoiler
              maxHeight={0}
              showLabel={t.asRun.raw}
              hideLabel={t.common.hide}
              classNames={{ control: css.more ?? '' }}
            >
              <Code block className={css.raw ?? ''}>
                {JSON.stringify(line.entry, null, 1)}
                {`\n${t.asRun.showHash}: ${line.hash}`}
              </Code>
            </Spoiler>
          </div>
        </li>
      ))}
    </ol>
  )
}
