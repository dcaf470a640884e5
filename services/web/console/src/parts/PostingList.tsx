import { Anchor, Badge, Group, Modal, Text } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'react-router'
import type { Posting } from '../../../../http/schemas-postings.ts'
import { useWords } from '../i18n/context.tsx'
import { postingWords } from '../i18n/postings.ts'
import { useOwn } from '../i18n/useOwn.ts'
import { formatDate, formatNear, formatNumber } from '../lib/format.ts'
import { reminderWords } from '../lib/postings.ts'
import { useNow } from '../lib/useNow.ts'
import css from './PostingList.module.css'

const colours = {
  'to-post': 'gold',
  posted: 'leaf',
  'to-remove': 'alarm',
  removed: 'slate',
  'not-posted': 'slate',
} as const

/**
 * Notices on paper boards, one line each, with photos that open.
 * @param props.withTitle names the announcement too, for lists over several of them
 */
export function PostingList({ items, withTitle }: { items: Posting[]; withTitle?: boolean }) {
  const now = useNow()
  return (
    <ul className={css.list}>
      {items.map(item => (
        <PostingLine key={`${item.dispatchId} ${item.boardId}`} item={item} now={now} withTitle={withTitle === true} />
      ))}
    </ul>
  )
}

function PostingLine({ item, now, withTitle }: { item: Posting; now: Date; withTitle: boolean }) {
  const { language } = useWords()
  const w = useOwn(postingWords)
  const over = item.end === null ? '' : ` (${w.ends[item.end]})`
  return (
    <li>
      <div className={css.words}>
        {withTitle && (
          <Anchor component={Link} to={`/announcements/${item.announcementId}`} fw={600} lang="vi">
            {item.title}
          </Anchor>
        )}
        <Text fw={withTitle ? 400 : 600} lang="vi">
          {item.boardName}
          <Text span c="dimmed" fw={400}>
            {` · ${item.communeName}`}
          </Text>
        </Text>
        <Group gap={8} my={4}>
          <Badge color={colours[item.standing]} variant="light">
            {w.standings[item.standing]}
            {over}
          </Badge>
          <Text size="sm" c="dimmed">
            {w.removeBy(formatDate(item.removeBy))}
          </Text>
        </Group>
        {item.postedAt && <Text size="sm">{w.postedBy(formatNear(item.postedAt, now), item.postedBy ?? '–')}</Text>}
        {item.removedAt && <Text size="sm">{w.removedBy(formatNear(item.removedAt, now), item.removedBy ?? '–')}</Text>}
        {item.note && (
          <Text size="sm" lang="vi">
            {w.note(item.note)}
          </Text>
        )}
        {reminderWords(w, item, now).map(words => (
          <Text key={words} size="sm" c="dimmed">
            {words}
          </Text>
        ))}
        {item.standing !== 'removed' && (
          <Anchor href={item.pageUrl} target="_blank" rel="noreferrer" size="sm">
            {w.open}
          </Anchor>
        )}
      </div>
      <div className={css.photos}>
        {item.photoUrl && (
          <Photo
            url={item.photoUrl}
            title={w.photoOf(item.boardName)}
            {...(item.photos > 1 && { more: w.photoTimes(formatNumber(item.photos, language)) })}
          />
        )}
        {item.removedPhotoUrl && <Photo url={item.removedPhotoUrl} title={w.removedPhotoOf(item.boardName)} />}
      </div>
    </li>
  )
}

function Photo({ url, title, more }: { url: string; title: string; more?: string }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className={css.thumb} title={title} onClick={() => setOpen(true)}>
        <img src={url} alt={title} loading="lazy" />
      </button>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={title}
        size="xl"
        closeButtonProps={{ 'aria-label': t.common.close }}
      >
        <img src={url} alt={title} className={css.photo} />
        {more && (
          <Text size="sm" c="dimmed" mt="sm">
            {more}
          </Text>
        )}
      </Modal>
    </>
  )
}
