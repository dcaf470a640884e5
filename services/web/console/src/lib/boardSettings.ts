import type { BoardKind, BoardSettings } from '../../../../domain/board.ts'
import type { BoardDetail, BoardPatch } from '../../../../http/schemas-boards.ts'

/** What the form of a board's settings holds. */
export interface BoardSettingValues extends BoardSettings {
  group: string
  kind: BoardKind
  keeperEmail: string
}

/** A board as it comes; the defaults of services/domain/board.ts. */
export const usualValues: BoardSettingValues = {
  hours: { from: '06:00', to: '22:00' },
  outside: 'dim',
  drift: true,
  reloadAt: '03:30',
  contact: '',
  led: null,
  group: '',
  kind: 'screen',
  keeperEmail: '',
}

/** The form of one board. */
export function valuesOf(board: BoardDetail): BoardSettingValues {
  return { ...board.settings, group: board.group, kind: board.kind, keeperEmail: board.keeperEmail ?? '' }
}

/** Pixels belong to LED strips alone; a strip without any gets the usual ones. */
function tidy(values: BoardSettingValues): BoardSettingValues {
  if (values.kind !== 'led') return { ...values, led: null }
  return { ...values, led: values.led ?? { width: 192, height: 32 } }
}

/** The named parts of a form, as a change of any board. */
export function patchOf(values: BoardSettingValues, keys: readonly (keyof BoardSettingValues)[]): BoardPatch {
  return Object.fromEntries(keys.map(key => [key, values[key]])) as BoardPatch
}

/** What differs between a board and its form; undefined when nothing does. */
export function changedPatch(before: BoardSettingValues, form: BoardSettingValues): BoardPatch | undefined {
  const after = tidy(form)
  const keys = (Object.keys(after) as (keyof BoardSettingValues)[]).filter(
    key => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  )
  return keys.length > 0 ? patchOf(after, keys) : undefined
}
