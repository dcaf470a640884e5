import {
  Alert,
  Button,
  Checkbox,
  FileButton,
  Group,
  Loader,
  SimpleGrid,
  Stack,
  Table,
  Text,
  TextInput,
  Title,
} from '@mantine/core'
import { IconDownload, IconFileSpreadsheet, IconShieldCheck } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type DragEvent, useState } from 'react'
import type { ImportReport } from '../../../../http/schemas.ts'
import { type CitizenImport, importCitizens } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { toCsv } from '../lib/csv.ts'
import { formatBytes, formatNumber } from '../lib/format.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { saveFile } from '../parts/saveFile.ts'
import css from './CitizensPage.module.css'

const shownRows = 100

/** Import of citizens in two steps: a check that writes nothing, then the import of exactly the same file. */
export function CitizensPage() {
  const { t } = useWords()
  const client = useQueryClient()
  const [file, setFile] = useState<File | null>(null)
  const [consentBasis, setConsentBasis] = useState('')
  const [convertOldNumbers, setConvertOldNumbers] = useState(false)
  const choices = { consentBasis, convertOldNumbers }
  const check = useMutation({ mutationFn: (chosen: File) => importCitizens(chosen, { ...choices, dryRun: true }) })
  const run = useMutation({
    mutationFn: (chosen: File) => importCitizens(chosen, { ...choices, dryRun: false }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['tags'] })
      void client.invalidateQueries({ queryKey: ['audience'] })
    },
  })

  const choose = (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen)
    run.reset()
    check.mutate(chosen)
  }
  const startOver = () => {
    setFile(null)
    check.reset()
    run.reset()
  }
  const busy = check.isPending || run.isPending

  return (
    <div className={css.page}>
      <PageHead title={t.citizens.title} lead={t.citizens.lead} />
      <Stack gap="lg">
        {!file && <Drop onFile={choose} />}
        {file && (
          <Panel>
            <Group gap="sm" wrap="nowrap">
              <IconFileSpreadsheet size={28} stroke={1.5} aria-hidden="true" />
              <div className={css.file}>
                <Text fw={600}>{file.name}</Text>
                <FileSize bytes={file.size} />
              </div>
              <Button variant="default" onClick={startOver} disabled={busy}>
                {run.isSuccess ? t.citizens.again : t.citizens.other}
              </Button>
            </Group>
          </Panel>
        )}
        {!run.isSuccess && (
          <Panel>
            <Stack gap="md">
              <TextInput
                label={t.citizens.basis}
                description={t.citizens.basisHint}
                maxLength={300}
                value={consentBasis}
                onChange={event => setConsentBasis(event.currentTarget.value)}
              />
              <Checkbox
                label={t.citizens.convertOld}
                checked={convertOldNumbers}
                onChange={event => setConvertOldNumbers(event.currentTarget.checked)}
              />
              {file && (
                <Group>
                  <Button variant="default" disabled={busy} onClick={() => check.mutate(file)}>
                    {t.citizens.checkAgain}
                  </Button>
                </Group>
              )}
            </Stack>
          </Panel>
        )}
        <div aria-live="polite">
          {busy && (
            <Group>
              <Loader size="sm" />
              <Text>{check.isPending ? t.citizens.checking : t.citizens.importing}</Text>
            </Group>
          )}
        </div>
        {check.isError && <ProblemBox error={check.error} />}
        {run.isError && file && <ProblemBox error={run.error} onRetry={() => run.mutate(file)} />}
        {run.data ? (
          <Report report={run.data} done />
        ) : (
          check.data && (
            <Report report={check.data} done={false} busy={run.isPending} onImport={() => file && run.mutate(file)} />
          )
        )}
      </Stack>
    </div>
  )
}

function FileSize({ bytes }: { bytes: number }) {
  const { language } = useWords()
  return (
    <Text size="sm" c="dimmed">
      {formatBytes(bytes, language)}
    </Text>
  )
}

