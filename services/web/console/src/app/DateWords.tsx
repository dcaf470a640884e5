import { DatesProvider } from '@mantine/dates'
import type { ReactNode } from 'react'
import 'dayjs/locale/vi'
import '@mantine/dates/styles.css'
import { useWords } from '../i18n/context.tsx'

/** Calendars in the language of the screen; the week begins on Monday, as in Viet Nam. */
export function DateWords({ children }: { children: ReactNode }) {
  const { language } = useWords()
  return <DatesProvider settings={{ locale: language, firstDayOfWeek: 1 }}>{children}</DatesProvider>
}
