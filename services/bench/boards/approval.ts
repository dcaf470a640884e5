import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createAccount } from '../../accounts/accounts.ts'
import { type ApiClient, signIn } from '../../cli/api-client.ts'
import type { Db } from '../../store/db.ts'
import { startPart } from '../part.ts'
import { round, until } from '../report.ts'
import type { Fleet } from './fleet.ts'
import { communeCode, emergencyText, province } from './world.ts'

/** The slowest of some emergencies, in seconds from the click of the approver. */
export type Approvals = {
  approvalToCommuneSeconds: number
  approvalToFirstSeconds: number
  approvalToAllSeconds: number
}

const longestMs = 120_000
const communes = 100

/**
 * From approving an emergency over HTTP until connected boards hold the manifest with it: API, relay, queue, a worker that
 * freezes, renders and delivers, shelf, poke. Once for the boards of one commune, once for all.
 */
export async function measureApprovals(world: {
  db: Db
  env: Record<string, string>
  dir: string
  port: number
  fleet: Fleet
  boards: number
  rounds: number
}): Promise<Approvals> {
  const { db, env, dir, port, fleet, boards, rounds } = world
  const worker = startPart(['work'], env, join(dir, 'worker.log'))
  try {
    const who = async (role: 'officer' | 'approver') => {
      const email = `${role}@loa.example`
      const { password } = await createAccount(db, { email, name: role, role, areas: [province] })
      return await signIn(`http://127.0.0.1:${port}`, email, password)
    }
    const people = { officer: await who('officer'), approver: await who('approver') }
    const inCommune = Math.ceil(boards / communes)
    // The worker has come to rest: what the bench itself had put aside is settled.
    await until(
      'the worker is at work',
      async () => (await db.query('select from outbox limit 1')).rowCount === 0,
      longestMs,
    )
    await approval(people, fleet, 'warm', communeCode(0), inCommune)
    const worst = { commune: 0, first: 0, all: 0 }
    for (let n = 0; n < rounds; n++) {
      const one = await approval(people, fleet, `xã ${n}`, communeCode(n % communes), inCommune)
      worst.commune = Math.max(worst.commune, one.last)
      const all = await approval(people, fleet, `tỉnh ${n}`, province, boards)
      worst.first = Math.max(worst.first, all.first)
      worst.all = Math.max(worst.all, all.last)
    }
    return {
      approvalToCommuneSeconds: round(worst.commune),
      approvalToFirstSeconds: round(worst.first),
      approvalToAllSeconds: round(worst.all),
    }
  } finally {
    await worker.stop()
  }
}

async function approval(
  { officer, approver }: { officer: ApiClient; approver: ApiClient },
  fleet: Fleet,
  name: string,
  area: string,
  count: number,
): Promise<{ first: number; last: number }> {
  const title = `Khẩn cấp đo từ phê duyệt ${name}`
  const content = {
    title,
    body: emergencyText,
    issuer: 'Ủy ban nhân dân tỉnh',
    priority: 'emergency',
    urgencyReason: 'Đo từ phê duyệt đến bảng tin',
    audience: { areas: [area], tags: [] },
    channels: ['board'],
  }
  const draft = await officer.post<{ id: string; revision: number }>('/api/announcements', { content })
  const { hash } = await officer.post<{ hash: string }>(`/api/announcements/${draft.id}/submit`, {
    revision: draft.revision,
  })
  const here = fleet.ask({ ask: 'hold', text: title, present: true, count })
  const from = performance.timeOrigin + performance.now()
  await approver.post(`/api/announcements/${draft.id}/approve`, { hash })
  const { times } = await here
  const seconds = times.map(t => (t - from) / 1_000)
  const gone = fleet.ask({ ask: 'hold', text: title, present: false })
  await officer.post(`/api/announcements/${draft.id}/cancel`, { reason: 'Đo xong' })
  await gone
  await delay(500)
  return { first: seconds[0] ?? Number.NaN, last: seconds.at(-1) ?? Number.NaN }
}