function Drop({ onFile }: { onFile: (file: File | null) => void }) {
  const { t } = useWords()
  const [over, setOver] = useState(false)
  const [many, setMany] = useState(false)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const files = event.dataTransfer.files
    setMany(files.length > 1)
    if (files.length === 1) onFile(files.item(0))
  }
  return (
    <Panel>
      {/* Dropping is a convenience: the button inside does the same from the keyboard. */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: see the line above */}
      <div
        className={css.drop}
        data-over={over || undefined}
        onDragOver={event => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <IconFileSpreadsheet size={48} stroke={1.2} aria-hidden="true" />
        <Title order={2}>{t.citizens.drop}</Title>
        <Text c="dimmed">{t.citizens.or}</Text>
        <FileButton onChange={onFile} accept=".csv,text/csv,text/plain">
          {props => <Button {...props}>{t.citizens.choose}</Button>}
        </FileButton>
        {many && (
          <Text c="alarm" role="alert">
            {t.citizens.tooMany}
          </Text>
        )}
      </div>
      <Text size="sm" c="dimmed" mt="md">
        {t.citizens.format}
      </Text>
      <Group gap={8} mt="xs" wrap="nowrap" align="flex-start">
        <IconShieldCheck size={20} stroke={1.6} aria-hidden="true" className={css.shield} />
        <Text size="sm">{t.citizens.consent}</Text>
      </Group>
    </Panel>
  )
}

interface ReportProps {
  report: CitizenImport
  done: boolean
  busy?: boolean
  onImport?: () => void
}

function Report({ report, done, busy = false, onImport }: ReportProps) {
  const { t, language } = useWords()
  const n = (value: number) => formatNumber(value, language)
  const good = report.added + report.updated
  return (
    <Panel title={done ? t.citizens.imported : t.citizens.checked}>
      <SimpleGrid cols={{ base: 2, sm: 4 }} spacing="md">
        <Figure value={n(report.rows)} label={t.citizens.rows} />
        <Figure value={n(report.added)} label={done ? t.citizens.added : t.citizens.wouldAdd} />
        <Figure value={n(report.updated)} label={done ? t.citizens.updated : t.citizens.wouldUpdate} />
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
            <Button loading={busy} onClick={onImport}>
              {t.citizens.doImport(n(good))}
            </Button>
          ) : (
            <Alert color="gold">{t.citizens.nothing}</Alert>
          )}
        </Group>
      )}
      {report.rejected.length > 0 && <Rejected report={report} />}
    </Panel>
  )
}

function Remarks({ report }: { report: CitizenImport }) {
  const { t, language } = useWords()
  const n = (value: number) => formatNumber(value, language)
  const lines = [
    report.merged ? t.citizens.merged(n(report.merged)) : '',
    report.keptWithdrawn ? t.citizens.keptWithdrawn(n(report.keptWithdrawn)) : '',
    report.ignoredColumns?.length ? t.citizens.ignoredColumns(report.ignoredColumns.join(', ')) : '',
  ].filter(Boolean)
  return lines.map(line => (
    <Text key={line} size="sm" c="dimmed" mt="sm">
      {line}
    </Text>
  ))
}

function Figure({ value, label, bad = false }: { value: string; label: string; bad?: boolean }) {
  return (
    <div className={css.figure} data-bad={bad || undefined}>
      <strong>{value}</strong>
      <span>{label}</span>
    </div>
  )
}

function Rejected({ report }: { report: ImportReport }) {
  const { t, say, language } = useWords()
  const download = () =>
    saveFile(
      'loa-dong-bi-loai.csv',
      'text/csv;charset=utf-8',
      toCsv([[t.citizens.row, t.citizens.reason], ...report.rejected.map(one => [one.row, say(one.reason)])]),
    )
  const shown = report.rejected.slice(0, shownRows)
  return (
    <div className={css.rejected}>
      <Group justify="space-between" mb="sm">
        <Title order={3}>{t.citizens.rejectedTitle}</Title>
        <Button variant="default" size="xs" leftSection={<IconDownload size={16} />} onClick={download}>
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
            <Table.Tr key={`${one.row} ${one.reason.en}`}>
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
