import type { ChannelInfo, Preview } from '../../../../http/schemas.ts'
import { useInstance } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { roughWords } from '../i18n/dictionary.ts'
import { reachesCitizens } from '../lib/consent.ts'
import { totalCost } from '../lib/estimates.ts'
import { formatDuration, formatMoney, formatNumber } from '../lib/format.ts'
import { ChannelIcon } from './ChannelIcon.tsx'
import css from './Expected.module.css'

/** One channel with what the server made of the content, as far as it has answered. */
export interface ExpectedChannel {
  channel: ChannelInfo
  /** Recipients after exclusions; undefined while they are being counted. */
  audience: number | undefined
  preview: Preview | undefined
  /** `waiting` while it is being made, `none` when nobody asked for it. */
  state: 'waiting' | 'failed' | 'ready' | 'none'
}

/** Before something goes out: per channel to how many, at what cost and within what time. */
export function Expected({ channels }: { channels: ExpectedChannel[] }) {
  const { t, language, say } = useWords()
  const instance = useInstance()
  const total = totalCost(
    channels.map(({ channel, preview }) => ({ mayCost: channel.address === 'phone', estimate: preview?.estimate })),
  )
  return (
    <div className={css.expected}>
      <ul>
        {channels.map(one => (
          <li key={one.channel.id}>
            <ChannelIcon channel={one.channel.id} />
            <span className={css.name}>{say(one.channel.name)}</span>
            <span className={css.reach}>
              <b>{one.audience === undefined ? '…' : formatNumber(one.audience, language)}</b>{' '}
              {t.compose.units[one.channel.audience]}
            </span>
            <Facts one={one} />
          </li>
        ))}
      </ul>
      {total.dong !== null && (
        <div className={css.total}>
          <span>{t.expected.total}</span>
          <b>{t.expected.cost(formatMoney(total.dong, language))}</b>
          {total.partly && <span>({t.expected.partly})</span>}
        </div>
      )}
      {total.dong !== null && instance.data?.demo && <small>{t.expected.demoPrice}</small>}
      {reachesCitizens(channels.map(one => one.channel)) && <small>{t.compose.reachHint}</small>}
    </div>
  )
}

function Facts({ one: { channel, preview, state } }: { one: ExpectedChannel }) {
  const { t, language } = useWords()
  if (state === 'none') return null
  if (!preview) return <span className={css.facts}>{state === 'failed' ? t.expected.failed : t.expected.counting}</span>
  const { costDong, sendSeconds, airSeconds } = preview.estimate
  const facts = [
    costDong === undefined
      ? channel.address === 'phone' && t.expected.noPrice
      : t.expected.cost(formatMoney(costDong, language)),
    sendSeconds !== undefined && t.expected.send(roughWords(t, sendSeconds)),
    airSeconds !== undefined && t.expected.air(formatDuration(airSeconds)),
  ].filter(fact => fact !== false)
  return facts.length === 0 ? null : <span className={css.facts}>{facts.join(' · ')}</span>
}
