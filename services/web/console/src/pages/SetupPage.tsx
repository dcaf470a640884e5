import { Alert, Button, Skeleton, Stack, Text, Title, VisuallyHidden } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { Setup } from '../../../../http/schemas-registry.ts'
import { useInstance } from '../api/queries.ts'
import { useSetup } from '../api/registry.ts'
import { useWords } from '../i18n/context.tsx'
import { setupWords } from '../i18n/setup.ts'
import { useOwn } from '../i18n/useOwn.ts'
import { formatNumber } from '../lib/format.ts'
import { type SetupStep, setupSteps } from '../lib/setup.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import css from './SetupPage.module.css'

/** What a new instance still needs, for the administrator who fills it. */
export function SetupPage() {
  const { language } = useWords()
  const w = useOwn(setupWords)
  const setup = useSetup()
  const steps = setup.data ? setupSteps(setup.data) : []
  const n = (value: number) => formatNumber(value, language)
  return (
    <div className={css.page}>
      <PageHead title={w.title} lead={w.lead} />
      {setup.isPending && <Skeleton height={400} radius={8} />}
      {setup.isError && <ProblemBox error={setup.error} onRetry={() => void setup.refetch()} />}
      {setup.data && (
        <Stack gap="lg">
          <Alert color={setup.data.ready ? 'leaf' : 'gold'} variant="light" role="status">
            <Text fw={600}>{setup.data.ready ? w.ready : w.notReady}</Text>
            <Text size="sm">{w.progress(n(steps.filter(step => step.done).length), n(steps.length))}</Text>
          </Alert>
          <ol className={css.steps}>
            {steps.map((step, i) => (
              <Step key={step.id} step={step} number={i + 1} state={setup.data} />
            ))}
          </ol>
          <Channels />
        </Stack>
      )}
    </div>
  )
}

function Step({ step, number, state }: { step: SetupStep; number: number; state: Setup }) {
  const { language } = useWords()
  const w = useOwn(setupWords)
  const { title, text } = w.steps[step.id]
  return (
    <li className={css.step} data-done={step.done || undefined}>
      <span className={css.mark} aria-hidden="true">
        {step.done ? <IconCheck size={18} /> : formatNumber(number, language)}
      </span>
      <div>
        <Title order={3}>
          {title}
          {step.needed && !step.done && (
            <Text span c="alarm" inherit title={w.needed}>
              {' *'}
            </Text>
          )}
          <VisuallyHidden>{` (${step.done ? w.done : w.open})`}</VisuallyHidden>
        </Title>
        {step.done ? (
          <Text size="sm" className={css.has ?? ''}>
            {hasWords(step.id, state, w, value => formatNumber(value, language))}
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            {text}
          </Text>
        )}
      </div>
      <Button className={css.go ?? ''} component={Link} to={step.to} variant={step.done ? 'default' : 'filled'}>
        {step.done ? w.look : w.go}
      </Button>
    </li>
  )
}

/** The count of people stops where the checklist learns no more. */
const mostPeople = 1_000

function hasWords(
  id: SetupStep['id'],
  state: Setup,
  w: (typeof setupWords)['vi'],
  n: (value: number) => string,
): string {
  const { steps } = w
  if (id === 'areas') return steps.areas.has(n(state.communes))
  if (id === 'accounts') return steps.accounts.has(n(state.officers), n(state.approvers), n(state.operators))
  if (id === 'stations') return steps.stations.has(n(state.stations))
  if (id === 'boards') return steps.boards.has(n(state.boards))
  if (id === 'pairing') return steps.pairing.has(n(state.paired), n(state.screens))
  if (id === 'first') return steps.first.has()
  return (state.citizens < mostPeople ? steps.citizens.has : steps.citizens.most)(n(state.citizens))
}

function Channels() {
  const { say } = useWords()
  const w = useOwn(setupWords)
  const instance = useInstance()
  return (
    <Panel title={w.channels}>
      <Text>{instance.data?.channels.map(channel => say(channel.name)).join(', ')}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        {w.channelsHint}
      </Text>
    </Panel>
  )
}
