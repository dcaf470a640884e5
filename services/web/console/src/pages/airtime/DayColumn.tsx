import { Text, Tooltip } from '@mantine/core'
import { IconArrowsExchange, IconCalendarOff } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import type { AirWeek, Slot } from '../../../../../http/schemas-airtime.ts'
import type { ProgrammeException } from '../../api/airtime.ts'
import { useWords } from '../../i18n/context.tsx'
import type { Dictionary } from '../../i18n/dictionary.ts'
import { endClock, shortDay, slotStanding, weekday } from '../../lib/airtime.ts'
import { dayOf, formatDuration, formatTime } from '../../lib/format.ts'
import { PriorityBadge } from '../../parts/badges.tsx'
import css from './airtime.module.css'
import { SlotStandingBadge } from './SlotStandingBadge.tsx'

type Day = AirWeek['days'][number]

/** One day of the week: its quota, its exceptions and its slots. */
export function DayColumn({ day, now, onOpen }: { day: Day; now: Date; onOpen: (slot: Slot) => void }) {
  const { t } = useWords()
  const today = dayOf(now) === day.date
  const ref = useRef<HTMLElement>(null)
  // On a phone the days stand below each other: begin at today, not at last Monday.
  useEffect(() => {
    if (today && window.matchMedia('(max-width: 75em)').matches) ref.current?.scrollIntoView({ block: 'start' })
  }, [today])
  return (
    <section ref={ref} className={css.day} data-today={today} aria-label={t.airtime.weekdays[`d${weekday(day.date)}`]}>
      <header className={css.dayHead}>
        <span className={css.dayName}>{t.airtime.weekdays[`d${weekday(day.date)}`]}</span>
        <span className="numbers">{shortDay(day.date)}</span>
        {today && <span className={css.todayMark}>{t.airtime.today}</span>}
      </header>
      <Quota day={day} />
      {day.exceptions.map(one => (
        <div key={one.id} className={css.exception}>
          <IconCalendarOff size={16} aria-hidden="true" />
          <span>
            {exceptionLine(t, one)}: {one.reason}
          </span>
        </div>
      ))}
      {day.slots.length === 0 && (
        <Text size="sm" c="dimmed" className={css.nothing}>
          {t.airtime.noSlots}
        </Text>
      )}
      {day.slots.map(slot => (
        <SlotCard key={slot.id} slot={slot} now={now} onOpen={() => onOpen(slot)} />
      ))}
    </section>
  )
}

function Quota({ day }: { day: Day }) {
  const { t } = useWords()
  const used = formatDuration(day.usedSeconds)
  if (day.quotaSeconds === null || day.quotaSeconds === 0) return null
  const all = formatDuration(day.quotaSeconds)
  return (
    <Tooltip label={t.airtime.quotaLabel(used, all)}>
      <div className={css.quota} role="img" aria-label={t.airtime.quotaLabel(used, all)}>
        <div className={css.bar}>
          <div style={{ width: `${Math.min(100, (day.usedSeconds / day.quotaSeconds) * 100)}%` }} />
        </div>
        <span className="numbers">{t.airtime.quota(used, all)}</span>
      </div>
    </Tooltip>
  )
}

/** A slot as a block: its bar is filled as far as its time is used. */
function SlotCard({ slot, now, onOpen }: { slot: Slot; now: Date; onOpen: () => void }) {
  const { t } = useWords()
  const start = formatTime(slot.startsAt)
  const standing = slotStanding(slot, now)
  const share = slot.items.length === 0 ? 0 : Math.min(100, (slot.seconds / slot.maxSeconds) * 100)
  const fill = t.airtime.fill(formatDuration(share === 0 ? 0 : slot.seconds), formatDuration(slot.maxSeconds))
  return (
    <button
      type="button"
      className={css.slot}
      data-standing={standing}
      onClick={onOpen}
      aria-label={t.airtime.open(start)}
    >
      <span className={css.slotHead}>
        <strong className="numbers">
          {start}–{endClock(start, Math.round(slot.maxSeconds / 60))}
        </strong>
        <SlotStandingBadge standing={standing} />
      </span>
      <span className={css.bar} role="img" aria-label={fill} title={fill}>
        <span style={{ width: `${share}%` }} />
      </span>
      {slot.relay && (
        <span className={css.slotNote}>
          <IconArrowsExchange size={15} aria-hidden="true" /> {t.airtime.relay}
        </span>
      )}
      {slot.voidReason && <span className={css.slotNote}>{slot.voidReason}</span>}
      {slot.problem && <span className={css.slotProblem}>{t.airtime.problem}</span>}
      {slot.items.length === 0 && slot.state !== 'void' && <span className={css.slotNote}>{t.airtime.emptySlot}</span>}
      {slot.items.slice(0, 3).map(item => (
        <span key={item.dispatchId} className={css.slotItem} data-withdrawn={item.withdrawn}>
          <PriorityBadge priority={item.priority} />
          <span className={css.slotTitle}>{item.title}</span>
        </span>
      ))}
      {slot.items.length > 3 && <span className={css.slotNote}>{t.airtime.more(String(slot.items.length - 3))}</span>}
    </button>
  )
}

/** One exception in words: `Phiên 05:30 chuyển sang 06:00`. */
export function exceptionLine(t: Dictionary, one: ProgrammeException): string {
  const words = t.airtime.exceptions
  const session = one.start ?? words.allDay
  switch (one.kind) {
    case 'off':
      return words.offLine(one.start === null ? words.allDay : words.sessionAt(one.start))
    case 'move':
      return words.moveLine(session, one.to ?? '–')
    case 'extra':
      return words.extraLine(one.to ?? one.start ?? '–', String(one.minutes ?? '–'))
    default:
      return words.longerLine(session, String(one.minutes ?? '–'))
  }
}
