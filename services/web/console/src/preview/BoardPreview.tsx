import { Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useWords } from '../i18n/context.tsx'
import type { BoardView } from '../lib/rendition.ts'
import css from './preview.module.css'

/**
 * The board's own player in a 16:9 frame, given the rendition by message: what is seen here is drawn by the very code
 * that runs on the boards, pages turning by themselves.
 */
export function BoardPreview({ board, content }: { board: BoardView; content: unknown }) {
  const { t } = useWords()
  const frame = useRef<HTMLIFrameElement>(null)
  const [ready, setReady] = useState(false)

  useEffect(() => {
    const listen = (event: MessageEvent) => {
      if (event.origin !== window.location.origin || event.source !== frame.current?.contentWindow) return
      const type: unknown = (event.data as { type?: unknown } | null)?.type
      if (type === 'loa-board-preview-ready') setReady(true)
    }
    window.addEventListener('message', listen)
    return () => window.removeEventListener('message', listen)
  }, [])

  useEffect(() => {
    if (!ready) return
    frame.current?.contentWindow?.postMessage({ type: 'loa-board-preview', content }, window.location.origin)
  }, [ready, content])

  return (
    <div>
      <iframe ref={frame} className={css.board} src="/board-preview" title={t.preview.boardFrame} />
      <Text size="xs" c="dimmed" mt={6}>
        {t.preview.boardNote} {board.pages.length > 1 && t.preview.boardPages(String(board.pages.length))}
      </Text>
    </div>
  )
}
