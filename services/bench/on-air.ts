import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAccount } from '../accounts/accounts.ts'
import type { ApiClient } from '../cli/api-client.ts'
import { signIn } from '../cli/api-client.ts'
import { airtimeSettings } from '../domain/airtime/timing.ts'
import { type Programme, programmeSchema } from '../domain/programme.ts'
import { createStations } from '../places/stations.ts'
import { freePort } from '../runtime/ports.ts'
import { openDb } from '../store/db.ts'
import { benchBacking } from './backing.ts'
import { type Part, startPart } from './part.ts'
import { type BenchReport, machine, round, until } from './report.ts'
import { type Ear, startEar } from './station/ear.ts'

export interface OnAirOptions {
  /** Emergencies one after the other; the slowest counts. */
  rounds: number
  /** Waits for a slot as well, which takes a quarter of an hour; the emergencies then interrupt it. */
  slot: boolean
  onStep: (step: string) => void
}

const province = '44'
const commune = '19360'
const longestMs = 180_000
/** A player writes a few times a second while it plays. */
const goneMs = 1_500

/**
 * From a person's click to sound at the station, every part a process of its own by the real command: API, worker, and
 * `loa station` at the other end. A slot begins at its time, emergencies of 700 characters are approved, interrupt it, and are
 * cancelled again.
 */
export async function benchOnAir({ rounds, slot, onStep }: OnAirOptions): Promise<BenchReport> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-on-air-'))
  onStep('database, queue, API and worker')
  const backing = await benchBacking()
  const db = openDb(backing.databaseUrl, 4)
  const ear = await startEar()
  const port = await freePort()
  const server = `http://127.0.0.1:${port}`
  const env = {
    DATABASE_URL: backing.databaseUrl,
    REDIS_URL: backing.redisUrl,
    LOA_SECRET: randomBytes(24).toString('hex'),
    LOA_PORT: String(port),
    LOA_PUBLIC_URL: server,
    LOA_CHANNELS: 'loudspeaker',
  }
  const log = (name: string) => join(dir, `${name}.log`)
  const parts: Part[] = []
  try {
    await startPart(['migrate', '--json'], env, log('migrate')).result()
    await db.query(
      `insert into areas (code, kind, name, parent_code) values ($1, 'province', 'Tỉnh đo', null), ($2, 'commune', 'Xã đo', $1)`,
      [province, commune],
    )
    const [stationId] = await createStations(db, [{ areaCode: commune, name: 'Cụm loa đo' }])
    parts.push(startPart(['api'], env, log('api')), startPart(['work'], env, log('worker')))
    await until('the API is ready', () => answers(`${server}/readyz`), longestMs)
    const who = async (role: 'officer' | 'approver', email: string) => {
      const { password } = await createAccount(db, { email, name: role, role })
      return await signIn(server, email, password)
    }
    const people = {
      officer: await who('officer', 'soan@loa.example'),
      approver: await who('approver', 'duyet@loa.example'),
    }
    const made = await people.officer.post<{ link: string }>(`/api/stations/${stationId}/devices`, { name: 'Máy đo' })
    const words = ['station', '--link', made.link, '--data', join(dir, 'box'), '--sink', `tcp:127.0.0.1:${ear.port}`]
    parts.push(startPart(words, {}, log('station')))

    const inSlot = slot ? await slotOnAir(people, ear, onStep) : {}
    const emergencies: Heard[] = []
    for (let i = 1; i <= rounds; i++) {
      onStep(`emergency ${i} of ${rounds}`)
      emergencies.push(await emergency(people, ear, i))
    }
    const worst = (of: (one: Heard) => number) => round(Math.max(...emergencies.map(of)))
    return {
      name: 'on-air',
      machine: machine(),
      params: { rounds, characters: emergencyText(1).length, targetSlotSeconds: 1, targetEmergencySeconds: 5 },
      ours: {
        ...inSlot,
        emergencyToPlaybackSeconds: worst(e => e.playback),
        emergencyToSoundSeconds: worst(e => e.sound),
        cancelToSilenceSeconds: worst(e => e.silence),
      },
    }
  } finally {
    for (const part of parts.reverse()) await part.stop()
    await ear.close()
    await db.end()
    await backing.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Seconds. */
interface Heard {
  playback: number
  sound: number
  silence: number
}

interface People {
  officer: ApiClient
  approver: ApiClient
}

interface InSlot {
  slotLatenessSeconds: number
  /** From approving an emergency that interrupts the slot. */
  intoSlotSeconds: number
}

/** A slot of a programme that begins as soon as any may, and an emergency into it. Leaves silence behind. */
async function slotOnAir(people: People, ear: Ear, onStep: (step: string) => void): Promise<InSlot> {
  const startsAt = slotStart(new Date())
  await people.officer.put(`/api/airtime/programmes/${commune}`, programmeOf(startsAt))
  onStep(`a slot at ${startsAt.toISOString()}`)
  const routine = await approveNew(people, 'routine', routineText)
  await until('the slot is on air', async () => ear.heard.length > 0, startsAt.getTime() - Date.now() + longestMs)
  const slotLatenessSeconds = round(((ear.begins[0] ?? 0) - startsAt.getTime()) / 1_000)
  onStep('an emergency into the slot')
  const before = ear.heard.length
  const urgent = await approveNew(people, 'emergency', emergencyText(0))
  await until('the emergency is heard', async () => ear.heard.length > before, longestMs)
  const intoSlotSeconds = round(((ear.heard[before] ?? 0) - urgent.from) / 1_000)
  await people.officer.post(`/api/announcements/${routine.id}/cancel`, { reason: 'Đo xong' })
  await silenced(people, ear, urgent.id)
  return { slotLatenessSeconds, intoSlotSeconds }
}

/** Approves one, waits until it is heard, cancels it and waits for silence. */
async function emergency(people: People, ear: Ear, n: number): Promise<Heard> {
  const { begins, heard } = ear
  const before = heard.length
  const { id, from } = await approveNew(people, 'emergency', emergencyText(n))
  await until('the emergency is heard', async () => heard.length > before, longestMs)
  const soundAt = heard[before] ?? 0
  // Into a slot it comes without a gap in the player's sound.
  const beganAt = begins.find(at => at >= from) ?? soundAt
  const silence = await silenced(people, ear, id)
  return { playback: (beganAt - from) / 1_000, sound: (soundAt - from) / 1_000, silence }
}

/** Cancels what is on air. @returns seconds until the last sound */
async function silenced({ officer }: People, ear: Ear, id: string): Promise<number> {
  const cancelledAt = Date.now()
  await officer.post(`/api/announcements/${id}/cancel`, { reason: 'Đo xong' })
  await until('it is silent', async () => Date.now() - ear.lastSoundAt() > goneMs, longestMs)
  return Math.max(0, ear.lastSoundAt() - cancelledAt) / 1_000
}

async function approveNew(
  { officer, approver }: People,
  priority: 'routine' | 'emergency',
  body: string,
): Promise<{ id: string; from: number }> {
  const content = {
    title: priority === 'emergency' ? 'Khẩn cấp: sơ tán khỏi vùng ngập' : 'Lịch tiêm chủng',
    body,
    issuer: 'UBND xã',
    priority,
    ...(priority === 'emergency' && { urgencyReason: 'Đo từ phê duyệt đến khi phát' }),
    audience: { areas: [commune], tags: [] },
    channels: ['loudspeaker'],
  }
  const draft = await officer.post<{ id: string; revision: number }>('/api/announcements', { content })
  const submitted = await officer.post<{ hash: string }>(`/api/announcements/${draft.id}/submit`, {
    revision: draft.revision,
  })
  const from = Date.now()
  await approver.post(`/api/announcements/${draft.id}/approve`, { hash: submitted.hash })
  return { id: draft.id, from }
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    response => response.ok,
    () => false,
  )
}

