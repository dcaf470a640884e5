import { Text } from '@mantine/core'
import type { BoardMedia } from '../../../../domain/board-content.ts'
import { useBoardMedia } from '../api/boardMedia.ts'
import { boardMediaWords } from '../i18n/boardMedia.ts'
import { useOwn } from '../i18n/useOwn.ts'
import { formatDuration } from '../lib/format.ts'
import css from './BoardMediaView.module.css'
import { BoardMediaFacts, BoardMediaView } from './BoardMediaView.tsx'
import { Panel } from './Panel.tsx'
import { ProblemBox } from './problem.tsx'

/** The pictures and videos that boards show, with the words that were signed with them. */
export function BoardMediaPanel({ media }: { media: BoardMedia[] }) {
  const w = useOwn(boardMediaWords)
  if (media.length === 0) return null
  return (
    <Panel title={w.shownMedia}>
      <div className={css.shownList}>
        {media.map((one, at) => (
          <One key={one.mediaId} media={one} at={at} />
        ))}
      </div>
    </Panel>
  )
}

function One({ media, at }: { media: BoardMedia; at: number }) {
  const w = useOwn(boardMediaWords)
  const known = useBoardMedia(media.mediaId)
  return (
    <figure style={{ margin: 0 }}>
      {known.data && <BoardMediaView upload={known.data} media={media} />}
      {known.error && <ProblemBox error={known.error} onRetry={() => void known.refetch()} />}
      <figcaption>
        <Text mt={6} fw={600} lang="vi">
          {at + 1}. {media.caption || '–'}
        </Text>
        {media.kind === 'video' && media.cues.length === 0 && <Text size="sm">{w.noCuesApproved}</Text>}
        {media.kind === 'video' && media.cues.length > 0 && (
          <ul className={css.cues} lang="vi">
            {media.cues.map(cue => (
              <li key={cue.fromMs}>
                <span className="numbers">{formatDuration(cue.fromMs / 1000)}</span>
                {cue.text}
              </li>
            ))}
          </ul>
        )}
      </figcaption>
      {known.data && <BoardMediaFacts upload={known.data} />}
    </figure>
  )
}
