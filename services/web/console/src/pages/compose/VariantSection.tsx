import { Accordion, Badge, Button, Group, SegmentedControl, Stack, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowBackUp, IconPencil } from '@tabler/icons-react'
import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import type { ChannelInfo } from '../../../../../http/schemas.ts'
import { boardText, smsText, speechText } from '../../../../../text/derive.ts'
import { useInstance, useSmsCount } from '../../api/queries.ts'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useWords } from '../../i18n/context.tsx'
import { useRecordingWords } from '../../i18n/recordings.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { ChannelIcon } from '../../parts/ChannelIcon.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { tellUndo } from '../../parts/problem.tsx'
import { BoardBox } from './BoardBox.tsx'
import css from './Compose.module.css'
import { RecordingBox } from './RecordingBox.tsx'
import type { SectionProps } from './section.ts'
import { type MediaUploads, useMediaUploads } from './useMediaUploads.ts'
import { type RecordingUpload, useRecordingUpload } from './useRecordingUpload.ts'

type VariantName = Exclude<keyof AnnouncementContent['variants'], 'recording'>

/** The same functions that the channels use on the server, so what is shown is what would go out. */
const deriveFor = { sms: smsText, speech: speechText, board: boardText }

/** Which variant of the content a channel reads; channels without one always derive. */
function variantOf(channel: ChannelInfo): VariantName | undefined {
  if (channel.audience === 'stations') return 'speech'
  if (channel.audience === 'boards') return 'board'
  return channel.address === 'phone' ? 'sms' : undefined
}

/** Own texts for single channels. Closed at first: the derived ones are good enough most of the time. */
export function VariantSection({ content, change }: Omit<SectionProps, 'gaps'>) {
  const { t } = useWords()
  const words = useRecordingWords()
  const instance = useInstance()
  const upload = useRecordingUpload({ content, change }, putBack => tellUndo(words.replaced, t, putBack))
  // Beside the form like the recording's: closing the folding section must not break an upload off.
  const mediaUploads = useMediaUploads({ content, change })
  const chosen = (instance.data?.channels ?? []).filter(
    channel => content.channels.includes(channel.id) && variantOf(channel) !== undefined,
  )
  if (chosen.length === 0) return null
  return (
    <Panel title={t.compose.variants} lead={t.compose.variantsHint}>
      <Accordion variant="separated" multiple keepMounted={false}>
        {chosen.map(channel => {
          const name = variantOf(channel)
          const props = { channel, content, change, upload, mediaUploads }
          return name && <Variant key={channel.id} name={name} {...props} />
        })}
      </Accordion>
    </Panel>
  )
}

interface VariantProps extends Omit<SectionProps, 'gaps'> {
  channel: ChannelInfo
  name: VariantName
  upload: RecordingUpload
  mediaUploads: MediaUploads
}

function Variant({ channel, name, content, change, upload, mediaUploads }: VariantProps) {
  const { t } = useWords()
  const words = useRecordingWords()
  const recorded = name === 'speech' && content.variants.recording !== undefined
  const own = content.variants[name]?.text
  const boardWords = useOwn(boardMediaWords)
  const media = content.variants.board?.media ?? []
  const labels = { sms: t.compose.variantSms, speech: t.compose.variantSpeech, board: t.compose.variantBoard }
  return (
    <Accordion.Item value={channel.id}>
      <Accordion.Control icon={<ChannelIcon channel={channel.id} />}>
        <Group gap="sm">
          {name === 'board' ? boardWords.section : labels[name]}
          <Badge color={own === undefined && !recorded ? 'slate' : 'gold'}>
            {recorded ? words.badge : own === undefined ? t.compose.derived : t.compose.own}
          </Badge>
          {name === 'board' && media.length > 0 && <Badge color="gold">{boardWords.count(String(media.length))}</Badge>}
        </Group>
      </Accordion.Control>
      <Accordion.Panel>
        <Stack gap="md">
          {!recorded && <VariantBody name={name} content={content} change={change} label={labels[name]} />}
          {name === 'speech' && <RecordingBox content={content} upload={upload} />}
          {name === 'board' && <BoardBox content={content} change={change} uploads={mediaUploads} />}
        </Stack>
      </Accordion.Panel>
    </Accordion.Item>
  )
}

function VariantBody({
  name,
  content,
  change,
  label,
}: Omit<VariantProps, 'channel' | 'upload' | 'mediaUploads'> & { label: string }) {
  const { t } = useWords()
  const variant = content.variants[name]
  const own = variant?.text
  const derived = own === undefined ? deriveFor[name](content).text : ''
  const set = (text: string | undefined) => {
    // What else is said of this version (spelling, pictures) stays.
    const { text: _former, ...rest } = variant ?? {}
    const next = text === undefined ? rest : { ...rest, text }
    change({ variants: { ...content.variants, [name]: next } })
  }
  const drop = () => {
    const before = content.variants
    set(undefined)
    tellUndo(t.compose.variantDiscarded, t, () => change({ variants: before }))
  }
  return (
    <Stack gap="sm">
      {name === 'sms' && (
        <Group gap="sm">
          <Text size="sm" fw={500}>
            {t.compose.smsForm}
          </Text>
          <SegmentedControl
            size="xs"
            aria-label={t.compose.smsForm}
            value={content.variants.sms?.form ?? 'unicode'}
            onChange={value =>
              change({
                variants: {
                  ...content.variants,
                  sms: { ...content.variants.sms, form: value === 'unaccented' ? 'unaccented' : 'unicode' },
                },
              })
            }
            data={[
              { value: 'unicode', label: t.preview.smsUnicode },
              { value: 'unaccented', label: t.preview.smsUnaccented },
            ]}
          />
        </Group>
      )}
      {own === undefined ? (
        <>
          <div className={css.derived} lang="vi">
            {derived || '…'}
          </div>
          <Group>
            <Button size="xs" variant="default" leftSection={<IconPencil size={16} />} onClick={() => set(derived)}>
              {t.compose.writeOwn}
            </Button>
          </Group>
        </>
      ) : (
        <>
          <Textarea
            aria-label={label}
            autosize
            minRows={3}
            maxRows={18}
            value={own}
            onChange={event => set(event.currentTarget.value)}
          />
          {name === 'sms' && <SmsCounter text={own} />}
          <Group>
            <Button size="xs" variant="subtle" leftSection={<IconArrowBackUp size={16} />} onClick={drop}>
              {t.compose.backToDerived}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  )
}

/** Parts while typing, for both spellings. */
function SmsCounter({ text }: { text: string }) {
  const { t, language } = useWords()
  const [settled] = useDebouncedValue(text, 250)
  const count = useSmsCount(settled)
  if (!count.data) return null
  const n = (value: number) => formatNumber(value, language)
  const line = (name: string, one: { parts: number; units: number; encoding: string }) =>
    `${name}: ${t.preview.smsParts(n(one.parts))} (${t.preview.smsUnits(n(one.units), one.encoding)})`
  return (
    <Text size="sm" c="dimmed" className="numbers">
      {line(t.preview.smsUnicode, count.data.unicode)} · {line(t.preview.smsUnaccented, count.data.unaccented)}
    </Text>
  )
}
