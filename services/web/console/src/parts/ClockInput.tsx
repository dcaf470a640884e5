import { TimePicker } from '@mantine/dates'
import { useWords } from '../i18n/context.tsx'

interface ClockInputProps {
  label: string
  /** `HH:MM`. */
  value: string
  onChange: (value: string) => void
}

/** A time of day in 24 hours, whatever the browser's own habit is; half-typed times change nothing. */
export function ClockInput({ label, value, onChange }: ClockInputProps) {
  const { t } = useWords()
  return (
    <TimePicker
      label={label}
      value={value}
      format="24h"
      hoursInputLabel={`${label}: ${t.airtime.hours}`}
      minutesInputLabel={`${label}: ${t.airtime.minutesOfHour}`}
      onChange={next => /^\d\d:\d\d/.test(next) && onChange(next.slice(0, 5))}
      w={120}
    />
  )
}
