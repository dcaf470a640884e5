import { Badge, Group, SegmentedControl, Spoiler, Text, VisuallyHidden } from '@mantine/core'
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react'
import { Fragment, useMemo, useState } from 'react'
import type { Sentence } from '../../../../domain/errors.ts'
import type { ScriptReading } from '../../../../domain/reading.ts'
import { useWords } from '../i18n/context.tsx'
import { readingWords } from '../i18n/reading.ts'
import { formatNumber } from '../lib/format.ts'
import {
  generalWarnings,
  type ReadingPiece,
  type ReadingSentence,
  readingChanges,
  readingSentences,
} from '../lib/reading.ts'
import css from './ReadingDiff.module.css'

type View = 'text' | 'list' | 'spoken'

/**
 * What is written and what will be said: sentence by sentence with the changed pieces in place, as a list of the changes,
 * or the spoken words alone. Warnings stand with the sentence they belong to.
 * @param maxHeight pixels after which the rest is folded away; none where it is to be read whole
 */
export function ReadingDiff({ reading, maxHeight }: { reading: ScriptReading; maxHeight?: number }) {
  const { t, language } = useWords()
  const words = readingWords[language]
  const [view, setView] = useState<View>('text')
  const n = (value: number) => formatNumber(value, language)
  const body =
    view === 'text' ? (
      <InText reading={reading} />
    ) : view === 'list' ? (
      <List reading={reading} />
    ) : (
      <div className={css.spoken} lang="vi">
        {reading.spoken}
      </div>
    )
  return (
    <div>
      <Group justify="space-between" gap="xs" mb="sm">
        <Group gap={6}>
          {reading.spans.length === 0 ? (
            <Text size="sm">{words.noChanges}</Text>
          ) : (
            <Badge color="ink">{words.changes(n(reading.spans.length))}</Badge>
          )}
          {reading.warnings.length > 0 && <Badge color="gold">{words.warnings(n(reading.warnings.length))}</Badge>}
        </Group>
        <SegmentedControl
          size="xs"
          aria-label={words.view}
          value={view}
          onChange={value => setView(value as View)}
          data={[
            { value: 'text', label: words.inText },
            { value: 'list', label: words.asList },
            { value: 'spoken', label: words.spoken },
          ]}
        />
      </Group>
      {maxHeight === undefined ? (
        body
      ) : (
        <Spoiler maxHeight={maxHeight} showLabel={t.common.more} hideLabel={t.common.hide}>
          {body}
        </Spoiler>
      )}
    </div>
  )
}

function InText({ reading }: { reading: ScriptReading }) {
  const sentences = useMemo(() => readingSentences(reading), [reading])
  return (
    <>
      <Remarks list={generalWarnings(reading)} />
      <ol className={css.sentences} lang="vi">
        {sentences.map(sentence => (
          <OneSentence key={sentence.at} sentence={sentence} />
        ))}
      </ol>
    </>
  )
}

function OneSentence({ sentence }: { sentence: ReadingSentence }) {
  const changed = sentence.pieces.some(piece => piece.spoken !== undefined)
  return (
    <li data-changed={changed || undefined} data-opens={sentence.opens || undefined}>
      {sentence.pieces.map((piece, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the pieces are made anew as a whole
        <Piece key={i} piece={piece} />
      ))}
      <Remarks list={sentence.warnings} />
    </li>
  )
}

function Piece({ piece }: { piece: ReadingPiece }) {
  const { language } = useWords()
  const words = readingWords[language]
  if (piece.spoken === undefined) return <Fragment>{piece.written}</Fragment>
  return (
    <span className={css.change}>
      <del>{piece.written}</del>
      <VisuallyHidden> {words.readAs} </VisuallyHidden>
      <ins>{piece.spoken === '' ? <i>{words.silent}</i> : piece.spoken}</ins>
    </span>
  )
}

function Remarks({ list }: { list: Sentence[] }) {
  const { say } = useWords()
  if (list.length === 0) return null
  return (
    <ul className={css.remarks}>
      {list.map(sentence => (
        <li key={sentence.en}>
          <IconAlertTriangle size={16} aria-hidden="true" />
          <span>{say(sentence)}</span>
        </li>
      ))}
    </ul>
  )
}

function List({ reading }: { reading: ScriptReading }) {
  const { language } = useWords()
  const words = readingWords[language]
  const changes = useMemo(() => readingChanges(reading), [reading])
  return (
    <ul className={css.list} lang="vi">
      {changes.map(({ written, spoken, times }) => (
        <li key={`${written}\n${spoken}`}>
          <del>{written}</del>
          <span className={css.arrow}>
            <IconArrowRight size={16} aria-hidden="true" />
            <VisuallyHidden>{words.readAs}</VisuallyHidden>
          </span>
          <ins>{spoken === '' ? <i>{words.silent}</i> : spoken}</ins>
          {times > 1 && <small>{words.times(formatNumber(times, language))}</small>}
        </li>
      ))}
    </ul>
  )
}
