import { Button, Checkbox, Group, SegmentedControl, Stack, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ImportKind } from '../api/imports.ts'
import { useWords } from '../i18n/context.tsx'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { ChosenFile, Failure } from './citizens/ChosenFile.tsx'
import css from './citizens/Citizens.module.css'
import { Drop } from './citizens/Drop.tsx'
import { ImportProgress } from './citizens/ImportProgress.tsx'
import { Report } from './citizens/Report.tsx'
import { useImport } from './citizens/useImport.ts'

/** Import of a list in two steps: a check that writes nothing, then the import of exactly the same file. */
export function CitizensPage() {
  const { t } = useWords()
  const client = useQueryClient()
  const [kind, setKind] = useState<ImportKind>('citizens')
  const [file, setFile] = useState<File | null>(null)
  const [consentBasis, setConsentBasis] = useState('')
  const [convertOldNumbers, setConvertOldNumbers] = useState(false)
  const choices = { kind, consentBasis, convertOldNumbers }
  const check = useImport(true)
  const run = useImport(false, () => {
    void client.invalidateQueries({ queryKey: ['tags'] })
    void client.invalidateQueries({ queryKey: ['audience'] })
  })
  const busy = check.isPending || run.isPending

  const choose = (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen)
    run.reset()
    check.mutate({ file: chosen, choices })
  }
  const startOver = () => {
    setFile(null)
    check.reset()
    run.reset()
  }
  const importIt = () => file && run.mutate({ file, choices })

  return (
    <div className={css.page}>
      <PageHead title={t.citizens.title} lead={t.citizens.lead} />
      <Stack gap="lg">
        <SegmentedControl
          aria-label={t.citizens.kind}
          value={kind}
          disabled={file !== null}
          onChange={value => setKind(value as ImportKind)}
          data={[
            { value: 'citizens', label: t.citizens.kindCitizens },
            { value: 'opt-outs', label: t.citizens.kindOptOuts },
          ]}
        />
        {!file && (
          <Drop
            format={kind === 'citizens' ? t.citizens.format : t.citizens.formatOptOuts}
            note={kind === 'citizens' ? t.citizens.consent : t.citizens.refusals}
            onFile={choose}
          />
        )}
        {file && <ChosenFile file={file} again={run.isSuccess} busy={busy} onOther={startOver} />}
        {!run.isSuccess && kind === 'citizens' && (
          <Panel>
            <Stack gap="md">
              <TextInput
                label={t.citizens.basis}
                description={t.citizens.basisHint}
                maxLength={300}
                disabled={busy}
                value={consentBasis}
                onChange={event => setConsentBasis(event.currentTarget.value)}
              />
              <Checkbox
                label={t.citizens.convertOld}
                checked={convertOldNumbers}
                disabled={busy}
                onChange={event => setConvertOldNumbers(event.currentTarget.checked)}
              />
              {file && (
                <Group>
                  <Button variant="default" disabled={busy} onClick={() => choose(file)}>
                    {t.citizens.checkAgain}
                  </Button>
                </Group>
              )}
            </Stack>
          </Panel>
        )}
        <div aria-live="polite">
          {check.isPending && <ImportProgress title={t.citizens.checking} watch={check.watch} onStop={check.stop} />}
          {run.isPending && <ImportProgress title={t.citizens.importing} watch={run.watch} onStop={run.stop} />}
        </div>
        {check.isError && <Failure error={check.error} />}
        {run.isError && <Failure error={run.error} onRetry={importIt} />}
        {run.data ? (
          <Report kind={kind} report={run.data} done />
        ) : (
          !busy && check.data && <Report kind={kind} report={check.data} done={false} onImport={importIt} />
        )}
      </Stack>
    </div>
  )
}
