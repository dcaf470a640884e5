import { Button, Checkbox, Group, Modal, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useBoardSummary } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { type BoardSettingValues, patchOf, usualValues } from '../../lib/boardSettings.ts'
import { formatNumber } from '../../lib/format.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './boards.module.css'
import { SettingField } from './SettingField.tsx'
import { useSave } from './useSave.ts'

const fields = ['hours', 'outside', 'contact', 'group', 'reloadAt', 'drift'] as const

/** Settings of many boards: only what is ticked is changed. */
export function GroupSettings({ ids, onClose }: { ids: string[]; onClose: () => void }) {
  const { t, language } = useWords()
  const w = useOwn(boardsWords)
  const summary = useBoardSummary()
  const save = useSave()
  const [values, setValues] = useState<BoardSettingValues>(usualValues)
  const [ticked, setTicked] = useState<readonly (keyof BoardSettingValues)[]>([])
  const names: Record<(typeof fields)[number], string> = {
    hours: w.hoursLabel,
    outside: w.outsideLabel,
    contact: w.contactLabel,
    group: w.group,
    reloadAt: w.reloadLabel,
    drift: w.driftLabel,
  }
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={w.settingsOf(formatNumber(ids.length, language))}
      closeButtonProps={{ 'aria-label': t.common.close }}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {w.settingsHint}
        </Text>
        {fields.map(field => (
          <div key={field} className={css.setting}>
            <Checkbox
              checked={ticked.includes(field)}
              label={names[field]}
              aria-label={w.changeThis(names[field])}
              fw={500}
              onChange={event =>
                setTicked(event.currentTarget.checked ? [...ticked, field] : ticked.filter(one => one !== field))
              }
            />
            {ticked.includes(field) && (
              <div className={css.settingField}>
                <SettingField
                  name={field}
                  values={values}
                  change={patch => setValues({ ...values, ...patch })}
                  groups={summary.data?.groups ?? []}
                />
              </div>
            )}
          </div>
        ))}
        {save.error !== null && <ProblemBox error={save.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t.common.cancel}
          </Button>
          <Button
            disabled={ticked.length === 0}
            loading={save.pending}
            onClick={() => save.go([{ ids, patch: patchOf(values, ticked) }], onClose)}
          >
            {t.common.save}
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}
