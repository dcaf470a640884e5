import { Button, Menu } from '@mantine/core'
import { IconChevronDown, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react'
import { useState } from 'react'
import { may } from '../../../../domain/accounts.ts'
import type { Pronunciation } from '../../../../http/schemas-pronunciations.ts'
import { allPronunciations } from '../api/pronunciations.ts'
import { useMe } from '../api/queries.ts'
import { useWords } from '../i18n/context.tsx'
import { pronunciationWords } from '../i18n/pronunciation.ts'
import { toCsv } from '../lib/csv.ts'
import { entryRows } from '../lib/pronunciation.ts'
import { PageHead } from '../parts/Panel.tsx'
import { tellProblem } from '../parts/problem.tsx'
import { saveFile } from '../parts/saveFile.ts'
import { EntryDialog } from './pronunciations/EntryDialog.tsx'
import { EntryList } from './pronunciations/EntryList.tsx'
import { ImportDialog } from './pronunciations/ImportDialog.tsx'
import css from './pronunciations/Pronunciations.module.css'
import { TryPanel } from './pronunciations/TryPanel.tsx'

type Open = { what: 'entry'; entry: Pronunciation | undefined } | { what: 'import' } | null

/** How the words of the place are said on the loudspeakers: finding, changing, trying out. */
export function PronunciationsPage() {
  const { t, language } = useWords()
  const words = pronunciationWords[language]
  const me = useMe()
  const canWrite = me.data ? may(me.data.role, 'pronunciation.write') : false
  const [open, setOpen] = useState<Open>(null)
  const [saving, setSaving] = useState(false)

  const save = () => {
    setSaving(true)
    allPronunciations()
      .then(entries => saveFile(words.exportName, 'text/csv;charset=utf-8', toCsv(entryRows(entries))))
      .catch((error: unknown) => tellProblem(error, t, language))
      .finally(() => setSaving(false))
  }
  const exporting = (
    <Button variant="default" leftSection={<IconDownload size={18} />} loading={saving} onClick={save}>
      {words.export}
    </Button>
  )

  return (
    <div className={css.page}>
      <PageHead
        title={words.title}
        lead={words.lead}
        actions={
          canWrite ? (
            <>
              <Button leftSection={<IconPlus size={18} />} onClick={() => setOpen({ what: 'entry', entry: undefined })}>
                {words.add}
              </Button>
              <Menu position="bottom-end">
                <Menu.Target>
                  <Button variant="default" loading={saving} rightSection={<IconChevronDown size={16} />}>
                    {words.files}
                  </Button>
                </Menu.Target>
                <Menu.Dropdown>
                  <Menu.Item leftSection={<IconUpload size={18} />} onClick={() => setOpen({ what: 'import' })}>
                    {words.import}
                  </Menu.Item>
                  <Menu.Item leftSection={<IconDownload size={18} />} onClick={save}>
                    {words.export}
                  </Menu.Item>
                </Menu.Dropdown>
              </Menu>
            </>
          ) : (
            exporting
          )
        }
      />
      <div className={css.columns}>
        <EntryList
          canWrite={canWrite}
          onAdd={() => setOpen({ what: 'entry', entry: undefined })}
          onEdit={entry => setOpen({ what: 'entry', entry })}
        />
        <TryPanel />
      </div>
      {open?.what === 'entry' && <EntryDialog entry={open.entry} onClose={() => setOpen(null)} />}
      {open?.what === 'import' && <ImportDialog onClose={() => setOpen(null)} />}
    </div>
  )
}
