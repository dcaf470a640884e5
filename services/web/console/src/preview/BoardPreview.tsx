import { ActionIcon, Group, Text } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useWords } from '../i18n/context.tsx'
import type { BoardView } from '../lib/rendition.ts'
import css from './preview.module.css'

/** The electronic board in small: 16:9, type sizes in shares of its height as on the real one. */
export function BoardPreview({ board }: { board: BoardView; content: unknown }) {
  const { t } = useWords()
  const [index, setIndex] = useState(0)
  const at = Math.min(index, board.pages.length - 1)
  const page = board.pages[at]
  return (
    <div>
      <div className={css.board} data-priority={board.priority} lang="vi">
        {board.demo && <div className={css.boardDemo}>{t.preview.boardDemo}</div>}
        <div className={css.boardHeading}>{page?.heading ?? board.title}</div>
        <div className={css.boardText}>
          {(page?.text ?? '').split('\n').map((paragraph, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: paragraphs have no identity and never move
            <p key={i}>{paragraph}</p>
          ))}
        </div>
        <div className={css.boardFoot}>
          <span>{[board.issuer, board.documentNumber].filter(Boolean).join(' · ')}</span>
        </div>
      </div>
      <Group justify="space-between" mt={8}>
        <Text size="xs" c="dimmed">
          {t.preview.boardNote}
        </Text>
        {board.pages.length > 1 && (
          <Group gap={6}>
            <ActionIcon
              variant="default"
              aria-label={t.preview.boardPrevious}
              disabled={at === 0}
              onClick={() => setIndex(at - 1)}
            >
              <IconChevronLeft size={18} />
            </ActionIcon>
            <Text size="sm" className="numbers">
              {t.preview.boardPage(String(at + 1), String(board.pages.length))}
            </Text>
            <ActionIcon
              variant="default"
              aria-label={t.preview.boardNext}
              disabled={at >= board.pages.length - 1}
              onClick={() => setIndex(at + 1)}
            >
              <IconChevronRight size={18} />
            </ActionIcon>
          </Group>
        )}
      </Group>
    </div>
  )
}
