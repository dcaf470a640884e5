import { Button, Checkbox, Stack } from '@mantine/core'
import { useState } from 'react'
import type { PlaceList } from '../../../../../domain/places.ts'
import { usePlacesChanged } from '../../api/registry.ts'
import { useWords } from '../../i18n/context.tsx'
import { registryWords } from '../../i18n/registry.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ChosenFile, Failure } from '../citizens/ChosenFile.tsx'
import { Drop } from '../citizens/Drop.tsx'
import { ImportProgress } from '../citizens/ImportProgress.tsx'
import { useImport } from '../citizens/useImport.ts'
import { RegistryReport } from './RegistryReport.tsx'

/** Import of a list of areas, stations or boards in two steps, as for citizens: a check, then the very same file. */
export function ListUpload({ kind }: { kind: PlaceList | 'areas' }) {
  const { t } = useWords()
  const w = useOwn(registryWords)
  const changed = usePlacesChanged()
  const [file, setFile] = useState<File | null>(null)
  const [retireMissing, setRetireMissing] = useState(false)
  const check = useImport(true)
  const run = useImport(false, changed)
  const busy = check.isPending || run.isPending
  const doCheck = (chosen: File, retire: boolean) => {
    run.reset()
    check.mutate({ file: chosen, choices: { kind, retireMissing: retire } })
  }
  const choose = (chosen: File | null) => {
    if (!chosen) return
    setFile(chosen)
    doCheck(chosen, retireMissing)
  }
  const startOver = () => {
    setFile(null)
    setRetireMissing(false)
    check.reset()
    run.reset()
  }
  const importIt = () => file && run.mutate({ file, choices: { kind, retireMissing } })

  return (
    <Stack gap="lg">
      {!file && <Drop format={w.format[kind]} note={w.note[kind]} json={kind === 'areas'} onFile={choose} />}
      {file && <ChosenFile file={file} again={run.isSuccess} busy={busy} onOther={startOver} />}
      {file && kind === 'areas' && !run.isSuccess && (
        <Panel>
          <Checkbox
            label={w.retireMissing}
            description={w.retireMissingHint}
            checked={retireMissing}
            disabled={busy}
            onChange={event => {
              const retire = event.currentTarget.checked
              setRetireMissing(retire)
              doCheck(file, retire)
            }}
          />
        </Panel>
      )}
      <div aria-live="polite">
        {check.isPending && <ImportProgress title={t.citizens.checking} watch={check.watch} onStop={check.stop} />}
        {run.isPending && <ImportProgress title={t.citizens.importing} watch={run.watch} onStop={run.stop} />}
      </div>
      {check.isError && <Failure error={check.error} />}
      {run.isError && <Failure error={run.error} onRetry={importIt} />}
      {file && check.isError && (
        <div>
          <Button variant="default" disabled={busy} onClick={() => doCheck(file, retireMissing)}>
            {t.citizens.checkAgain}
          </Button>
        </div>
      )}
      {run.data ? (
        <RegistryReport kind={kind} report={run.data} done />
      ) : (
        !busy && check.data && <RegistryReport kind={kind} report={check.data} done={false} onImport={importIt} />
      )}
    </Stack>
  )
}
