import { Button, Text, Title } from '@mantine/core'
import { useFaultResolved, useFaults } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatNear } from '../../lib/format.ts'
import { tellProblem } from '../../parts/problem.tsx'
import css from './operator.module.css'

/** Faults that nobody has said to be mended: a horn that screeches must not be forgotten. */
export function FaultsSection({ now }: { now: Date }) {
  const { t, language } = useWords()
  const faults = useFaults()
  const resolved = useFaultResolved()
  const open = (faults.data ?? []).filter(one => one.resolvedAt === null)
  if (open.length === 0) return null
  return (
    <section className={css.group}>
      <Title order={2} mb="sm">
        {t.airtime.operator.faultsOpen}
      </Title>
      <ul className={css.faults}>
        {open.map(one => (
          <li key={one.id}>
            <div>
              <Text fw={600}>
                {t.airtime.operator.faultKind[one.kind]} · {one.stationName}
              </Text>
              {one.text && <Text size="sm">{one.text}</Text>}
              <Text size="sm" c="dimmed">
                {one.by}, {formatNear(one.at, now)}
              </Text>
            </div>
            <Button
              variant="default"
              size="md"
              loading={resolved.isPending && resolved.variables === one.id}
              onClick={() => resolved.mutate(one.id, { onError: error => tellProblem(error, t, language) })}
            >
              {t.airtime.operator.resolved}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
