import { Alert, Button, Group, List, Stack, Text, Title } from '@mantine/core'
import { IconSend, IconUsers } from '@tabler/icons-react'
import { useState } from 'react'
import { may } from '../../../../../domain/accounts.ts'
import { useInstance, useMe } from '../../api/queries.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { emergencyWords } from '../../i18n/emergencies.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { type EmergencyForm, emergencyGaps, emergencyGapWords, emptyEmergency } from '../../lib/emergency.ts'
import { useNow } from '../../lib/useNow.ts'
import { useWarnBeforeLeaving } from '../../lib/useWarnBeforeLeaving.ts'
import { Busy } from '../../parts/Busy.tsx'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './boards.module.css'
import { EmergencyFields } from './EmergencyFields.tsx'
import { EmergencyList } from './EmergencyList.tsx'
import { EmergencyPreview } from './EmergencyPreview.tsx'
import { EmergencySent } from './EmergencySent.tsx'
import { ReachPanel } from './ReachPanel.tsx'
import { useSubmitEmergency } from './useSubmitEmergency.ts'

/** One emergency to all boards of an area in one action; a second person approves it (docs: promise 4). */
export function EmergencyPage() {
  const me = useMe()
  if (!me.data) return <Busy />
  return (
    <DateWords>{may(me.data.role, 'announcement.write') ? <Editor areas={me.data.areas} /> : <OnBoards />}</DateWords>
  )
}

/** For an approver, who writes nothing but may take off what is on boards. */
function OnBoards() {
  const w = useOwn(boardsWords)
  const now = useNow()
  return (
    <>
      <PageHead title={w.emTitle} lead={w.emLead} />
      <EmergencyList now={now} />
    </>
  )
}

function Editor({ areas }: { areas: string[] }) {
  const { t } = useWords()
  const w = useOwn(boardsWords)
  const own = useOwn(emergencyWords)
  const now = useNow()
  const instance = useInstance()
  const [form, setForm] = useState<EmergencyForm>(() => emptyEmergency(areas))
  const [tried, setTried] = useState(false)
  const send = useSubmitEmergency()
  const gaps = emergencyGaps(form, now)
  const change = (patch: Partial<EmergencyForm>) => setForm(old => ({ ...old, ...patch }))
  useWarnBeforeLeaving(send.id === null && (form.headline !== '' || form.body !== ''))
  const submit = () => {
    setTried(true)
    if (emergencyGaps(form, new Date()).length === 0) send.go(form)
  }
  if (send.id !== null) return <EmergencySent id={send.id} />
  const speakers = instance.data?.channels.some(channel => channel.id === 'loudspeaker') ?? false
  return (
    <>
      <PageHead title={w.emTitle} lead={w.emLead} />
      <EmergencyList now={now} />
      <Title order={2} size="h3" mt="lg" mb="sm">
        {own.newTitle}
      </Title>
      <div className={css.emergency}>
        <Stack gap="md">
          <EmergencyFields form={form} change={change} gaps={tried ? gaps : []} now={now} speakers={speakers} />
        </Stack>
        <Stack gap="md" className={css.aside ?? ''}>
          <Panel title={w.emPreview}>
            <EmergencyPreview form={form} />
          </Panel>
          <ReachPanel areas={form.areas} />
        </Stack>
        <Stack gap="md">
          <Alert color="ink" variant="light" icon={<IconUsers />} title={w.emSecond}>
            {w.emSecondText}
          </Alert>
          {tried && gaps.length > 0 && (
            <Alert color="alarm" variant="light" title={w.emMissing} role="alert">
              <List size="sm">
                {gaps.map(gap => (
                  <List.Item key={gap}>{emergencyGapWords(gap, own, t.gaps)}</List.Item>
                ))}
              </List>
            </Alert>
          )}
          {send.error !== null && (
            <div>
              <ProblemBox error={send.error} />
              {send.draftId !== null && (
                <Text size="sm" mt={6}>
                  {w.emDraftKept}
                </Text>
              )}
            </div>
          )}
          <Group className={css.submit ?? ''}>
            <Button
              size="lg"
              color="alarm.7"
              leftSection={<IconSend size={20} />}
              loading={send.pending}
              onClick={submit}
            >
              {w.emSubmit}
            </Button>
          </Group>
        </Stack>
      </div>
    </>
  )
}
