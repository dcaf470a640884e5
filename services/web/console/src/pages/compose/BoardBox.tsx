import { Alert, Button, FileButton, Group, Stack, Text } from '@mantine/core'
import { IconInfoCircle, IconPhoto, IconPhotoPlus } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { isPdf, mediaMost, moved } from '../../lib/boardShowing.ts'
import { useDrop } from '../../lib/useDrop.ts'
import { tellUndo } from '../../parts/problem.tsx'
import css from './BoardBox.module.css'
import { BoardShowing } from './BoardShowing.tsx'
import { MediaCard } from './MediaCard.tsx'
import { MediaUploadLine } from './MediaUploadLine.tsx'
import { PdfPageDialog } from './PdfPageDialog.tsx'
import type { SectionProps } from './section.ts'
import type { MediaUploads } from './useMediaUploads.ts'

const accepted = 'image/*,application/pdf,video/*,.avif,.mkv,.mts'

interface Props extends Omit<SectionProps, 'gaps'> {
  uploads: MediaUploads
}

/** What boards show beside the text, and how: pictures, pages and videos in their order, pinned, how often. */
export function BoardBox({ content, change, uploads }: Props) {
  const { t } = useWords()
  const w = useOwn(boardMediaWords)
  const media = content.variants.board?.media ?? []
  const [pdf, setPdf] = useState<File | null>(null)
  const list = useRef<HTMLUListElement>(null)
  const take = async (file: File) => ((await isPdf(file)) ? setPdf(file) : uploads.start(file, {}))
  const room = media.length + uploads.uploads.filter(one => one.replaces === undefined).length < mediaMost

  const move = (at: number, by: -1 | 1) => {
    uploads.set(all => moved(all, at, by))
    // The focus goes along with what was moved; at the end of the list its button is gone, so the other one has it.
    requestAnimationFrame(() => {
      const item = list.current?.children[at + by]
      const buttons = item?.querySelectorAll<HTMLButtonElement>('[data-move]:not(:disabled)') ?? []
      const same = [...buttons].find(button => button.dataset['move'] === String(by))
      ;(same ?? buttons[0])?.focus()
    })
  }
  const remove = (at: number) =>
    tellUndo(
      w.removed,
      t,
      uploads.set(all => all.filter((_, i) => i !== at)),
    )

  return (
    <section className={css.box} aria-label={w.title}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <IconPhoto size={22} stroke={1.6} aria-hidden="true" className={css.icon} />
        <div>
          <Text fw={600}>{w.title}</Text>
          <Text size="sm" c="dimmed">
            {w.lead}
          </Text>
        </div>
      </Group>
      {media.length > 0 && (
        <ul className={css.list} ref={list}>
          {media.map((one, at) => (
            <li key={one.mediaId}>
              <MediaCard
                media={one}
                at={at}
                all={media.length}
                uploads={uploads}
                onMove={by => move(at, by)}
                onRemove={() => remove(at)}
              />
            </li>
          ))}
        </ul>
      )}
      {uploads.uploads.map(upload => (
        <MediaUploadLine key={upload.key} upload={upload} uploads={uploads} />
      ))}
      {room ? <Take onFile={file => void take(file)} /> : <Text size="sm">{w.full}</Text>}
      <Alert variant="light" color="slate" icon={<IconInfoCircle />}>
        <Text size="sm">{w.rule}</Text>
      </Alert>
      <BoardShowing content={content} change={change} />
      {pdf && (
        <PdfPageDialog
          file={pdf}
          onClose={() => setPdf(null)}
          onPage={page => {
            setPdf(null)
            uploads.start(pdf, { page })
          }}
        />
      )}
    </section>
  )
}

/** Takes one file, chosen or dropped. */
function Take({ onFile }: { onFile: (file: File) => void }) {
  const w = useOwn(boardMediaWords)
  const { zone, many } = useDrop(onFile)
  const reset = useRef<() => void>(null)
  const chosen = (file: File | null) => {
    if (!file) return
    // The same file may be chosen again: another page of it.
    reset.current?.()
    onFile(file)
  }
  return (
    <Stack gap="xs">
      <div className={css.drop} {...zone}>
        <FileButton onChange={chosen} accept={accepted} resetRef={reset}>
          {props => (
            <Button size="sm" variant="default" leftSection={<IconPhotoPlus size={18} />} {...props}>
              {w.add}
            </Button>
          )}
        </FileButton>
        <Text size="sm" c="dimmed">
          {w.drop}
        </Text>
      </div>
      {many && (
        <Alert color="alarm" variant="light" icon={<IconInfoCircle />} role="alert">
          {w.many}
        </Alert>
      )}
    </Stack>
  )
}
