import { demoProvince } from './areas-44.ts'

/** Input for programmeSchema: when a demo station is on air. */
export interface DemoProgramme {
  areaCode: string
  body: {
    sessions: { start: string; weekdays: number[]; minutes: number; source?: 'own' | 'relay' }[]
    quota?: { sessionsPerDay: number; minutesPerSession: number; weekdays: number[] }
    quiet?: { from: string; to: string }
    airings?: { routine: number; priority: number }
    greeting?: string
    signOff?: string
    powerOnLeadSeconds?: number
  }
}

const workdays = [1, 2, 3, 4, 5]
const everyDay = [1, 2, 3, 4, 5, 6, 7]
const signOff = 'Chương trình đến đây là hết. Xin cảm ơn bà con đã theo dõi.'

/**
 * Programmes of the demo province, in the shape of local airtime rules: the province allows three sessions a day of up to 45
 * minutes and passes its own one on at 17:00; its communes have it but for two. Words that communes share give one file
 * for all of them, so a demo renders few.
 */
export const demoProgrammes: DemoProgramme[] = [
  {
    areaCode: demoProvince.code,
    body: {
      sessions: [
        { start: '05:30', weekdays: workdays, minutes: 15 },
        { start: '17:00', weekdays: everyDay, minutes: 30, source: 'relay' },
      ],
      quota: { sessionsPerDay: 3, minutesPerSession: 45, weekdays: everyDay },
      quiet: { from: '21:00', to: '05:00' },
      greeting: 'Mời bà con nghe chương trình truyền thanh cơ sở.',
      signOff,
    },
  },
  {
    // The city centre: later in the morning, shorter, and not at the weekend.
    areaCode: '19333',
    body: {
      sessions: [
        { start: '06:00', weekdays: workdays, minutes: 15 },
        { start: '17:30', weekdays: workdays, minutes: 15 },
      ],
      quota: { sessionsPerDay: 2, minutesPerSession: 15, weekdays: workdays },
      quiet: { from: '21:00', to: '05:30' },
      greeting: 'Đây là Đài truyền thanh phường Đông Hà.',
      signOff,
    },
  },
  {
    // An island whose boats leave early; its amplifiers are switched on by the sound.
    areaCode: '19742',
    body: {
      sessions: [
        { start: '05:15', weekdays: everyDay, minutes: 15 },
        { start: '11:00', weekdays: everyDay, minutes: 10 },
        { start: '17:00', weekdays: everyDay, minutes: 30, source: 'relay' },
      ],
      airings: { routine: 2, priority: 3 },
      powerOnLeadSeconds: 30,
      greeting: 'Đây là Đài truyền thanh đặc khu Cồn Cỏ.',
      signOff,
    },
  },
]
