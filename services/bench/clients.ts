import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Channel, CitizenTarget } from '../../channels/contract.ts'
import { installChannels } from '../../channels/registry.ts'
import { readEnv } from '../../config/env.ts'
import type { SimulatorReport } from '../cli/commands/simulator.ts'
import { createLinks } from '../runtime/links.ts'
import type { FaultInput } from '../simulator/faults.ts'
import type { ClientWorld, Side } from './client-sides.ts'
import { benchLog, lanes, ourSide, source } from './client-sides.ts'
import { startPart } from './part.ts'
import { phoneOf } from './registry.ts'
import type { BenchReport } from './report.ts'
import { machine, round, timed } from './report.ts'
import { setFaults, simulatorWords } from './vendor.ts'

export interface ClientBenchOptions {
  /** Messages that each side sends in each round. */
  messages: number
  /** Rounds of each side; who goes first alternates, so that drift of the machine cancels out. */
  rounds: number
  onStep: (step: string) => void
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
  const tools = { workDir: '', signal: new AbortController().signal, log: benchLog }
  const { content } = await channel.render(source, tools, config)
  const links = createLinks('a secret of a bench, thirty-two characters', 'http://127.0.0.1:9')
  return { config, content, unsubscribeUrl: links.unsubscribeUrl, publicUrl: links.publicUrl }
}

function people(n: number): CitizenTarget[] {
  return Array.from({ length: n }, (_, i) => ({
    id: String(i + 1),
    address: phoneOf(i + 1),
    fullName: `Người ${i + 1}`,
  }))
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
