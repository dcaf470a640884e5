import { vietNamClock, vietNamDay, vietNamMoment } from '../../services/domain/airtime/calendar.ts'
import { framesOf } from '../../services/domain/airtime/frames.ts'
import { usualProgramme } from '../../services/domain/programme.ts'

/* Prints what the calendar of airtime says where this process stands; run with another TZ. */
const frames = framesOf('2026-11-25', usualProgramme, null, [])
process.stdout.write(
  `${JSON.stringify({
    offset: new Date(0).getTimezoneOffset(),
    starts: frames.map(f => f.startsAt.toISOString()),
    day: vietNamDay(new Date('2026-11-24T17:30:00Z')),
    clock: vietNamClock(new Date('2026-11-24T17:30:00Z')),
    moment: vietNamMoment('2026-03-08', '02:30').toISOString(),
  })}\n`,
)
