import { Anchor } from '@mantine/core'
import { IconArrowsSplit } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { DispatchProgress } from '../../../../../http/schemas.ts'
import { useVendors } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { useNow } from '../../lib/useNow.ts'
import { concerns, vendorsAway } from '../../lib/vendors.ts'
import css from './Announcement.module.css'

/** One quiet line while a vendor of a channel that is being sent gets less than its share; otherwise nothing. */
export function VendorNote({ dispatches }: { dispatches: DispatchProgress[] }) {
  const { t, say } = useWords()
  const now = useNow()
  const vendors = useVendors(dispatches.some(d => concerns(d, now)))
  const away = vendorsAway(vendors.data ?? [], dispatches, now)
  if (away.length === 0) return null
  return (
    <div className={css.note} role="status">
      <IconArrowsSplit size={17} aria-hidden="true" />
      <span>
        {away.map(v => t.vendors.note(say(v.name), String(v.presentShare), String(v.configuredShare))).join(' ')}{' '}
        <Anchor component={Link} to="/vendors" inherit>
          {t.vendors.noteLink}
        </Anchor>
      </span>
    </div>
  )
}
