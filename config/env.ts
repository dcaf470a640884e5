import { z } from 'zod'

/**
 * What the program is told from outside: one documented line per variable. This is the only file that reads
 * process.env. `.env.example` is generated from this table and the channels' own `configHelp`; a test checks it.
 */
const variables = {
  LOA_DATA: { schema: z.string().default('data'), help: 'Folder for embedded data (database, queue, secrets, logs)' },
  LOA_HOST: { schema: z.string().default('127.0.0.1'), help: 'Address to listen on' },
  LOA_PORT: { schema: z.coerce.number().int().min(0).max(65_535).default(8080), help: 'Port of the console and API' },
  LOA_PUBLIC_URL: {
    schema: z.url({ protocol: /^https?$/ }).optional(),
    help: 'Address under which devices and vendors reach this instance; default http://LOA_HOST:LOA_PORT',
  },
  DATABASE_URL: {
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    help: 'PostgreSQL 15 or newer; when unset, an embedded PostgreSQL is started under LOA_DATA',
  },
  REDIS_URL: {
    schema: z.url({ protocol: /^rediss?$/ }).optional(),
    help: 'Redis with AOF and noeviction; when unset, a private redis-server is started under LOA_DATA',
  },
  LOA_SECRET: {
    schema: z.string().min(32, 'cần ít nhất 32 ký tự · needs at least 32 characters').optional(),
    help: 'Signs sessions and links; required with DATABASE_URL, otherwise made and kept under LOA_DATA',
  },
  LOA_LOG_LEVEL: {
    schema: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
    help: 'Least severe log line that is written',
  },
  LOA_CHANNELS: {
    schema: z
      .string()
      .default('loudspeaker,board,sms,email')
      .transform(list =>
        list
          .split(',')
          .map(s => s.trim())
          .filter(Boolean),
      ),
    help: 'Enabled channels, separated by commas',
  },
  LOA_LEASE_SECONDS: {
    schema: z.coerce.number().int().min(2).max(600).default(30),
    help: 'A worker that is silent for so long has lost the people it was sending to; default 30',
  },
  LOA_SWEEP_SECONDS: {
    schema: z.coerce.number().int().min(1).max(600).default(15),
    help: 'How often the sweep looks for work that nobody holds; default 15',
  },
  LOA_QUIET_HOURS: {
    schema: z
      .string()
      .regex(/^(off|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$/, 'HH:MM-HH:MM hoặc off · HH:MM-HH:MM or off')
      .optional(),
    help: 'When routine SMS wait until the end, in Viet Nam time; off: never. Default 21:00-07:00, in a demo off',
  },
  LOA_BOARD_WORKER: {
    schema: z.enum(['on', 'off']).default('on'),
    help: 'off: public boards drop the service worker that starts them offline, should one ever go wrong; default on',
  },
  LOA_SPEECH_CACHE_MB: {
    schema: z.coerce.number().int().min(0).max(1_000_000).default(512),
    help: 'Megabytes of spoken pieces kept under LOA_DATA/cache/speech, so that nothing is spoken twice; 0: none. Default 512',
  },
  LOA_KEEP_MONTHS: {
    schema: z.coerce.number().int().min(1).max(240).default(24),
    help: 'Months for which it is kept who was sent what; afterwards only the counts remain',
  },
  LOA_SIMULATOR_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8090),
    help: 'Port of the simulator page and its Twilio- and eSMS-shaped APIs (demo and training)',
  },
  LOA_SIMULATOR_SMTP_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8025),
    help: 'Port of the simulator mail server (demo and training)',
  },
  LOA_SIMULATOR_SMPP_PORT: {
    schema: z.coerce.number().int().min(0).max(65_535).default(8027),
    help: 'Port of the simulator short message centre, SMPP 3.4 (demo and training)',
  },
  LOA_STATION_MQTT_URL: {
    schema: z.url({ protocol: /^(mqtts?|wss?)$/ }).optional(),
    help: 'Broker (MQTT 5) through which devices of stations that ask for it get their manifests; unset: none',
  },
  LOA_STATION_MQTT_USERNAME: { schema: z.string().optional(), help: 'Account at that broker' },
  LOA_STATION_MQTT_PASSWORD: { schema: z.string().optional(), help: 'Password of that account' },
  LOA_STATION_MQTT_PREFIX: {
    schema: z
      .string()
      .regex(/^[\w-]+(\/[\w-]+)*$/, 'chữ, số, gạch nối, phân cấp bằng / · letters, digits and hyphens, levels by /')
      .default('vn'),
    help: 'First level of the topics: <prefix>/<province>/<commune>/dev/<device>/...; default vn',
  },
  LOA_STATION_MQTT_LOOPBACK_ONLY: {
    schema: z.stringbool({ truthy: ['true', '1', 'yes'], falsy: ['false', '0', 'no'] }).default(false),
    help: 'true: refuse any broker that is not on this machine; needed in a demo',
  },
  LOA_SERVER: {
    schema: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8080'),
    help: 'Running instance that loa send, import, status, cancel, pause and resume talk to',
  },
  LOA_USER: { schema: z.string().optional(), help: 'Account (email) with which those commands sign in' },
  LOA_PASSWORD: { schema: z.string().optional(), help: 'Password of that account' },
} as const

