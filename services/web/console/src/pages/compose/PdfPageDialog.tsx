import { Button, Group, Modal, Progress, Stack, Text, UnstyledButton } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { PdfPages } from '../../../../../http/schemas-board-media.ts'
import { pdfPages } from '../../api/boardMedia.ts'
import { UploadStopped } from '../../api/upload.ts'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './BoardBox.module.css'

interface Props {
  file: File
  onClose: () => void
  onPage: (page: number) => void
}

/** Shows the pages of a PDF, twelve at a time, for choosing one. A PDF of one page is taken without asking. */
export function PdfPageDialog({ file, onClose, onPage }: Props) {
  const { t } = useWords()
  const w = useOwn(boardMediaWords)
  const [first, setFirst] = useState(1)
  const [attempt, setAttempt] = useState(0)
  const [pages, setPages] = useState<PdfPages | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [sent, setSent] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew for other pages and by the retry, not for a new callback
  useEffect(() => {
    const stop = new AbortController()
    setPages(null)
    setError(null)
    setSent(0)
    pdfPages(file, first, setSent, stop.signal)
      .then(found => (found.pages === 1 ? onPage(1) : setPages(found)))
      .catch(problem => {
        if (!(problem instanceof UploadStopped)) setError(problem)
      })
    return () => stop.abort()
  }, [file, first, attempt])

  const last = pages ? pages.first + pages.pictures.length - 1 : 0
  return (
    <Modal opened onClose={onClose} size="xl" title={w.choosePage} closeButtonProps={{ 'aria-label': t.common.close }}>
      <Stack gap="md">
        {pages && <Text size="sm">{w.choosePageLead(String(pages.pages))}</Text>}
        {!pages && error === null && (
          <div role="status">
            <Text size="sm" mb={6}>
              {sent < 1 ? w.sending(file.name, String(Math.floor(sent * 100))) : w.readingPages}
            </Text>
            <Progress value={sent * 100} animated={sent >= 1} aria-label={w.readingPages} />
          </div>
        )}
        {error !== null && <ProblemBox error={error} onRetry={() => setAttempt(attempt + 1)} />}
        {pages && (
          <div className={css.pages}>
            {pages.pictures.map((picture, i) => {
              const page = pages.first + i
              return (
                <UnstyledButton key={page} className={css.page} onClick={() => onPage(page)}>
                  <img src={picture} alt="" />
                  <Text size="sm">{w.page(String(page))}</Text>
                </UnstyledButton>
              )
            })}
          </div>
        )}
        {pages && pages.pages > pages.pictures.length && (
          <Group justify="space-between">
            <Button variant="default" disabled={pages.first === 1} onClick={() => setFirst(Math.max(1, first - 12))}>
              {w.earlierPages}
            </Button>
            <Text size="sm" className="numbers">
              {pages.first}–{last} / {pages.pages}
            </Text>
            <Button variant="default" disabled={last >= pages.pages} onClick={() => setFirst(last + 1)}>
              {w.morePages}
            </Button>
          </Group>
        )}
      </Stack>
    </Modal>
  )
}
