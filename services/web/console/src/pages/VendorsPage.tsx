import { Alert, Skeleton, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconArrowsSplit, IconCircleCheck, IconInfoCircle } from '@tabler/icons-react'
import { vendorHealthSettings } from '../../../../domain/vendor-health.ts'
import type { ChannelVendors, Vendor, VendorMove } from '../../../../http/schemas.ts'
import { useInstance, useVendors } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { moveWords } from '../i18n/vendors.ts'
import { formatDateTime } from '../lib/format.ts'
import { type Situation, situationOf } from '../lib/vendors.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { VendorShare } from '../parts/VendorShare.tsx'
import css from './VendorsPage.module.css'

/** How messages are shared out among the vendors, and what moved the shares. Nothing can be changed here. */
export function VendorsPage() {
  const { t } = useWords()
  const vendors = useVendors()
  return (
    <div className={css.page}>
      <PageHead title={t.vendors.title} lead={t.vendors.lead} />
      {vendors.isPending && <Skeleton height={300} radius={8} />}
      {/* What was read before stays below: it is old, but not wrong yet. */}
      {vendors.isError && <ProblemBox error={vendors.error} onRetry={() => void vendors.refetch()} />}
      {vendors.data?.length === 0 && <Text c="dimmed">{t.vendors.none}</Text>}
      {vendors.data?.map(channel => (
        <Channel key={channel.channel} channel={channel} several={vendors.data.length > 1} />
      ))}
    </div>
  )
}

function Channel({ channel, several }: { channel: ChannelVendors; several: boolean }) {
  const { t, say } = useWords()
  const instance = useInstance()
  const info = instance.data?.channels.find(one => one.id === channel.channel)
  const { troublesToMove, stepAway, quietMs, stepBack } = vendorHealthSettings
  const alone = channel.vendors.length === 1
  return (
    <Stack gap="md" mb="md">
      <SituationNote situation={situationOf(channel)} />
      {channel.otherSetting && (
        <Alert color="gold" variant="light" icon={<IconInfoCircle />}>
          {t.vendors.otherSetting}
        </Alert>
      )}
      <Panel title={several && info ? say(info.name) : t.vendors.shares}>
        <ul className={css.vendors}>
          {channel.vendors.map(vendor => (
            <VendorShare key={vendor.id} vendor={vendor} />
          ))}
        </ul>
        <div className={css.foot}>
          {!alone && (
            <Text size="sm" c="dimmed">
              {t.vendors.rule(`${troublesToMove}`, `${stepAway}`, `${quietMs / 60_000}`, `${stepBack}`)}
            </Text>
          )}
          {instance.data?.demo && (
            <Text size="sm" c="dimmed">
              {t.vendors.demoNumbers}
            </Text>
          )}
        </div>
      </Panel>
      {(!alone || channel.moves.length > 0) && (
        <Panel title={t.vendors.history} {...(channel.moves.length > 0 ? { lead: t.vendors.historyLead } : {})}>
          <Moves moves={channel.moves} vendors={channel.vendors} />
        </Panel>
      )}
    </Stack>
  )
}

const notes = {
  single: { color: 'slate', icon: IconInfoCircle },
  allInTrouble: { color: 'alarm', icon: IconAlertTriangle },
  moved: { color: 'gold', icon: IconArrowsSplit },
  usual: { color: 'leaf', icon: IconCircleCheck },
}

function SituationNote({ situation }: { situation: Situation }) {
  const { t } = useWords()
  const { color, icon: Icon } = notes[situation]
  return (
    <Alert color={color} variant="light" icon={<Icon />} role="status">
      {situation === 'usual' ? (
        t.vendors.usual
      ) : (
        <>
          <Text fw={600}>{t.vendors[situation]}</Text>
          <Text size="sm">{t.vendors[`${situation}Text`]}</Text>
        </>
      )}
    </Alert>
  )
}

/** A vendor that is not in use any more keeps its id for a name. */
function Moves({ moves, vendors }: { moves: VendorMove[]; vendors: Vendor[] }) {
  const { t, say } = useWords()
  if (moves.length === 0) return <Text c="dimmed">{t.vendors.historyNone}</Text>
  const names = new Map(vendors.map(v => [v.id, say(v.name)]))
  return (
    <ol className={css.moves}>
      {moves.map(move => (
        <li key={`${move.at} ${move.vendor} ${move.from} ${move.to}`}>
          <time dateTime={move.at}>{formatDateTime(move.at)}</time>
          <span>{t.vendors.historyName(names.get(move.vendor) ?? move.vendor, moveWords(t, move))}</span>
        </li>
      ))}
    </ol>
  )
}
