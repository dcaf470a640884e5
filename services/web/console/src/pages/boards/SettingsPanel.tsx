import { Button, Group, SimpleGrid, Stack } from '@mantine/core'
import { useState } from 'react'
import type { BoardDetail } from '../../../../../http/schemas-boards.ts'
import { useBoardSummary } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { type BoardSettingValues, changedPatch, valuesOf } from '../../lib/boardSettings.ts'
import { Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import { SettingField } from './SettingField.tsx'
import { useSave } from './useSave.ts'

/** Settings of one board. What somebody else changes meanwhile shows as soon as nothing is being typed here. */
export function SettingsPanel({ board }: { board: BoardDetail }) {
  const { t } = useWords()
  const w = useOwn(boardsWords)
  const summary = useBoardSummary()
  const save = useSave()
  const saved = valuesOf(board)
  const [form, setForm] = useState<BoardSettingValues | null>(null)
  const values = form ?? saved
  const patch = form ? changedPatch(saved, form) : undefined
  const field = (name: keyof BoardSettingValues) => (
    <SettingField
      name={name}
      values={values}
      change={part => setForm({ ...values, ...part })}
      groups={summary.data?.groups ?? []}
    />
  )
  const paper = values.kind === 'paper'
  return (
    <Panel title={w.settings}>
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg" verticalSpacing="lg">
          {field('kind')}
          {field('group')}
          {values.kind === 'led' && field('led')}
          {field('keeperEmail')}
          {!paper && field('contact')}
          {!paper && field('hours')}
          {!paper && field('outside')}
          {!paper && field('reloadAt')}
        </SimpleGrid>
        {!paper && field('drift')}
        {save.error !== null && <ProblemBox error={save.error} />}
        <Group justify="flex-end">
          {patch && (
            <Button variant="default" onClick={() => setForm(null)}>
              {t.common.undo}
            </Button>
          )}
          <Button
            disabled={!patch}
            loading={save.pending}
            onClick={() => patch && save.go([{ ids: [board.id], patch }], () => setForm(null))}
          >
            {t.common.save}
          </Button>
        </Group>
      </Stack>
    </Panel>
  )
}
