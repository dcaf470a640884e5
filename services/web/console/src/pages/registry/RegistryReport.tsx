import { Alert, Button, Group, List, SimpleGrid, Text } from '@mantine/core'
import type { PlaceList } from '../../../../../domain/places.ts'
import type { AreaListImport, ListImport } from '../../api/imports.ts'
import { useWords } from '../../i18n/context.tsx'
import { registryWords } from '../../i18n/registry.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import { Figure, Rejected } from '../citizens/Report.tsx'

interface Props {
  kind: PlaceList | 'areas'
  report: ListImport
  /** False: a check, nothing was written. */
  done: boolean
  onImport?: () => void
}

/** Units named under a sentence; the file of a whole country would fill the screen. */
const shownUnits = 12

/** What an import of areas, stations or boards did or would do. */
export function RegistryReport({ kind, report, done, onImport }: Props) {
  const { t, language } = useWords()
  const w = useOwn(registryWords)
  const n = (value: number) => formatNumber(value, language)
  const areas = kind === 'areas' ? (report as AreaListImport) : undefined
  const changes = report.added + (report.updated ?? 0) + (areas?.retired ?? 0)
  return (
    <Panel title={done ? t.citizens.imported : t.citizens.checked}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
        <Figure value={n(report.added)} label={done ? t.citizens.added : t.citizens.wouldAdd} />
        <Figure value={n(report.updated ?? 0)} label={done ? t.citizens.updated : t.citizens.wouldUpdate} />
        <Figure value={n(report.unchanged ?? 0)} label={w.unchanged} />
        <Figure
          value={n(report.rejectedCount)}
          label={done ? t.citizens.rejected : t.citizens.wouldReject}
          bad={report.rejectedCount > 0}
        />
      </SimpleGrid>
      {report.ignoredColumns.length > 0 && (
        <Text size="sm" c="dimmed" mt="sm">
          {t.citizens.ignoredColumns(report.ignoredColumns.join(', '))}
        </Text>
      )}
      {areas && <AreaRemarks report={areas} done={done} />}
      {!done && onImport && (
        <Group mt="lg">
          {changes > 0 ? (
            <Button onClick={onImport}>{w.doImport(n(changes))}</Button>
          ) : (
            <Alert color={report.rejectedCount > 0 ? 'gold' : 'leaf'}>
              {report.rejectedCount > 0 && !report.unchanged ? t.citizens.nothing : w.nothingNew}
            </Alert>
          )}
        </Group>
      )}
      {report.rejected.length > 0 && <Rejected kind={kind} report={report} />}
    </Panel>
  )
}

function AreaRemarks({ report, done }: { report: AreaListImport; done: boolean }) {
  const { language } = useWords()
  const w = useOwn(registryWords)
  const n = (value: number) => formatNumber(value, language)
  const { renamed, renamedCount, reopened, missing, missingCount, missingHold, retired, retireHeld } = report
  const holds = missingHold.citizens + missingHold.stations + missingHold.boards > 0
  return (
    <>
      {renamedCount > 0 && (
        <Units
          title={w.renamed(n(renamedCount))}
          units={renamed.map(r => `${r.code}: ${r.from} → ${r.to}`)}
          all={renamedCount}
        />
      )}
      {reopened > 0 && <Text mt="md">{w.reopened(n(reopened))}</Text>}
      {missingCount > 0 && (
        <>
          <Units
            title={w.missing(n(missingCount))}
            units={missing.map(m => `${m.code}: ${m.name}`)}
            all={missingCount}
          />
          {holds && (
            <Text size="sm">{w.hold(n(missingHold.citizens), n(missingHold.stations), n(missingHold.boards))}</Text>
          )}
          <Text size="sm" fw={600}>
            {retireHeld ? w.held : retired > 0 ? (done ? w.didRetire : w.willRetire)(n(retired)) : w.keptMissing}
          </Text>
        </>
      )}
    </>
  )
}

function Units({ title, units, all }: { title: string; units: string[]; all: number }) {
  const { language } = useWords()
  const w = useOwn(registryWords)
  const shown = units.slice(0, shownUnits)
  return (
    <>
      <Text mt="md">{title}</Text>
      <List size="sm" my={4}>
        {shown.map(unit => (
          <List.Item key={unit}>{unit}</List.Item>
        ))}
        {all > shown.length && <List.Item>{w.andMore(formatNumber(all - shown.length, language))}</List.Item>}
      </List>
    </>
  )
}
