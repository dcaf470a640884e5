import { Alert, Button, Group, SimpleGrid, Table, Text, Title } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { type ImportKind, type ListImport, rejectedRowsUrl } from '../../api/imports.ts'
import { useWords } from '../../i18n/context.tsx'
import { formatNumber } from '../../lib/format.ts'
import { Panel } from '../../parts/Panel.tsx'
import css from './Citizens.module.css'

const shownRows = 100

interface Props {
  kind: ImportKind
  report: ListImport
  /** False: a check, nothing was written. */
  done: boolean
  onImport?: () => void
}

/** What an import did or would do, with the rows that were refused. */
export function Report({ kind, report, done, onImport }: Props) {
  const { t, language } = useWords()
  const n = (value: number) => formatNumber(value, language)
  const refusals = report.known !== undefined
  const good = report.added + (report.updated ?? 0)
  return (
    <Panel title={done ? t.citizens.imported : t.citizens.checked}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
        <Figure value={n(report.rows)} label={t.citizens.rows} />
        <Figure value={n(report.added)} label={done ? t.citizens.added : t.citizens.wouldAdd} />
        <Figure
          value={n(report.known ?? report.updated ?? 0)}
          label={refusals ? t.citizens.known : done ? t.citizens.updated : t.citizens.wouldUpdate}
        />
        <Figure
          value={n(report.rejectedCount)}
          label={done ? t.citizens.rejected : t.citizens.wouldReject}
          bad={report.rejectedCount > 0}
        />
      </SimpleGrid>
      <Remarks report={report} />
      {!done && onImport && (
        <Group mt="lg">
          {good > 0 ? (
            <Button onClick={onImport}>{refusals ? t.citizens.doRefuse(n(good)) : t.citizens.doImport(n(good))}</Button>
          ) : (
            <Alert color="gold">{t.citizens.nothing}</Alert>
          )}
        </Group>
      )}
      {report.rejected.length > 0 && <Rejected kind={kind} report={report} />}
    </Panel>
  )
}

function Remarks({ report }: { report: ListImport }) {
  const { t, language } = useWords()
  const n = (value: number) => formatNumber(value, language)
  const lines = [
    report.known === undefined ? '' : t.citizens.perChannel,
    report.merged ? t.citizens.merged(n(report.merged)) : '',
    report.keptWithdrawn ? t.citizens.keptWithdrawn(n(report.keptWithdrawn)) : '',
    report.ignoredColumns.length ? t.citizens.ignoredColumns(report.ignoredColumns.join(', ')) : '',
  ].filter(Boolean)
  return lines.map(line => (
    <Text key={line} size="sm" c="dimmed" mt="sm">
      {line}
    </Text>
  ))
}

/** One number of a report. */
export function Figure({ value, label, bad = false }: { value: string; label: string; bad?: boolean }) {
  return (
    <div className={css.figure} data-bad={bad || undefined}>
      <strong>{value}</strong>
      <span>{label}</span>
    </div>
  )
}

/** The rows that were refused, the first of them, and all as a file. */
export function Rejected({ kind, report }: { kind: ImportKind; report: ListImport }) {
  const { t, say, language } = useWords()
  const shown = report.rejected.slice(0, shownRows)
  return (
    <div className={css.rejected}>
      <Group justify="space-between" mb="sm">
        <Title order={3}>{t.citizens.rejectedTitle}</Title>
        <Button
          component="a"
          href={rejectedRowsUrl(kind, report.id)}
          download="loa-dong-bi-loai.csv"
          variant="default"
          size="xs"
          leftSection={<IconDownload size={16} />}
        >
          {t.citizens.download}
        </Button>
      </Group>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={90}>{t.citizens.row}</Table.Th>
            <Table.Th>{t.citizens.reason}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map(one => (
            <Table.Tr key={one.row}>
              <Table.Td className="numbers">{formatNumber(one.row, language)}</Table.Td>
              <Table.Td>{say(one.reason)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {shown.length < report.rejectedCount && (
        <Text size="sm" c="dimmed" mt="sm">
          {t.citizens.rejectedShown(formatNumber(shown.length, language), formatNumber(report.rejectedCount, language))}
        </Text>
      )}
    </div>
  )
}
