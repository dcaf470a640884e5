import { type Command, InvalidArgumentError } from 'commander'
import { benchAirtime } from '../../bench/airtime.ts'
import { benchBoards } from '../../bench/boards/index.ts'
import { benchDispatch } from '../../bench/dispatch.ts'
import { benchImport } from '../../bench/import.ts'
import { benchLedger } from '../../bench/ledger.ts'
import { benchOnAir } from '../../bench/on-air.ts'
import { benchReading } from '../../bench/reading.ts'
import { benchReceipts } from '../../bench/receipts.ts'
import type { BenchReport } from '../../bench/report.ts'
import { benchSmpp } from '../../bench/smpp.ts'
import { benchSmtp } from '../../bench/smtp.ts'
import { benchSpeech } from '../../bench/speech.ts'
import { benchStation } from '../../bench/station/real-time.ts'
import { benchStop } from '../../bench/stop.ts'
import { benchTwilio } from '../../bench/twilio.ts'
import { benchUrgent } from '../../bench/urgent.ts'
import { cleanText } from '../../text/input.ts'
import { table } from '../show/table.ts'
import { readTextSource } from '../text-source.ts'

function positive(text: string): number {
  const n = Number(text)
  if (!Number.isInteger(n) || n < 1) throw new InvalidArgumentError('a whole number from 1')
  return n
}

/** Adds `loa bench NAME`: measurements as programs, each beside the usual way in the same run. */
export function register(program: Command): void {
  const bench = program.command('bench').description('Đo hiệu năng · measurements, side by side in one run')
  bench
    .command('dispatch')
    .description('freeze and drain with a no-op provider, beside one job and two row updates per recipient')
    .option('--recipients <n>', 'people in the registry', positive, 100_000)
    .option('--beside-recipients <n>', 'people of the usual way', positive, 10_000)
    .option('--database-url <url>', 'an empty database of another PostgreSQL server instead of the embedded one')
    .option('--json', 'print one JSON document')
    .action(async (choices: { recipients: number; besideRecipients: number; databaseUrl?: string; json?: boolean }) => {
      print(await benchDispatch({ ...choices, onStep }), choices.json)
    })
  bench
    .command('urgent')
    .description(
      'seconds from approving an emergency to its first and 1,000th send during a bulk, beside an idle system',
    )
    .option('--recipients <n>', 'people of the routine bulk', positive, 1_000_000)
    .option('--rounds <n>', 'emergencies on each side; the slowest counts', positive, 3)
    .option('--per-second <n>', 'messages that the provider takes', positive, 500)
    .option('--latency <ms>', 'what an answer of the provider takes', positive, 20)
    .option('--json', 'print one JSON document')
    .action(async (choices: Paced & { rounds: number }) => {
      print(await benchUrgent({ ...choices, latencyMs: choices.latency, onStep }), choices.json)
    })
  bench
    .command('stop')
    .description('seconds from pause and from cancel to the last send, with a steady provider and one that became slow')
    .option('--recipients <n>', 'people of the bulk', positive, 1_000_000)
    .option('--per-second <n>', 'messages that the provider takes', positive, 500)
    .option('--latency <ms>', 'what an answer of the provider takes', positive, 20)
    .option('--slow <ms>', 'what an answer takes once the provider is slow', positive, 3_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: Paced & { slow: number }) => {
      const report = await benchStop({ ...choices, latencyMs: choices.latency, slowMs: choices.slow, onStep })
      print(report, choices.json)
    })
  bench
    .command('speech')
    .description(
      'seconds from a text to a verified MP3, a quarter of an hour and an emergency, beside the bare commands',
    )
    .option(
      '--characters <n>',
      'length of the spoken text of the slot; 13,700 take a quarter of an hour',
      positive,
      13_700,
    )
    .option('--rounds <n>', 'rounds of each side, in alternating order; the median counts', positive, 5)
    .option('--json', 'print one JSON document')
    .action(async (choices: { characters: number; rounds: number; json?: boolean }) => {
      print(await benchSpeech({ ...choices, onStep }), choices.json)
    })
  bench
    .command('import')
    .description('a CSV of citizens into the register, beside bare COPY of the same rows')
    .option('--rows <n>', 'rows of the file', positive, 1_000_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { rows: number; json?: boolean }) => {
      print(await benchImport({ ...choices, onStep: step => process.stderr.write(`… ${step}\n`) }), choices.json)
    })
  bench
    .command('reading')
    .description(
      'megabytes of text per second of the processor into spoken words, beside cutting and joining the same text',
    )
    .option('--megabytes <n>', 'size of each text', positive, 2)
    .option('--rounds <n>', 'runs of each side; the fastest counts', positive, 3)
    .option('--page <file>', "a page of one's own instead of the plan's announcement")
    .option('--json', 'print one JSON document')
    .action(async (choices: { megabytes: number; rounds: number; page?: string; json?: boolean }) => {
      const { page: file, ...rest } = choices
      const page = file === undefined ? {} : { page: cleanText(await readTextSource(file, process.stdin)) }
      print(benchReading({ ...rest, ...page, onStep }), choices.json)
    })
  bench
    .command('receipts')
    .description('a burst of delivery receipts, one per callback, in no order and partly twice')
    .option('--messages <n>', 'messages with receipts', positive, 50_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { messages: number; json?: boolean }) => {
      print(await benchReceipts({ ...choices, onStep }), choices.json)
    })
  bench
    .command('airtime')
    .description('planning the slots of a week for a country of communes, with and without news, and locking them')
    .option('--communes <n>', 'communes, each with a station', positive, 3_400)
    .option('--items <n>', 'announcements on every shelf', positive, 20)
    .option('--database-url <url>', 'an empty database of another PostgreSQL server instead of the embedded one')
    .option('--json', 'print one JSON document')
    .action(async (choices: { communes: number; items: number; databaseUrl?: string; json?: boolean }) => {
      print(await benchAirtime({ ...choices, onStep }), choices.json)
    })
  bench
    .command('boards')
    .description('seconds until all connected boards hold what was put on them, beside bare node; memory; heartbeats')
    .option('--boards <n>', 'connected boards', positive, 10_000)
    .option('--rounds <n>', 'changes on each side, in alternating order; the median counts', positive, 5)
    .option('--spread', 'a routine item, which boards fetch within a second of their own, instead of an emergency')
    .option('--kill', 'kill -9 of the API as well, and how the boards come back; takes a minute')
    .option('--beat-seconds <n>', 'how long heartbeats are sent as fast as they are taken', positive, 10)
    .option('--json', 'print one JSON document')
    .action(async (choices: BoardsChoices) => {
      const { spread = false, kill = false, ...rest } = choices
      print(await benchBoards({ ...rest, spread, kill, onStep }), choices.json)
    })
  bench
    .command('ledger')
    .description("what today's questions cost beside a year of outcomes: a person's history, the unreached, a claim")
    .option('--outcomes <n>', 'outcomes in the ledger', positive, 10_000_000)
    .option('--people <n>', 'people in the registry', positive, 1_000_000)
    .option('--json', 'print one JSON document')
    .action(async (choices: { outcomes: number; people: number; json?: boolean }) => {
      print(await benchLedger({ ...choices, onStep }), choices.json)
    })
  bench
    .command('station')
    .description('how late the player starts a slot, and how soon an emergency is on air, in real time')
    .option('--slots <n>', 'slots, and as many emergencies', positive, 5)
    .option('--link <url>', 'the link of a device of a running Loa: what it has to play meanwhile is measured instead')
    .option('--minutes <n>', 'how long to listen with --link', positive, 10)
    .option('--json', 'print one JSON document')
    .action(async (choices: { slots: number; link?: string; minutes: number; json?: boolean }) => {
      print(await benchStation({ ...choices, onStep }), choices.json)
    })
  bench
    .command('on-air')
    .description('from the approval of an emergency to sound at a station, and how late a slot begins; every part real')
    .option('--rounds <n>', 'emergencies; the slowest counts', positive, 3)
    .option('--no-slot', 'emergencies only; a slot takes a quarter of an hour to come')
    .option('--json', 'print one JSON document')
    .action(async (choices: { rounds: number; slot: boolean; json?: boolean }) => {
      print(await benchOnAir({ ...choices, onStep }), choices.json)
    })
  for (const [name, { run, messages, what }] of Object.entries(clientBenches)) {
    bench
      .command(name)
      .description(`messages per second through ${what}, to the simulator in another process`)
      .option('--messages <n>', 'messages of each side in each round', positive, messages)
      .option('--rounds <n>', 'rounds of each side, in alternating order; the median counts', positive, 5)
      .option('--json', 'print one JSON document')
      .action(async (choices: { messages: number; rounds: number; json?: boolean }) => {
        print(await run({ ...choices, onStep }), choices.json)
      })
  }
}

