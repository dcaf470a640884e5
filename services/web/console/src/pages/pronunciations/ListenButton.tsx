import { ActionIcon, Tooltip } from '@mantine/core'
import { IconPlayerStop, IconVolume } from '@tabler/icons-react'
import { useWords } from '../../i18n/context.tsx'
import { pronunciationWords } from '../../i18n/pronunciation.ts'

interface ListenButtonProps {
  label: string
  state: 'idle' | 'waiting' | 'playing'
  onClick: () => void
}

/** Plays a word, and stops it. */
export function ListenButton({ label, state, onClick }: ListenButtonProps) {
  const { language } = useWords()
  const words = pronunciationWords[language]
  const playing = state === 'playing'
  return (
    <Tooltip label={playing ? words.stop : words.listen}>
      <ActionIcon
        size="lg"
        variant={playing ? 'filled' : 'light'}
        loading={state === 'waiting'}
        aria-label={playing ? words.stop : label}
        onClick={onClick}
      >
        {playing ? <IconPlayerStop size={20} /> : <IconVolume size={20} />}
      </ActionIcon>
    </Tooltip>
  )
}
