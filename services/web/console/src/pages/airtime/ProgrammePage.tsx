import { Alert, Button, Group, Skeleton, Text } from '@mantine/core'
import { IconCalendarWeek, IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { may } from '../../../../../domain/accounts.ts'
import type { Programme } from '../../../../../domain/programme.ts'
import type { EffectiveProgramme } from '../../../../../http/schemas-airtime.ts'
import { useAirAreas, useProgramme, useSaveProgramme } from '../../api/airtime.ts'
import { useMe } from '../../api/queries.ts'
import { DateWords } from '../../app/DateWords.tsx'
import { useWords } from '../../i18n/context.tsx'
import { formatDateTime } from '../../lib/format.ts'
import { useWarnBeforeLeaving } from '../../lib/useWarnBeforeLeaving.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox, tell } from '../../parts/problem.tsx'
import { AreaChoice, useChosenArea } from './AreaChoice.tsx'
import { AreasPanel } from './AreasPanel.tsx'
import { ExceptionsPanel } from './ExceptionsPanel.tsx'
import { ContentPanel, EmergencyPanel, LimitsPanel, SoundPanel } from './ProgrammeFields.tsx'
import css from './programme.module.css'
import { SessionsPanel } from './SessionsPanel.tsx'
import { WeekPicture } from './WeekPicture.tsx'

/** The programme of an area: sessions, limits, how content is placed, and what differs on single days. */
export function ProgrammePage() {
  const { t } = useWords()
  const [area, choose] = useChosenArea()
  const programme = useProgramme(area)
  return (
    <DateWords>
      <PageHead
        title={t.airtime.programme.title}
        lead={t.airtime.programme.lead}
        actions={
          area && (
            <Button
              component={Link}
              to={`/airtime?area=${encodeURIComponent(area)}`}
              variant="default"
              leftSection={<IconCalendarWeek size={18} />}
            >
              {t.airtime.title}
            </Button>
          )
        }
      />
      <Group mb="md">
        <AreaChoice area={area} onChoose={choose} />
      </Group>
      {programme.isError && <ProblemBox error={programme.error} onRetry={() => void programme.refetch()} />}
      {area !== null && programme.isPending && <Skeleton height={480} radius={8} />}
      {programme.data && programme.data.areaCode === area && (
        <Editor key={programme.data.areaCode} effective={programme.data} />
      )}
      <AreasPanel onChoose={choose} />
    </DateWords>
  )
}

function Editor({ effective }: { effective: EffectiveProgramme }) {
  const { t, say } = useWords()
  const me = useMe()
  const save = useSaveProgramme()
  const areas = useAirAreas()
  const [draft, setDraft] = useState<Programme>(effective.programme)
  const [own, setOwn] = useState(effective.from === 'own')
  const mayWrite = me.data ? may(me.data.role, 'airtime.write') : false
  const province = areas.data?.find(one => one.areaCode === effective.areaCode)?.kind === 'province'
  const dirty = JSON.stringify(draft) !== JSON.stringify(effective.programme)
  const readOnly = !mayWrite || !own
  const change = (part: Partial<Programme>) => setDraft(old => ({ ...old, ...part }))
  useWarnBeforeLeaving(dirty)

  return (
    <>
      <Alert variant="light" color={own ? 'ink' : 'gold'} icon={<IconInfoCircle />} mb="md">
        <Group justify="space-between" gap="sm">
          <div>
            <Text fw={600}>{t.airtime.from[effective.from]}</Text>
            {effective.updatedBy && (
              <Text size="sm">
                {t.airtime.programme.updated(effective.updatedBy, formatDateTime(effective.updatedAt))}
              </Text>
            )}
            {!mayWrite && <Text size="sm">{t.airtime.programme.readOnly}</Text>}
          </div>
          {!own && mayWrite && <Button onClick={() => setOwn(true)}>{t.airtime.programme.makeOwn}</Button>}
        </Group>
      </Alert>
      {effective.problems.length > 0 && (
        <Alert color="alarm" mb="md" role="alert">
          {effective.problems.map(one => (
            <Text key={one.vi} size="sm">
              {say(one)}
            </Text>
          ))}
        </Alert>
      )}
      <Panel title={t.airtime.programme.week} lead={t.airtime.programme.weekText}>
        <WeekPicture programme={draft} />
      </Panel>
      <fieldset className={css.fields} disabled={readOnly}>
        <SessionsPanel sessions={draft.sessions} readOnly={readOnly} onChange={sessions => change({ sessions })} />
        <LimitsPanel draft={draft} province={province} boundBy={effective.boundBy} onChange={change} />
        <ContentPanel draft={draft} onChange={change} />
        <SoundPanel draft={draft} onChange={change} />
        <EmergencyPanel draft={draft} onChange={change} />
      </fieldset>
      {!readOnly && (
        <div className={css.foot}>
          {save.isError && <ProblemBox error={save.error} />}
          <Group justify="flex-end">
            {dirty && <Text c="dimmed">{t.airtime.programme.unsaved}</Text>}
            {dirty && (
              <Button variant="default" onClick={() => setDraft(effective.programme)}>
                {t.airtime.programme.discard}
              </Button>
            )}
            <Button
              loading={save.isPending}
              disabled={!dirty && effective.from === 'own'}
              onClick={() =>
                save.mutate(
                  { area: effective.areaCode, programme: draft },
                  { onSuccess: () => tell(t.airtime.programme.saved) },
                )
              }
            >
              {t.airtime.programme.save}
            </Button>
          </Group>
        </div>
      )}
      <ExceptionsPanel area={effective.areaCode} sessions={effective.programme.sessions} mayWrite={mayWrite} />
    </>
  )
}
