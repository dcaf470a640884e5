import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Batch, Channel, CitizenTarget, RenderSource } from '../../channels/contract.ts'
import { installChannels } from '../../channels/registry.ts'
import { readEnv } from '../../config/env.ts'
import { dispatchSettings } from '../../config/queues.ts'
import type { SimulatorReport } from '../cli/commands/simulator.ts'
import { nextFlush } from '../dispatch/deliver.ts'
import { announcementContentSchema } from '../domain/announcement.ts'
import { createLinks } from '../runtime/links.ts'
import type { FaultInput } from '../simulator/faults.ts'
import { setFaults, simulatorWords } from './chaos-world.ts'
import { startPart } from './part.ts'
import { phoneOf } from './registry.ts'
import type { BenchReport } from './report.ts'
import { machine, round, timed } from './report.ts'

export interface ClientBenchOptions {
  /** Messages that each side sends in each round. */
  messages: number
  /** Rounds of each side; who goes first alternates, so that drift of the machine cancels out. */
  rounds: number
  onStep: (step: string) => void
}

/** One way of sending. @returns how many the vendor accepted */
export interface Side {
  send(targets: CitizenTarget[]): Promise<number>
  close(): Promise<void>
}

/** Lanes of the dispatch in one worker process; the bare client has as many messages under way as all of them. */
export const lanes = 2

/** What both sides of one bench need: the simulator's settings, and the very content that our channel sends. */
export interface ClientWorld<Config, Content> {
  config: Config
  content: Content
  env: Record<string, string>
  unsubscribeUrl: (channelId: string, citizenId: string) => string
  /** A callback address as our channel makes it, with nobody behind it: the simulator sends no receipts in a bench. */
  publicUrl: string
}

export interface ClientBench<Config, Content> {
  name: string
  channel: Channel<Config, Content>
  /** Further settings of the channel (`LOA_SMS_...`). */
  settings?: Record<string, string>
  faults?: FaultInput
  /** Which of the simulator's totals counts these messages. */
  total: 'sms' | 'email'
  bare(world: ClientWorld<Config, Content>): Promise<Side>
}

const dispatchId = '1'
const noLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

const source: RenderSource = {
  announcementId: '00000000-0000-4000-8000-000000000000',
  revision: 1,
  demo: false,
  content: announcementContentSchema.parse({
    title: 'Thông báo lịch cắt nước sinh hoạt',
    body: 'Nhà máy nước tạm ngừng cấp nước từ 8 giờ đến 17 giờ ngày mai để sửa đường ống. Đề nghị bà con trữ nước.',
    // One part, so that a text message is one request whatever the protocol.
    variants: { sms: { text: 'Cat nuoc tu 8h den 17h ngay mai de sua duong ong. De nghi ba con tru nuoc.' } },
  }),
}

/**
 * Messages per second through the real session of a channel, in batches and two lanes as the dispatch calls it, beside
 * the bare client library with the same content, connections and messages under way. Both send to one simulator in
 * another process; its own count is compared with what both believe.
 */
export async function benchClients<Config, Content>(
  bench: ClientBench<Config, Content>,
  { messages, rounds, onStep }: ClientBenchOptions,
): Promise<BenchReport> {
  const dir = await mkdtemp(join(tmpdir(), 'loa-bench-'))
  const simulator = startPart(simulatorWords, {}, join(dir, 'simulator.log'))
  try {
    const { page, env } = JSON.parse(await simulator.firstLine()) as SimulatorReport
    if (bench.faults) await setFaults(page, bench.faults)
    const world = await openWorld(bench, { ...env, ...bench.settings })
    const sides = { ours: await ourSide(bench.channel, world), beside: await bench.bare(world) }
    const rates = { ours: [] as number[], beside: [] as number[] }
    const run = async (side: 'ours' | 'beside', n: number) => {
      const targets = people(n)
      const { seconds, result } = await timed(() => sides[side].send(targets))
      if (result !== n) throw new Error(`${side}: the vendor accepted ${result} of ${n}`)
      return n / seconds
    }
    const warmUp = Math.ceil(messages / 4)
    onStep('warming up')
    for (const side of ['ours', 'beside'] as const) await run(side, warmUp)
    for (let i = 0; i < rounds; i++) {
      onStep(`round ${i + 1} of ${rounds}`)
      const order = i % 2 === 0 ? (['ours', 'beside'] as const) : (['beside', 'ours'] as const)
      for (const side of order) rates[side].push(await run(side, messages))
    }
    await sides.ours.close()
    await sides.beside.close()
    await checkTotal(page, bench.total, 2 * (warmUp + rounds * messages))
    // Of each round, so that what else the machine does in it touches both sides alike.
    const ratios = rates.ours.map((ours, i) => ours / (rates.beside[i] ?? Number.NaN))
    return {
      name: bench.name,
      machine: machine(),
      params: { messages, rounds, lanes },
      ours: { perSecond: round(median(rates.ours)) },
      beside: { perSecond: round(median(rates.beside)) },
      ratio: round(median(ratios)),
    }
  } finally {
    await simulator.stop()
    await rm(dir, { recursive: true, force: true })
  }
}

