import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useInstance } from '../../api/queries.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { type EmergencyForm, emergencyContent } from '../../lib/emergency.ts'
import { ChannelPreview } from '../../preview/ChannelPreview.tsx'

const typingMs = 600

/** The board's own player with the text as it is being typed, made by the code that sends. */
export function EmergencyPreview({ form }: { form: EmergencyForm }) {
  const w = useOwn(boardsWords)
  const instance = useInstance()
  const [settled] = useDebouncedValue(form, typingMs)
  const board = instance.data?.channels.find(channel => channel.id === 'board')
  if (!board || settled.headline.trim() === '' || settled.body.trim() === '') {
    return (
      <Text size="sm" c="dimmed">
        {w.emPreviewEmpty}
      </Text>
    )
  }
  // The end is no part of the picture, and a preview must not be made anew each minute.
  const content = { ...emergencyContent({ ...settled, hours: null, until: null }, new Date(0)), urgencyReason: '-' }
  return <ChannelPreview channel={board} content={content} />
}
