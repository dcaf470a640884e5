import { queueSettings } from '../../config/queues.ts'
import type { Announcement } from '../http/schemas.ts'
import type { FaultInput } from '../simulator/faults.ts'
import type { ChaosTroubles } from './chaos-drive.ts'
import { driveToEnd } from './chaos-drive.ts'
import { gatherEvidence } from './chaos-evidence.ts'
import { planTroubles } from './chaos-plan.ts'
import type { Verdict } from './chaos-verdict.ts'
import { judge } from './chaos-verdict.ts'
import type { World } from './chaos-world.ts'
import { startWorld } from './chaos-world.ts'
import { provinceCode } from './registry.ts'
import type { BenchReport } from './report.ts'
import { machine } from './report.ts'

export interface ChaosOptions {
  seed: number
  recipients: number
  kills: number
  workers: number
  postgresStoppedSeconds: number
  /** The engine's own paces, so that a quick run need not wait out leases meant for a province. */
  leaseSeconds: number
  sweepSeconds: number
  onStep: (step: string) => void
  /** Share of the audience that is done, 0 to 1. */
  onProgress: (fraction: number) => void
  /** Lends the caller a way to end everything early (Ctrl-C). */
  onStarted: (end: () => Promise<void>) => void
}

export interface ChaosReport extends Verdict, ChaosTroubles {
  seed: number
  machine: BenchReport['machine']
  recipients: number
  workers: number
  audience: number
  accepted: number
  confirmed: number
  rejected: number
  skipped: number
  unknown: number
  /** Targets ever unknown because their worker was gone, and for any other reason (timeouts, lost answers). */
  unknownFromKills: number
  unknownFromTimeouts: number
  largestFlush: number
  /** Messages that the vendor took. */
  vendorTook: number
  /** Where data and logs are kept after a failure. */
  kept?: string
}

const vendorTimeoutMs = 600

/**
 * A vendor on a bad day. One message in a hundred is taken without an answer in time, a few more lose their answer or are
 * told to come later; receipts come late, twice, or never.
 */
function badDay(seed: number): FaultInput {
  return {
    seed,
    latencyMs: 15,
    sentAfterMs: 200,
    deliveredAfterMs: 1_500,
    rules: [
      { kind: 'sms.slow', percent: 1, delayMs: 10 * vendorTimeoutMs },
      { kind: 'sms.drop-after', percent: 0.2 },
      { kind: 'sms.too-many', percent: 0.5 },
      { kind: 'sms.invalid-number', percent: 0.5 },
      { kind: 'sms.no-receipt', percent: 10 },
      { kind: 'sms.repeat-receipt', percent: 30 },
      { kind: 'sms.undelivered', percent: 2 },
    ],
  }
}

/**
 * Dispatches SMS to `recipients` people through separate processes, lets everything go wrong on the way (see
 * `planTroubles`), waits until it has come to rest by itself, and compares the vendor's own record with the database.
 * @returns the report; `failures` is empty when every promise was kept
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, recipients, kills, workers, onStep } = options
  const postgresStoppedMs = options.postgresStoppedSeconds * 1_000
  const world = await startWorld({ ...options, faults: badDay(seed), vendorTimeoutMs })
  let failed = true
  try {
    onStep('announcement')
    const announcement = await submitted(world)
    onStep(`dispatch with ${kills} kills`)
    const troubles = planTroubles(seed, { kills, workers, postgresStoppedMs })
    await world.approver.post(`/api/announcements/${announcement.id}/approve`, { hash: announcement.hash })
    const drive = await driveToEnd(world, announcement.id, troubles, { ...options, postgresStoppedMs })
    onStep('comparison')
    const evidence = await gatherEvidence(world, announcement.id, recipients)
    const lanes = queueSettings.deliver.concurrency
    const { completedByItself } = drive
    const verdict = judge({ ...evidence, completedByItself, kills: drive.kills, lanes })
    failed = verdict.failures.length > 0
    const { counts, vendor } = evidence
    return {
      seed,
      machine: machine(),
      recipients,
      workers,
      ...drive,
      audience: counts.audience,
      accepted: counts.accepted,
      confirmed: counts.confirmed,
      rejected: counts.rejected,
      skipped: counts.skipped,
      unknown: counts.unknown,
      unknownFromKills: evidence.unknownFromKills,
      unknownFromTimeouts: evidence.unknownFromTimeouts,
      largestFlush: evidence.largestFlush,
      vendorTook: [...vendor.values()].reduce((a, b) => a + b, 0),
      ...verdict,
      ...(failed && { kept: world.dir }),
    }
  } finally {
    await world.close(failed)
  }
}

async function submitted({ officer }: World): Promise<Announcement> {
  const draft = await officer.post<Announcement>('/api/announcements', {
    content: {
      title: 'Thông báo lịch cắt nước sinh hoạt',
      body: 'Nhà máy nước tạm ngừng cấp nước từ 8 giờ đến 17 giờ ngày mai để sửa đường ống. Đề nghị bà con trữ nước.',
      audience: { areas: [provinceCode] },
      channels: ['sms'],
      priority: 'priority',
    },
  })
  return await officer.post<Announcement>(`/api/announcements/${draft.id}/submit`, { revision: draft.revision })
}