const clientBenches = {
  smtp: { run: benchSmtp, messages: 5_000, what: "the email channel beside nodemailer's pool" },
  smpp: { run: benchSmpp, messages: 20_000, what: 'the SMS channel beside the package smpp' },
  twilio: { run: benchTwilio, messages: 5_000, what: "the SMS channel beside Twilio's own client" },
}

interface Paced {
  recipients: number
  perSecond: number
  latency: number
  json?: boolean
}

interface BoardsChoices {
  boards: number
  rounds: number
  spread?: boolean
  kill?: boolean
  beatSeconds: number
  json?: boolean
}

const onStep = (step: string) => process.stderr.write(`… ${step}\n`)

function print(report: BenchReport, json: boolean | undefined): void {
  if (json) {
    process.stdout.write(`${JSON.stringify(report)}\n`)
    return
  }
  const rows = (side: string, figures: Record<string, number> = {}) =>
    Object.entries(figures).map(([name, value]) => [side, name, value])
  process.stdout.write(
    `${report.name} · ${report.machine.cores} × ${report.machine.cpu}, ${report.machine.memoryGiB} GiB, Node ${report.machine.node}\n`,
  )
  process.stdout.write(
    `${table(['', 'figure', 'value'], [...rows('ours', report.ours), ...rows('beside', report.beside)])}\n`,
  )
  for (const [name, text] of Object.entries(report.details ?? {})) process.stdout.write(`${name}\n${text}\n`)
  if (report.ratio !== undefined) process.stdout.write(`ratio ${report.ratio}\n`)
}
