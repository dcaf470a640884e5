import { Alert, Badge, Button, Loader, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { AnnouncementContent, SmsForm } from '../../../../domain/announcement.ts'
import type { ChannelInfo, Preview } from '../../../../http/schemas.ts'
import { usePreview } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { formatMoney, formatNumber } from '../lib/format.ts'
import { previewKey } from '../lib/previewKey.ts'
import { readSms, type SmsView } from '../lib/rendition.ts'
import { errorText } from '../parts/problem.tsx'
import css from './preview.module.css'
import { Warnings } from './Warnings.tsx'

/** One message as a phone shows it, with what it costs. */
export function SmsPhone({ sms, estimate }: { sms: SmsView; estimate: Preview['estimate'] }) {
  const { t, language } = useWords()
  const n = (value: number) => formatNumber(value, language)
  return (
    <div>
      <div className={css.phone}>
        <div className={css.bubble} lang="vi">
          {sms.text}
        </div>
      </div>
      <div className={css.facts}>
        <b>{t.preview.smsParts(n(sms.parts))}</b>
        <span>{t.preview.smsUnits(n(sms.units), sms.encoding)}</span>
        {estimate.costDong !== undefined && <span>{t.preview.smsCost(formatMoney(estimate.costDong, language))}</span>}
      </div>
    </div>
  )
}

interface BothProps {
  channel: ChannelInfo
  content: AnnouncementContent
  onChoose: (form: SmsForm) => void
}

/** Both spellings beside each other, so that the choice is made with parts and cost in view. */
export function SmsBothForms({ channel, content, onChoose }: BothProps) {
  const { t } = useWords()
  const chosen = content.variants.sms?.form ?? 'unicode'
  return (
    <div className={css.both}>
      <Form form="unicode" chosen={chosen} channel={channel} content={content} onChoose={onChoose} />
      <Form form="unaccented" chosen={chosen} channel={channel} content={content} onChoose={onChoose} />
      <Text size="sm" c="dimmed">
        {t.preview.smsNote}
      </Text>
    </div>
  )
}

function Form({ form, chosen, channel, content, onChoose }: BothProps & { form: SmsForm; chosen: SmsForm }) {
  const { t, language } = useWords()
  const shaped = { ...content, variants: { ...content.variants, sms: { ...content.variants.sms, form } } }
  const preview = usePreview(channel.id, shaped, previewKey(channel, shaped), true)
  const sms = preview.data ? readSms(preview.data.content) : undefined
  const isChosen = form === chosen
  return (
    <section className={css.form} data-chosen={isChosen || undefined}>
      <div className={css.formHead}>
        <Text fw={600}>{form === 'unicode' ? t.preview.smsUnicode : t.preview.smsUnaccented}</Text>
        {preview.isFetching && <Loader size="xs" />}
        {isChosen ? (
          <Badge color="leaf">{t.preview.smsChosen}</Badge>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => onChoose(form)}>
            {t.preview.smsChoose}
          </Button>
        )}
      </div>
      {preview.isError && (
        <Alert color="alarm" icon={<IconAlertTriangle />}>
          {errorText(preview.error, t, language)}
        </Alert>
      )}
      {preview.data && sms && (
        <>
          <SmsPhone sms={sms} estimate={preview.data.estimate} />
          {isChosen && <Warnings list={[...preview.data.warnings, ...preview.data.estimate.warnings]} />}
        </>
      )}
    </section>
  )
}
