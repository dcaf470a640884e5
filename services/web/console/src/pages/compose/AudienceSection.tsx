import { Skeleton, Stack, TagsInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useAreas, useAudienceCount, useInstance, useTags } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatNumber } from '../../lib/format.ts'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { AreaPicker } from './AreaPicker.tsx'
import css from './Compose.module.css'
import type { SectionProps } from './section.ts'

/** Where and to whom, with the numbers that each channel would reach. */
export function AudienceSection({ content, change, gaps }: SectionProps) {
  const { t } = useWords()
  const areas = useAreas()
  const tags = useTags()
  const { audience } = content
  return (
    <Panel title={t.compose.audience}>
      <Stack gap="lg">
        {areas.isPending && <Skeleton height={280} />}
        {areas.isError && <ProblemBox error={areas.error} onRetry={() => void areas.refetch()} />}
        {areas.data && (
          <AreaPicker
            areas={areas.data}
            selected={audience.areas}
            onChange={next => change({ audience: { ...audience, areas: next } })}
            error={gaps.includes('areas') ? t.gaps.areas : undefined}
          />
        )}
        <TagsInput
          label={t.compose.tags}
          description={t.compose.tagsHint}
          placeholder={audience.tags.length === 0 ? t.compose.tagsPlaceholder : ''}
          data={tags.data ?? []}
          value={audience.tags}
          maxTags={50}
          onChange={next => change({ audience: { ...audience, tags: next } })}
          clearable
          clearButtonProps={{ 'aria-label': t.common.clear }}
        />
        <Reach content={content} />
      </Stack>
    </Panel>
  )
}

function Reach({ content }: Pick<SectionProps, 'content'>) {
  const { t, language, say } = useWords()
  const instance = useInstance()
  const [audience] = useDebouncedValue(content.audience, 350)
  const count = useAudienceCount(audience)
  if (audience.areas.length === 0) return null
  return (
    <div className={css.reach} aria-live="polite" data-stale={count.isFetching || undefined}>
      <div className={css.reachHead}>
        <b>{t.compose.reach}</b>
        {count.data && <span>{t.compose.communes(formatNumber(count.data.communes, language))}</span>}
      </div>
      {count.isError && <ProblemBox error={count.error} onRetry={() => void count.refetch()} />}
      {count.data && (
        <ul>
          {instance.data?.channels
            .filter(channel => channel.enabled)
            .map(channel => (
              <li key={channel.id}>
                <ChannelIcon channel={channel.id} />
                <strong>{formatNumber(count.data.byChannel[channel.id] ?? 0, language)}</strong>
                <span>{t.compose.units[channel.audience]}</span>
                <small>{say(channel.name)}</small>
              </li>
            ))}
        </ul>
      )}
      <small className={css.reachNote}>{t.compose.reachHint}</small>
    </div>
  )
}
