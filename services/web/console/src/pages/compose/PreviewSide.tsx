import { Tabs, Text, Title } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState } from 'react'
import type { ChannelInfo } from '../../../../../http/schemas.ts'
import { useInstance } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { ChannelPreview } from '../../preview/ChannelPreview.tsx'
import { SmsBothForms } from '../../preview/SmsPreview.tsx'
import css from './Compose.module.css'
import type { SectionProps } from './section.ts'

/** What the receivers will see and hear, following the writer with a short delay. Only the open tab asks the server. */
export function PreviewSide({ content, change }: Omit<SectionProps, 'gaps'>) {
  const { t, say } = useWords()
  const instance = useInstance()
  const [tab, setTab] = useState<string | null>(null)
  const enabled = (instance.data?.channels ?? []).filter(channel => channel.enabled)
  const chosen = enabled.filter(channel => content.channels.includes(channel.id))
  const shown = chosen.length > 0 ? chosen : enabled
  const open = shown.find(channel => channel.id === tab) ?? shown[0]
  const ready = content.title.trim() !== '' && content.body.trim() !== ''
  return (
    <aside id="preview" className={css.side} aria-label={t.preview.title}>
      <div className={css.sideInner}>
        <Title order={2}>{t.preview.title}</Title>
        <Text size="sm" c="dimmed" mb="sm">
          {t.preview.lead}
        </Text>
        {!ready && <div className={css.sideEmpty}>{t.preview.empty}</div>}
        {ready && open && (
          <Tabs value={open.id} onChange={setTab} keepMounted={false}>
            <Tabs.List mb="md" className={css.tabs ?? ''}>
              {shown.map(channel => (
                <Tabs.Tab key={channel.id} value={channel.id} leftSection={<ChannelIcon channel={channel.id} />}>
                  {say(channel.name)}
                </Tabs.Tab>
              ))}
            </Tabs.List>
            {shown.map(channel => (
              <Tabs.Panel key={channel.id} value={channel.id}>
                <One channel={channel} content={content} change={change} />
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
      </div>
    </aside>
  )
}

/** Sound takes a processor for seconds, so it waits longer for the writer to pause. */
function One({ channel, content, change }: Omit<SectionProps, 'gaps'> & { channel: ChannelInfo }) {
  const [settled] = useDebouncedValue(content, channel.audience === 'stations' ? 1_500 : 600)
  if (channel.address === 'phone') {
    return (
      <SmsBothForms
        channel={channel}
        content={settled}
        onChoose={form => change({ variants: { ...content.variants, sms: { ...content.variants.sms, form } } })}
      />
    )
  }
  return <ChannelPreview channel={channel} content={settled} />
}
