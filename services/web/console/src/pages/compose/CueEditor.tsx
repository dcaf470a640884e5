import { ActionIcon, Alert, Button, FileButton, Group, NumberInput, Stack, Text, Textarea } from '@mantine/core'
import { IconBadgeCc, IconFileText, IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { BoardMedia } from '../../../../../domain/board-content.ts'
import { AppError, type Sentence } from '../../../../../domain/errors.ts'
import { type Cue, captionLimits, captionWarnings, parseCaptions, tidyCues } from '../../../../../text/captions.ts'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { tellUndo } from '../../parts/problem.tsx'
import { Warnings } from '../../preview/Warnings.tsx'
import css from './BoardBox.module.css'

type Video = Extract<BoardMedia, { kind: 'video' }>
/** A line as it is being written: may be out of order, without words or too long for the moment. */
type Line = Cue & { key: number }

/** How long a caption stands that was just added. */
const usualMs = 3_000

/** Captions of a video: written line by line, or taken from a file. What is saved is always in order. */
export function CueEditor({ media, onChange }: { media: Video; onChange: (media: Video) => void }) {
  const { t, say } = useWords()
  const w = useOwn(boardMediaWords)
  const [open, setOpen] = useState(false)
  const [lines, setLines] = useState<Line[]>(() => media.cues.map((cue, key) => ({ ...cue, key })))
  const [problem, setProblem] = useState<Sentence | null>(null)
  const [notes, setNotes] = useState<Sentence[]>([])

  const put = (next: Line[]) => {
    setLines(next)
    onChange({ ...media, cues: tidyCues(next, media.durationMs) })
  }
  const write = (key: number, patch: Partial<Cue>) => {
    setNotes([])
    put(lines.map(line => (line.key === key ? { ...line, ...patch } : line)))
  }
  const nextKey = () => Math.max(-1, ...lines.map(line => line.key)) + 1
  const add = () => {
    const fromMs = Math.min(lines.at(-1)?.toMs ?? 0, Math.max(0, media.durationMs - captionLimits.shortestMs))
    put([...lines, { key: nextKey(), fromMs, toMs: Math.min(fromMs + usualMs, media.durationMs), text: '' }])
    setOpen(true)
  }
  const load = async (file: File | null) => {
    if (!file) return
    setProblem(null)
    try {
      if (file.size > captionLimits.bytes) parseCaptions('')
      const given = parseCaptions(await file.text())
      const cues = tidyCues(given, media.durationMs)
      const before = lines
      put(cues.map((cue, i) => ({ ...cue, key: nextKey() + i })))
      setNotes(captionWarnings(cues, given))
      setOpen(true)
      if (before.length > 0) tellUndo(w.cuesRemoved, t, () => put(before))
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      setProblem(error.userMessage)
    }
  }

  return (
    <Stack gap="xs">
      <Group gap="xs">
        <IconBadgeCc size={20} stroke={1.6} aria-hidden="true" />
        <Text size="sm" fw={600}>
          {w.cues}
        </Text>
      </Group>
      <Text size="sm" c={media.cues.length === 0 ? 'var(--mantine-color-gold-text, inherit)' : 'dimmed'}>
        {media.cues.length === 0 ? w.noCues : w.cuesLead}
      </Text>
      <Group gap="xs">
        {lines.length > 0 && (
          <Button size="xs" variant="default" onClick={() => setOpen(!open)} aria-expanded={open}>
            {open ? w.cuesClose : w.cuesOpen(String(media.cues.length))}
          </Button>
        )}
        <FileButton onChange={file => void load(file)} accept=".vtt,.srt,text/vtt,text/plain">
          {props => (
            <Button size="xs" variant="default" leftSection={<IconFileText size={16} />} {...props}>
              {w.cueFile}
            </Button>
          )}
        </FileButton>
        {!open && (
          <Button size="xs" variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
            {w.cueAdd}
          </Button>
        )}
      </Group>
      {problem && (
        <Alert color="alarm" variant="light" role="alert">
          {say(problem)}
        </Alert>
      )}
      {open && (
        <>
          <ol className={css.cues}>
            {lines.map((line, i) => (
              <li key={line.key}>
                <CueLine
                  line={line}
                  number={String(i + 1)}
                  seconds={media.durationMs / 1000}
                  onChange={patch => write(line.key, patch)}
                  onRemove={() => put(lines.filter(one => one.key !== line.key))}
                />
              </li>
            ))}
          </ol>
          <Group>
            <Button size="xs" variant="default" leftSection={<IconPlus size={16} />} onClick={add}>
              {w.cueAdd}
            </Button>
          </Group>
        </>
      )}
      <Warnings list={notes.length > 0 ? notes : captionWarnings(media.cues)} />
    </Stack>
  )
}

interface LineProps {
  line: Line
  number: string
  seconds: number
  onChange: (patch: Partial<Cue>) => void
  onRemove: () => void
}

function CueLine({ line, number, seconds, onChange, onRemove }: LineProps) {
  const w = useOwn(boardMediaWords)
  const millis = (value: string | number) => Math.round((Number(value) || 0) * 1000)
  const time = { min: 0, max: seconds, step: 0.5, decimalScale: 1, size: 'xs' } as const
  return (
    <fieldset className={css.cue} aria-label={w.cueNumber(number)} style={{ border: 0, margin: 0, padding: 0 }}>
      <NumberInput
        {...time}
        label={w.cueFrom}
        value={line.fromMs / 1000}
        onChange={value => onChange({ fromMs: millis(value) })}
      />
      <NumberInput
        {...time}
        label={w.cueTo}
        value={line.toMs / 1000}
        onChange={value => onChange({ toMs: millis(value) })}
        error={line.toMs - line.fromMs < captionLimits.shortestMs}
      />
      <Textarea
        size="xs"
        label={w.cueText}
        autosize
        minRows={1}
        maxRows={3}
        maxLength={captionLimits.characters}
        value={line.text}
        onChange={event => onChange({ text: event.currentTarget.value })}
      />
      <ActionIcon
        variant="subtle"
        color="alarm"
        aria-label={w.cueRemove(number)}
        title={w.cueRemove(number)}
        onClick={onRemove}
      >
        <IconTrash size={16} />
      </ActionIcon>
    </fieldset>
  )
}