/** The next whole minute before which a slot may still be filled. */
function slotStart(now: Date): Date {
  return new Date(Math.ceil((now.getTime() + airtimeSettings.lockAheadMs + 60_000) / 60_000) * 60_000)
}

function programmeOf(startsAt: Date): Programme {
  const local = new Date(startsAt.getTime() + 7 * 3_600_000).toISOString()
  return programmeSchema.parse({
    sessions: [{ start: local.slice(11, 16), weekdays: [1, 2, 3, 4, 5, 6, 7], minutes: 15 }],
    quiet: null,
    emergency: { times: 1, gapSeconds: 0, everyMinutes: null, afterwards: 'resume' },
  })
}

const routineText = `Trạm Y tế xã thông báo lịch tiêm chủng mở rộng cho trẻ em dưới 5 tuổi. ${'Đề nghị các gia đình đưa trẻ đến đúng giờ, mang theo sổ tiêm chủng. '.repeat(30)}`

/** 700 characters, different each time, so that nothing is there from the time before. */
function emergencyText(n: number): string {
  const lines = `Lúc ${n} giờ 30 phút, mực nước sông đã vượt báo động 3. Đề nghị nhân dân các thôn ven sông sơ tán ngay đến trường học và trụ sở Ủy ban nhân dân xã. `
  return lines.repeat(10).slice(0, 700)
}
