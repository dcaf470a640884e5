import { Paper, Skeleton, Stack, Text, Title } from '@mantine/core'
import { IconSpeakerphone } from '@tabler/icons-react'
import type { OperatorItem } from '../../../../../http/schemas.ts'
import { useOperatorItems } from '../../api/queries.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { useWords } from '../../i18n/context.tsx'
import { groupItems, itemState } from '../../lib/operator.ts'
import { useNow } from '../../lib/useNow.ts'
import { PageHead } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { FaultsSection } from './FaultsSection.tsx'
import { ItemCard } from './ItemCard.tsx'
import css from './operator.module.css'
import { SlotsSection } from './SlotsSection.tsx'

/**
 * What the operator of a station does on a phone: what is urgent first, then the slots of the day, then single items,
 * which stations without slots air as they come.
 */
export function OperatorPage() {
  const { t } = useWords()
  const items = useOperatorItems()
  const now = useNow()
  const urgent = (item: OperatorItem) => item.priority === 'emergency' && itemState(item, now) === 'to-air'
  const all = items.data ?? []
  const groups = groupItems(
    all.filter(item => !urgent(item)),
    now,
  )
  return (
    <DateWords>
      <div className={css.page}>
        <PageHead title={t.operator.title} lead={t.operator.lead} />
        {items.isError && <ProblemBox error={items.error} onRetry={() => void items.refetch()} />}
        <ItemGroup items={all.filter(urgent)} now={now} />
        <SlotsSection now={now} />
        <FaultsSection now={now} />
        {items.isPending && <Skeleton height={240} radius={8} />}
        {items.isSuccess && items.data.length === 0 && (
          <Paper className={css.empty}>
            <IconSpeakerphone size={44} stroke={1.4} aria-hidden="true" />
            <Title order={2}>{t.operator.emptyTitle}</Title>
            <Text c="dimmed">{t.operator.emptyText}</Text>
          </Paper>
        )}
        <ItemGroup
          title={t.airtime.operator.others}
          help={t.airtime.operator.othersHelp}
          items={groups.today}
          now={now}
        />
        <ItemGroup title={t.operator.earlier} items={groups.earlier} now={now} />
      </div>
    </DateWords>
  )
}

function ItemGroup({ title, help, items, now }: { title?: string; help?: string; items: OperatorItem[]; now: Date }) {
  if (items.length === 0) return null
  return (
    <section className={css.group}>
      {title && (
        <Title order={2} mb={help ? 4 : 'sm'}>
          {title}
        </Title>
      )}
      {help && (
        <Text size="sm" c="dimmed" mb="sm">
          {help}
        </Text>
      )}
      <Stack gap="md">
        {items.map(item => (
          <ItemCard key={item.id} item={item} now={now} />
        ))}
      </Stack>
    </section>
  )
}
