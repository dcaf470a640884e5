import type { Programme } from '../../../../../domain/programme.ts'
import { useWords } from '../../i18n/context.tsx'
import { dayBars, endClock } from '../../lib/airtime.ts'
import css from './programme.module.css'

const days = [1, 2, 3, 4, 5, 6, 7] as const
const hours = [0, 3, 6, 9, 12, 15, 18, 21]
const percent = (share: number) => `${(share * 100).toFixed(3)}%`

/** The sessions of a week against the hours of the day, so that clashes and 5 o'clock in the morning are seen. */
export function WeekPicture({ programme }: { programme: Programme }) {
  const { t } = useWords()
  const summary = programme.sessions
    .map(
      s =>
        `${s.start}–${endClock(s.start, s.minutes)} ${s.weekdays.map(d => t.airtime.weekdaysShort[`d${d}` as 'd1']).join(' ')}`,
    )
    .join('; ')
  return (
    <div className={css.picture} role="img" aria-label={summary || t.airtime.programme.noSessions}>
      {days.map(day => {
        const { quiet, sessions } = dayBars(programme, day)
        return (
          <div key={day} className={css.pictureRow}>
            <span className={css.pictureDay}>{t.airtime.weekdaysShort[`d${day}`]}</span>
            <span className={css.track}>
              {quiet.map(bar => (
                <span
                  key={bar.from}
                  className={css.quietBar}
                  style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
                />
              ))}
              {sessions.map(bar => (
                <span
                  key={bar.from}
                  className={css.sessionBar}
                  data-relay={bar.relay}
                  style={{ left: percent(bar.from), width: percent(bar.to - bar.from) }}
                />
              ))}
            </span>
          </div>
        )
      })}
      <div className={css.pictureRow}>
        <span className={css.pictureDay} />
        <span className={css.hours}>
          {hours.map(hour => (
            <span key={hour} style={{ left: percent(hour / 24) }}>
              {String(hour).padStart(2, '0')}
            </span>
          ))}
        </span>
      </div>
    </div>
  )
}
