import { Checkbox, Input, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCertificate } from '@tabler/icons-react'
import { useAudienceCount, useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatNumber } from '../../lib/format.ts'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { Panel } from '../../parts/Panel.tsx'
import css from './Compose.module.css'
import type { SectionProps } from './section.ts'

/** The channels as cards: which method of the plan each fulfils, and the best that can be known afterwards. */
export function ChannelSection({ content, change, gaps }: SectionProps) {
  const { t, say, language } = useWords()
  const instance = useInstance()
  const [audience] = useDebouncedValue(content.audience, 350)
  const count = useAudienceCount(audience)
  const error = gaps.includes('channels')
  return (
    <Panel title={t.compose.channels}>
      <Checkbox.Group
        value={content.channels}
        onChange={channels => change({ channels })}
        aria-label={t.compose.channels}
      >
        <div className={css.cards} data-gap={error || undefined} tabIndex={-1}>
          {instance.data?.channels.map(channel => (
            <Checkbox.Card
              key={channel.id}
              value={channel.id}
              disabled={!channel.enabled}
              className={css.card ?? ''}
              aria-label={say(channel.name)}
            >
              <div className={css.cardHead}>
                <ChannelIcon channel={channel.id} size={24} />
                <b>{say(channel.name)}</b>
                <Checkbox.Indicator disabled={!channel.enabled} />
              </div>
              <Text size="sm">
                {channel.methodNumber === '+' ? t.compose.planAddition : t.compose.planMethod(channel.methodNumber)}
                {channel.methodNumber !== '+' && `: ${say(channel.methodName)}`}
              </Text>
              <Text size="sm" c="dimmed" className={css.evidence ?? ''}>
                <IconCertificate size={16} aria-hidden="true" />
                <span>
                  {t.compose.bestEvidence}: {say(channel.bestEvidenceText)}
                </span>
              </Text>
              {!channel.enabled && (
                <Text size="sm" c="alarm">
                  {t.compose.disabled}
                </Text>
              )}
              {channel.enabled && content.audience.areas.length > 0 && count.data && (
                <Text size="sm" fw={600} className="numbers">
                  {t.preview.reach(
                    `${formatNumber(count.data.byChannel[channel.id] ?? 0, language)} ${t.compose.units[channel.audience]}`,
                  )}
                </Text>
              )}
            </Checkbox.Card>
          ))}
        </div>
      </Checkbox.Group>
      {error && (
        <Input.Error mt={6} role="alert">
          {t.gaps.channels}
        </Input.Error>
      )}
    </Panel>
  )
}
