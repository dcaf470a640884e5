import { Button } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { useState } from 'react'
import { ownAddress } from '../../lib/address.ts'
import css from './operator.module.css'

interface ListenProps {
  /** Signed address of the file. */
  url: string
  /** On the button. */
  children: string
  /** What is heard, for a screen reader. */
  name: string
}

/** A player that fetches its file only when somebody wants to hear it: operators pay for their data. */
export function Listen({ url, children, name }: ListenProps) {
  const [open, setOpen] = useState(false)
  if (!open) {
    return (
      <Button
        fullWidth
        size="md"
        variant="light"
        mt="md"
        leftSection={<IconPlayerPlay size={20} />}
        onClick={() => setOpen(true)}
      >
        {children}
      </Button>
    )
  }
  // biome-ignore lint/a11y/useMediaCaption: the text that is spoken is on the script page
  return <audio className={css.audio} src={ownAddress(url)} controls autoPlay aria-label={name} />
}
