import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import type { Sentence } from '../../../../domain/errors.ts'
import type { Dictionary } from './dictionary.ts'
import { en } from './en.ts'
import { type Language, readLanguage } from './language.ts'
import { vi } from './vi.ts'

const dictionaries: Record<Language, Dictionary> = { vi, en }
const storageKey = 'loa.language'

interface Words {
  language: Language
  t: Dictionary
  /** The side of a two-language sentence that belongs to the screen. */
  say: (sentence: Sentence) => string
  setLanguage: (language: Language) => void
}

const WordsContext = createContext<Words | undefined>(undefined)

/** Gives every screen its words and remembers the chosen language in this browser. */
export function WordsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => readLanguage(remembered()))
  useEffect(() => {
    document.documentElement.lang = language
    try {
      localStorage.setItem(storageKey, language)
    } catch {
      // A browser that forbids storage still shows both languages, it only forgets the choice.
    }
  }, [language])
  const words = useMemo<Words>(
    () => ({ language, t: dictionaries[language], say: sentence => sentence[language], setLanguage }),
    [language],
  )
  return <WordsContext.Provider value={words}>{children}</WordsContext.Provider>
}

function remembered(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    return null
  }
}

/** The words of the chosen language. */
export function useWords(): Words {
  const words = useContext(WordsContext)
  if (!words) throw new Error('useWords needs a WordsProvider above it')
  return words
}
