import { ActionIcon, Button, Group, NumberInput, Text, Textarea } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { BoardMedia } from '../../../../../domain/board-content.ts'
import type { BoardUpload } from '../../../../../http/schemas-board-media.ts'
import { useBoardMedia } from '../../api/boardMedia.ts'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { BoardMediaFacts, BoardMediaView, mediaName } from '../../parts/BoardMediaView.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './BoardBox.module.css'
import { CueEditor } from './CueEditor.tsx'
import type { MediaUploads } from './useMediaUploads.ts'

interface Props {
  media: BoardMedia
  at: number
  all: number
  uploads: MediaUploads
  onMove: (by: -1 | 1) => void
  onRemove: () => void
}

/** One picture or video of the draft: how it looks, its caption, its place in the order, and of a video its captions. */
export function MediaCard({ media, at, all, uploads, onMove, onRemove }: Props) {
  const w = useOwn(boardMediaWords)
  const known = useBoardMedia(media.mediaId)
  const n = String(at + 1)
  const put = (next: BoardMedia) => uploads.set(list => list.map(one => (one.mediaId === media.mediaId ? next : one)))
  const missing = media.caption.trim() === ''
  return (
    <article className={css.card} aria-label={w.place(n, String(all))}>
      <div>
        {known.data && <BoardMediaView upload={known.data} media={media} />}
        {known.error && <ProblemBox error={known.error} onRetry={() => void known.refetch()} />}
      </div>
      <div className={css.fields}>
        <div className={css.head}>
          <Text size="sm" fw={600}>
            {n}. {known.data ? mediaName(known.data, w) : media.kind === 'video' ? w.video('') : w.picture}
          </Text>
          <div>
            <ActionIcon
              variant="default"
              aria-label={w.up(n)}
              title={w.up(n)}
              data-move="-1"
              disabled={at === 0}
              onClick={() => onMove(-1)}
            >
              <IconArrowUp size={16} />
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={w.down(n)}
              title={w.down(n)}
              data-move="1"
              disabled={at === all - 1}
              onClick={() => onMove(1)}
            >
              <IconArrowDown size={16} />
            </ActionIcon>
            <ActionIcon variant="subtle" color="alarm" aria-label={w.remove(n)} title={w.remove(n)} onClick={onRemove}>
              <IconTrash size={16} />
            </ActionIcon>
          </div>
        </div>
        <Textarea
          label={w.caption}
          description={w.captionHint}
          required
          autosize
          minRows={1}
          maxRows={4}
          maxLength={300}
          value={media.caption}
          onChange={event => put({ ...media, caption: event.currentTarget.value })}
          error={missing && w.captionMissing}
        />
      </div>
      <div className={css.wide}>
        {media.kind === 'video' && <CueEditor media={media} onChange={put} />}
        {known.data && <OtherPart upload={known.data} uploads={uploads} />}
        {known.data && <BoardMediaFacts upload={known.data} />}
      </div>
    </article>
  )
}

/** Of a video that is longer than boards show: another minute of it, while the file is at hand. */
function OtherPart({ upload, uploads }: { upload: BoardUpload; uploads: MediaUploads }) {
  const w = useOwn(boardMediaWords)
  const [from, setFrom] = useState<number>(0)
  const { media, original } = upload
  const file = uploads.fileOf(media.mediaId)
  const whole = original.durationSeconds ?? 0
  if (media.kind !== 'video' || !file || whole * 1000 - media.durationMs < 1000) return null
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput
        label={w.startAt}
        min={0}
        max={Math.max(0, Math.floor(whole) - 1)}
        value={from}
        onChange={value => setFrom(Number(value) || 0)}
        w={150}
      />
      <Button size="sm" variant="default" onClick={() => uploads.start(file, { from }, media.mediaId)}>
        {w.takePart}
      </Button>
    </Group>
  )
}
