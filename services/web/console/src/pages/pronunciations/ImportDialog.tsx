import { Alert, Button, FileButton, Group, List, Modal, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconFileSpreadsheet } from '@tabler/icons-react'
import { useState } from 'react'
import { useImportPronunciations } from '../../api/pronunciations.ts'
import { useWords } from '../../i18n/context.tsx'
import { pronunciationWords } from '../../i18n/pronunciation.ts'
import { formatNumber } from '../../lib/format.ts'
import { ProblemBox, tell } from '../../parts/problem.tsx'

const rowsShown = 10

/** Takes entries from a file in two steps: a check that writes nothing, then the import of the same file. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const { t, language, say } = useWords()
  const words = pronunciationWords[language]
  const n = (value: number) => formatNumber(value, language)
  const [file, setFile] = useState<File | null>(null)
  const check = useImportPronunciations()
  const run = useImportPronunciations()
  const report = check.data
  const news = report ? report.added + report.updated : 0

  const choose = (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen)
    run.reset()
    check.mutate({ file: chosen, dryRun: true })
  }
  const importIt = () =>
    file &&
    run.mutate(
      { file, dryRun: false },
      {
        onSuccess: ({ added, updated }) => {
          tell(words.imported(n(added + updated)))
          onClose()
        },
      },
    )

  return (
    <Modal
      opened
      onClose={onClose}
      title={words.importTitle}
      size="lg"
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <Stack>
        <Text size="sm">{words.importText}</Text>
        <Group gap="sm">
          <FileButton onChange={choose} accept=".csv,.txt,.xlsx">
            {props => (
              <Button
                variant="default"
                leftSection={<IconFileSpreadsheet size={18} />}
                loading={check.isPending}
                {...props}
              >
                {words.importChoose}
              </Button>
            )}
          </FileButton>
          {file && <Text fw={600}>{file.name}</Text>}
        </Group>
        <div aria-live="polite">
          {check.isError && <ProblemBox error={check.error} />}
          {report && (
            <Stack gap="sm">
              <Text>
                {news === 0
                  ? words.importNothing
                  : words.importCounts(n(report.added), n(report.updated), n(report.unchanged))}
              </Text>
              {report.rejectedCount > 0 && (
                <Alert color="gold" icon={<IconAlertTriangle />} title={words.importRejected(n(report.rejectedCount))}>
                  <List size="sm" spacing={4}>
                    {report.rejected.slice(0, rowsShown).map(({ row, reason }) => (
                      <List.Item key={row}>
                        <b>{words.importRow(n(row))}.</b> {say(reason)}
                      </List.Item>
                    ))}
                  </List>
                  {report.rejectedCount > rowsShown && (
                    <Text size="sm" mt={4}>
                      {words.importMore(n(report.rejectedCount - rowsShown))}
                    </Text>
                  )}
                </Alert>
              )}
            </Stack>
          )}
        </div>
        {run.isError && <ProblemBox error={run.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button disabled={news === 0} loading={run.isPending} onClick={importIt}>
            {news === 0 ? words.import : words.importGo(n(news))}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
