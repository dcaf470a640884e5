import type { BoardChange } from '../../../../../http/schemas-boards.ts'
import { useBoardSettings } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { tell, tellProblem, tellUndo } from '../../parts/problem.tsx'

/** Saves settings of boards and offers the way back, which is what they had before. */
export function useSave() {
  const { t, language } = useWords()
  const w = useOwn(boardsWords)
  const save = useBoardSettings()
  const go = (changes: BoardChange[], after: () => void) =>
    save.mutate(changes, {
      onSuccess: ({ changed, former }) => {
        after()
        tellUndo(w.saved(formatNumber(changed, language)), t, () => {
          save.mutateAsync(former as BoardChange[]).then(
            () => tell(w.undone),
            (error: unknown) => tellProblem(error, t, language),
          )
        })
      },
    })
  return { go, pending: save.isPending, error: save.error }
}
