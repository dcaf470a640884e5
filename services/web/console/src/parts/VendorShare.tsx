import { Badge } from '@mantine/core'
import type { Vendor } from '../../../../http/schemas.ts'
import { useWords } from '../i18n/context.tsx'
import { moveWords } from '../i18n/vendors.ts'
import { formatDateTime, formatMoney, formatNumber } from '../lib/format.ts'
import { type Standing, standingOf } from '../lib/vendors.ts'
import css from './VendorShare.module.css'

const colors: Record<Standing, string> = { only: 'slate', trouble: 'alarm', less: 'gold', more: 'ink', usual: 'leaf' }

/** One vendor: what it gets now beside what it should get, its account's terms, and what changed last. */
export function VendorShare({ vendor }: { vendor: Vendor }) {
  const { t, language, say } = useWords()
  const standing = standingOf(vendor)
  const { configuredShare, presentShare, troubles, partsPerSecond, priceDong, lastMove } = vendor
  const none = presentShare === configuredShare ? t.vendors.noMove : t.vendors.followed
  const terms = [
    [t.vendors.troubles, troubles === null ? t.vendors.notCounted : formatNumber(troubles, language)],
    [
      t.vendors.rate,
      partsPerSecond === null ? t.vendors.noLimit : t.vendors.perSecond(formatNumber(partsPerSecond, language)),
    ],
    [t.vendors.price, priceDong === null ? t.expected.noPrice : t.vendors.perPart(formatMoney(priceDong, language))],
    [t.vendors.lastMove, lastMove === null ? none : `${formatDateTime(lastMove.at)} – ${moveWords(t, lastMove)}`],
  ]
  return (
    <li className={css.vendor}>
      <div className={css.head}>
        <span className={css.name}>{say(vendor.name)}</span>
        <Badge color={colors[standing]}>{t.vendors.standing[standing]}</Badge>
      </div>
      <Bar label={t.vendors.present} percent={presentShare} standing={standing} />
      <Bar label={t.vendors.configured} percent={configuredShare} />
      <dl className={css.terms}>
        {terms.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  )
}

/** The number beside it says the same, so the bar itself is silent. */
function Bar({ label, percent, standing }: { label: string; percent: number; standing?: Standing }) {
  const { t } = useWords()
  return (
    <div className={css.row}>
      <span>{label}</span>
      <span className={css.track} aria-hidden="true">
        <span data-standing={standing} style={{ width: `${percent}%` }} />
      </span>
      <b>{t.vendors.percent(String(percent))}</b>
    </div>
  )
}