async function openWorld<Config, Content>(
  { channel }: ClientBench<Config, Content>,
  env: Record<string, string>,
): Promise<ClientWorld<Config, Content>> {
  const { channelValues } = readEnv(env)
  const config = installChannels([channel], [channel.id], channelValues).get(channel.id)?.config as Config
  const tools = { workDir: '', signal: new AbortController().signal, log: noLog }
  const { content } = await channel.render(source, tools, config)
  const links = createLinks('a secret of a bench, thirty-two characters', 'http://127.0.0.1:9')
  return { config, content, env, unsubscribeUrl: links.unsubscribeUrl, publicUrl: links.publicUrl }
}

function people(n: number): CitizenTarget[] {
  return Array.from({ length: n }, (_, i) => ({
    id: String(i + 1),
    address: phoneOf(i + 1),
    fullName: `Người ${i + 1}`,
  }))
}

/** Our session, called as the dispatch does: two lanes, each with flushes that it sizes by what the last one took. */
async function ourSide<Config, Content>(
  channel: Channel<Config, Content>,
  world: ClientWorld<Config, Content>,
): Promise<Side> {
  const session = await channel.open(world.config, {
    log: noLog,
    now: () => new Date(),
    publicUrl: world.publicUrl,
    signUrl: path => path,
    unsubscribeUrl: world.unsubscribeUrl,
    mail: { send: async () => ({ kind: 'rejected', code: 'no-mail-server' }) },
    shelf: { put: async () => undefined },
    news: { record: async () => undefined },
    pace: { take: async () => new Date() },
    vendors: { shares: async weights => weights, report: async () => undefined },
  })
  const { signal } = new AbortController()
  const most = Math.min(channel.traits.maxBatch, dispatchSettings.maxFlush)
  const sizes = Array.from({ length: lanes }, () => Math.min(dispatchSettings.firstFlush, most))

  async function flush(size: number, targets: CitizenTarget[]): Promise<{ accepted: number; size: number }> {
    const batch: Batch<Content> = {
      dispatchId,
      announcementId: source.announcementId,
      renditionId: 'bench',
      title: source.content.title,
      priority: 'routine',
      expiresAt: null,
      content: world.content,
      files: [],
      targets,
    }
    const { content } = world
    const slot = await session.reserve?.({ count: targets.length, content, priority: 'routine' }, signal)
    const started = performance.now()
    const outcomes = await session.send(slot ? { ...batch, slot } : batch, signal)
    return {
      accepted: outcomes.filter(o => o.kind === 'accepted').length,
      size: targets.length === size ? nextFlush(size, performance.now() - started, most) : size,
    }
  }
  return {
    async send(targets) {
      const addressed = channel.address === 'email' ? targets.map(withMailbox) : targets
      let next = 0
      let accepted = 0
      const lane = async (i: number) => {
        while (next < addressed.length) {
          const from = next
          const size = sizes[i] ?? most
          next = Math.min(from + size, addressed.length)
          const done = await flush(size, addressed.slice(from, next))
          accepted += done.accepted
          sizes[i] = done.size
        }
      }
      await Promise.all(sizes.map((_, i) => lane(i)))
      return accepted
    },
    close: () => session.close(),
  }
}

/** The same person by mail. */
export function withMailbox(target: CitizenTarget): CitizenTarget {
  return { ...target, address: `nguoi${target.id}@loa.example` }
}

/** Sends one by one with so many under way at once, as a program without a dispatch would. */
export async function inParallel<T>(
  items: Iterable<T>,
  atOnce: number,
  sendOne: (item: T) => Promise<boolean>,
): Promise<number> {
  const source = items[Symbol.iterator]()
  let accepted = 0
  const lane = async () => {
    for (let next = source.next(); !next.done; next = source.next()) {
      if (await sendOne(next.value)) accepted += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return accepted
}

async function checkTotal(page: string, kind: 'sms' | 'email', expected: number): Promise<void> {
  const summary = (await (await fetch(`${page}/api/summary`)).json()) as Record<'sms' | 'email', { total: number }>
  const { total } = summary[kind]
  if (total !== expected) throw new Error(`the simulator has ${total} messages, ${expected} were accepted`)
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}
