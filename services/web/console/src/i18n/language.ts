/** Languages of the screens; the first is the one that a new visitor gets. */
export const languages = ['vi', 'en'] as const
export type Language = (typeof languages)[number]

/** Narrows what was remembered; anything else is the first language. */
export function readLanguage(value: string | null): Language {
  return languages.find(language => language === value) ?? languages[0]
}