type Variables = typeof variables
export type Env = { -readonly [K in keyof Variables]: z.output<Variables[K]['schema']> }

export interface EnvReading {
  env: Env
  /** Raw LOA_<CHANNEL>_* values by channel id, prefix removed; each channel parses its own. */
  channelValues: (channelId: string) => Record<string, string>
}

const inVietnamese = { error: z.locales.vi().localeError }

/** What is wrong with one value, in both languages where the schema has no sentence of its own. */
function problemText(schema: z.ZodType, value: unknown): string | undefined {
  const [vi, en] = [schema.safeParse(value, inVietnamese), schema.safeParse(value)].map(result =>
    result.error?.issues.map(issue => issue.message).join('; '),
  )
  return vi === en ? vi : `${vi} · ${en}`
}

/** All problems of the environment at once, one line each. */
export class EnvProblems extends Error {
  readonly problems: string[]
  constructor(problems: string[]) {
    const heading = `Cấu hình có ${problems.length} chỗ chưa đúng · the configuration has ${problems.length} problem(s):`
    super(`${heading}\n${problems.map(p => `  - ${p}`).join('\n')}`)
    this.name = 'EnvProblems'
    this.problems = problems
  }
}

/** Prefix of a channel's variables: `sms` -> `LOA_SMS_`. */
export function channelPrefix(channelId: string): string {
  return `LOA_${channelId.toUpperCase().replaceAll('-', '_')}_`
}

/**
 * Parses the environment. Empty strings count as unset, as in compose files.
 * @throws EnvProblems listing every problem together
 */
export function readEnv(source: Record<string, string | undefined> = process.env): EnvReading {
  const problems: string[] = []
  const env: Record<string, unknown> = {}
  for (const [name, { schema, help }] of Object.entries(variables)) {
    const value = source[name] === '' ? undefined : source[name]
    const result = schema.safeParse(value)
    if (result.success) env[name] = result.data
    else problems.push(`${name}: ${problemText(schema, value)} (${help})`)
  }
  if (problems.length > 0) throw new EnvProblems(problems)
  return {
    env: env as Env,
    channelValues: channelId => {
      const prefix = channelPrefix(channelId)
      const values: Record<string, string> = {}
      for (const [name, value] of Object.entries(source)) {
        if (name.startsWith(prefix) && value) values[name.slice(prefix.length)] = value
      }
      return values
    },
  }
}

/** The broker of the stations' devices, when one is set. */
export function stationBroker(env: Env):
  | {
      url: string
      username: string | undefined
      password: string | undefined
      prefix: string
      loopbackOnly: boolean
    }
  | undefined {
  if (env.LOA_STATION_MQTT_URL === undefined) return undefined
  return {
    url: env.LOA_STATION_MQTT_URL,
    username: env.LOA_STATION_MQTT_USERNAME,
    password: env.LOA_STATION_MQTT_PASSWORD,
    prefix: env.LOA_STATION_MQTT_PREFIX,
    loopbackOnly: env.LOA_STATION_MQTT_LOOPBACK_ONLY,
  }
}

/**
 * The two paces of the dispatch engine. Read when config/queues.ts is loaded, before any command can print a problem,
 * so a value that is wrong counts as unset here; {@link readEnv}, which every command calls, names it.
 */
export function enginePace(source: Record<string, string | undefined> = process.env): {
  leaseMs: number
  sweepEveryMs: number
} {
  const seconds = (name: 'LOA_LEASE_SECONDS' | 'LOA_SWEEP_SECONDS'): number => {
    const { schema } = variables[name]
    return schema.safeParse(source[name] || undefined).data ?? schema.parse(undefined)
  }
  return { leaseMs: seconds('LOA_LEASE_SECONDS') * 1_000, sweepEveryMs: seconds('LOA_SWEEP_SECONDS') * 1_000 }
}

/**
 * The environment of a child process that belongs to a private instance (`loa chaos`, benches): ours, but nothing that
 * steers Loa except what is given. Ours is emptied rather than left out, since the child reads `.env` for what is unset.
 */
export function privateEnv(given: Record<string, string>): Record<string, string> {
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(process.env)) {
    env[name] = /^LOA_|^(DATABASE|REDIS)_URL$/.test(name) ? '' : (value ?? '')
  }
  return { ...env, ...given }
}

/** Names and help of all variables, for `.env.example` and `loa doctor`. */
export function envHelp(): { name: string; help: string }[] {
  return Object.entries(variables).map(([name, { help }]) => ({ name, help }))
}
