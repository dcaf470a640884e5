import { readdirSync, readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'
import { projectPath } from '../../runtime/paths.ts'
import { commandLine, signalProcess } from '../../runtime/process.ts'

/** What the page's text said from one simulated second to another (true time, both included). */
export interface Sight {
  from: number
  to: number
  /** Numbers of the items whose title or document number could be read. */
  marks: string
  /** A clock could be read. */
  clock: boolean
  /** All of the text, when no item could be read. */
  words: string
}

/** Where a piece of text that names an item is on the screen, in pixels. */
export interface Place {
  mark: string
  left: number
  top: number
  width: number
  height: number
}

/** A television set: a browser with its own disk, whose power can be cut, and whose clock can be wrong. */
export interface TvSet {
  isOn(): boolean
  on(): Promise<void>
  off(how: 'kill' | 'close'): Promise<void>
  /** Loads the page anew. */
  reload(): Promise<void>
  /** Turns time to a moment; what the page's observer saw is handed over to `onSeen`. */
  run(untilMs: number): Promise<void>
  /** Lets what is on its way arrive, without time passing. */
  settle(): Promise<void>
  setClockError(ms: number, zone?: string): Promise<void>
  clockError(): number
  /** In which it begins the next time. */
  setZone(zone: string): Promise<void>
  /** A pairing code that can be read on the screen. */
  code(): Promise<string | undefined>
  setStorageFull(full: boolean): Promise<void>
  /** How long answers are waited for, in real milliseconds, before time goes on without them. */
  patience(ms: number): void
  /** A picture of the screen, and where on it the text of each item stands. */
  look(): Promise<{ picture: Buffer; places: Place[] } | undefined>
  page(): Page | undefined
  /** What the page complained of that the player did not catch. */
  errors: string[]
  dispose(): Promise<void>
}

interface SetOptions {
  url: string
  /** The set's disk. */
  dir: string
  nowMs: () => number
  setNow: (ms: number) => void
  onSeen: (sights: Sight[]) => void
  /** The page did not answer: nothing that could be looked at. */
  onBlind: (atMs: number, why: string) => void
  /** The page has loaded itself anew. */
  onStart: () => void
}

/** Small, since every picture costs: a browser draws in real time, many times in each simulated minute. */
const viewport = { width: 640, height: 360 }
const usualPatienceMs = 4_000

interface BenchInPage {
  now: number
  seen: Sight[]
}

/** Makes the set, switched off. */
export function createSet({ url, dir, nowMs, setNow, onSeen, onBlind, onStart }: SetOptions): TvSet {
  const source = readFileSync(projectPath('services/bench/board-days/in-page.mjs'), 'utf8')
  const errors: string[] = []
  let context: BrowserContext | undefined
  let page: Page | undefined
  let patienceMs = usualPatienceMs
  let errorMs = 0
  let zone = 'Asia/Ho_Chi_Minh'
  let isFull = false

  const inPage = async <T>(expression: string): Promise<T> => {
    if (!page) throw new Error('the set is off')
    return await page.evaluate<T>(expression)
  }

  /** Waits in real time until the document is there. A set whose browser shows its own error page never gets there. */
  const loaded = async (): Promise<boolean> => {
    const until = performance.now() + 15_000
    while (page && performance.now() < until) {
      const ready = await inPage<string>('window.loaBench ? window.loaBench.state().ready : ""').catch(() => '')
      if (ready === 'complete') return true
      if (page.url().startsWith('chrome-error:')) break
      await new Promise(resolve => setTimeout(resolve, 10))
    }
    onBlind(nowMs(), `the page is not there: ${page?.url() ?? 'no page'}`)
    return false
  }

  const on = async () => {
    const { chromium } = await import('playwright-core')
    context = await chromium.launchPersistentContext(dir, {
      executablePath: '/usr/bin/chromium',
      viewport,
      timezoneId: zone,
      // Ended in order by whoever started the run.
      ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-gpu-compositing',
        '--disable-gpu-rasterization',
        '--disable-software-rasterizer',
        '--no-first-run',
        '--disable-background-networking',
        '--autoplay-policy=no-user-gesture-required',
      ],
    })
    const config = { startMs: nowMs(), errorMs, storageFull: isFull }
    await context.addInitScript({ content: source.replace('__CONFIG__', JSON.stringify(config)) })
    page = context.pages()[0] ?? (await context.newPage())
    page.on('pageerror', error => errors.push(String(error)))
    page.on('crash', () => onBlind(nowMs(), 'the page crashed'))
    await page.goto(url, { waitUntil: 'commit' }).catch(() => undefined)
    if (await loaded()) await settle()
  }

  const settle = async () => {
    await inPage(`window.loaBench.settle(${patienceMs})`).catch(() => undefined)
  }

  return {
    isOn: () => page !== undefined,
    on,
    errors,
    page: () => page,
    settle,
    patience(ms) {
      patienceMs = ms
    },
    async off(how) {
      const dying = context
      page = undefined
      context = undefined
      if (!dying) return
      if (how === 'kill') killBrowser(dir)
      await dying.close().catch(() => undefined)
    },
    async reload() {
      await page?.reload({ waitUntil: 'commit' }).catch(() => undefined)
      if (await loaded()) await settle()
    },
    async run(untilMs) {
      for (let tries = 0; nowMs() < untilMs && tries < 50; tries++) {
        if (!page) break
        try {
          const { now, seen } = await inPage<BenchInPage>(`window.loaBench.run(${untilMs}, ${patienceMs})`)
          onSeen(seen)
          setNow(now)
        } catch {
          // The page went away under us: the player loads itself anew (at night, or for a new build).
          if (!(await loaded())) break
          setNow(await inPage<number>('window.loaBench.state().now'))
          onStart()
          await settle()
        }
      }
      setNow(untilMs)
    },
    async setClockError(ms, newZone) {
      errorMs = ms
      if (newZone) zone = newZone
      if (page) await inPage(`window.loaBench.setError(${ms})`)
    },
    clockError: () => errorMs,
    async setZone(newZone) {
      zone = newZone
    },
    async code() {
      const text = await inPage<string>('document.body ? document.body.innerText : ""').catch(() => '')
      return /ghép nối[\s\S]{0,40}?([2-9A-HJKMNP-TV-Z]{3}[ -]?[2-9A-HJKMNP-TV-Z]{3})(?![\p{L}\d])/u.exec(text)?.[1]
    },
    async setStorageFull(full) {
      isFull = full
      if (page) await inPage(`window.loaBench.setFull(${full})`)
    },
    async look() {
      try {
        const places = await inPage<Place[]>('window.loaBench.places()')
        const picture = await page?.screenshot({ animations: 'allow', caret: 'initial' })
        return picture && { picture, places }
      } catch {
        return undefined
      }
    },
    dispose: async () => {
      await context?.close().catch(() => undefined)
    },
  }
}

/** As a power cut would: the whole browser at once. It is the process that was started on this set's disk. */
function killBrowser(dir: string): void {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const words = commandLine(Number(name))
    // Its children name the folder too, and end with it.
    const isIt = words.includes(`--user-data-dir=${dir}`) && !words.some(word => word.startsWith('--type='))
    if (isIt) signalProcess(Number(name), 'SIGKILL')
  }
}
