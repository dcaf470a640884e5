import { IconDeviceTv } from '@tabler/icons-react'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useBoardReach } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { reachSentence } from '../../lib/boards.ts'
import { formatNumber } from '../../lib/format.ts'
import css from './Announcement.module.css'

/** Beside the numbers of the boards channel: which of the boards can show anything now. */
export function BoardsNow({ announcement }: { announcement: Announcement }) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const reach = useBoardReach(announcement.content.audience.areas)
  const words = reach.data && reachSentence(reach.data, w, value => formatNumber(value, language))
  if (!words) return null
  return (
    <div className={css.channelFoot}>
      <IconDeviceTv size={17} aria-hidden="true" />
      <span>{words}</span>
    </div>
  )
}
