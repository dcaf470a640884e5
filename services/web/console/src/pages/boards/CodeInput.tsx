import { TextInput } from '@mantine/core'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { readCode } from '../../lib/boards.ts'
import css from './boards.module.css'
import { boardAddress } from './EmptyBoards.tsx'

/** The code as people type it; what cannot be in a code is explained at once instead of being refused later. */
export function CodeInput({ typed, onType }: { typed: string; onType: (typed: string) => void }) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const { alike, missing, tooLong } = readCode(typed)
  const list = new Intl.ListFormat(language === 'vi' ? 'vi' : 'en', { type: 'disjunction' }).format(alike)
  const error = alike.length > 0 ? w.codeAlike(list) : tooLong ? w.codeLong : undefined
  return (
    <TextInput
      label={w.codeLabel}
      description={typed !== '' && missing > 0 && !error ? w.codeShort(String(missing)) : w.codeHint(boardAddress())}
      classNames={{ input: css.code ?? '' }}
      autoCapitalize="characters"
      autoCorrect="off"
      autoComplete="off"
      spellCheck={false}
      inputMode="text"
      maxLength={20}
      size="lg"
      data-autofocus
      value={typed}
      onChange={event => onType(event.currentTarget.value)}
      error={error}
      mb="sm"
    />
  )
}
