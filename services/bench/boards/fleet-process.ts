import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import type { BoardHeartbeat, BoardManifest } from '../../domain/board.ts'
import type { FleetAnswer, FleetBoard, FleetQuestion } from './fleet.ts'
import { ask, openStream } from './wire.ts'

/*
 * Boards in a process of their own: each holds its event stream, fetches its manifest when it is poked, and checks that the
 * version is the hash of what came. After a loss it comes back as a browser's EventSource does.
 */

interface Board extends FleetBoard {
  from: string
  socket: Socket | undefined
  retryMs: number
  version: string
  fetching: boolean
  due: boolean
  body: Buffer
  told: boolean
}

let port = 0
let spread = false
let boards: Board[] = []
let wrong = 0
const failures = new Map<string, number>()
let stopping = false
/** Whatever has not come by then never will. */
const longestMs = 90_000
/** What is waited for, and by when each board had it. */
let goal: { holds: (board: Board) => boolean; count: number; times: Map<Board, number>; done: () => void } | undefined

const clock = () => performance.timeOrigin + performance.now()

function reached(board: Board): void {
  if (!goal || goal.times.has(board) || !goal.holds(board)) return
  goal.times.set(board, clock())
  if (goal.times.size === goal.count) goal.done()
}

function answerOf(times: number[]): FleetAnswer {
  const answer = { times, wrong, failures: Object.fromEntries(failures) }
  failures.clear()
  return answer
}

/** Streams take half of the 20,000 descriptors that a process may be given, and closed ones keep theirs for a moment. */
const fetchesAtOnce = 5_000
let fetches = 0
const line: Board[] = []

function fetchManifest(board: Board): void {
  if (board.fetching) {
    board.due = true
    return
  }
  board.fetching = true
  if (fetches < fetchesAtOnce) void fetchNow(board)
  else line.push(board)
}

async function fetchNow(board: Board): Promise<void> {
  fetches++
  board.due = false
  let again = false
  try {
    const none = board.version ? `\r\nIf-None-Match: "${board.version}"` : ''
    const head = `GET /api/board/manifest HTTP/1.1\r\nAuthorization: Bearer ${board.access}${none}`
    const answer = await ask({ port, from: board.from }, head)
    if (answer.status === 200) take(board, answer.header('etag') ?? '', answer.body)
    else if (answer.status !== 304) wrong++
  } catch (error) {
    failures.set(String(error), (failures.get(String(error)) ?? 0) + 1)
    again = true
  }
  fetches--
  board.fetching = false
  // After a failure as the player does: once more, a little later.
  if (again && !stopping) setTimeout(() => fetchManifest(board), 1_000)
  else if (board.due) fetchManifest(board)
  const next = fetches < fetchesAtOnce ? line.shift() : undefined
  if (next) void fetchNow(next)
}

/** The version must be the hash of everything behind it, or the figure is worth nothing. */
function take(board: Board, etag: string, body: Buffer): void {
  const version = etag.slice(1, -1)
  const rest = body.subarray(`{"version":"${version}",`.length)
  const right = createHash('sha256').update(rest).digest('hex').slice(0, 32) === version
  if (!right || body.toString('latin1', 0, 46) !== `{"version":"${version}",`.slice(0, 46)) {
    wrong++
    return
  }
  board.version = version
  board.body = body
  reached(board)
}

function connectBoard(board: Board): void {
  board.told = false
  board.socket = openStream({ port, from: board.from }, `/api/board/events?access=${board.access}`, {
    retry: ms => {
      board.retryMs = ms
    },
    poke(version, urgent) {
      board.told = true
      reached(board)
      if (version === board.version) return
      // The board's own part of a second, when there is no hurry.
      if (!spread || urgent) fetchManifest(board)
      else setTimeout(() => fetchManifest(board), ((Number(board.id) * 0.618_034) % 1) * 1_000)
    },
    closed() {
      board.told = false
      if (!stopping) setTimeout(() => connectBoard(board), board.retryMs)
    },
  })
}

function until(holds: (board: Board) => boolean, count = boards.length): Promise<FleetAnswer> {
  return new Promise(resolve => {
    const times = new Map<Board, number>()
    const limit = setTimeout(() => {
      wrong += count - times.size
      goal?.done()
    }, longestMs)
    goal = {
      holds,
      count,
      times,
      done: () => {
        goal = undefined
        clearTimeout(limit)
        resolve(answerOf([...times.values()].sort((a, b) => a - b)))
      },
    }
    for (const board of boards) reached(board)
  })
}

/** A heartbeat that reports the first item of the manifest as shown; within a run the sums grow. */
function heartbeat(board: Board, n: number): BoardHeartbeat {
  const item = (JSON.parse(board.body.toString()) as BoardManifest).items[0]
  const at = new Date().toISOString()
  const hour = new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString()
  const shown = item && { dispatchId: item.dispatchId, revision: item.revision, contentHash: item.contentHash }
  return {
    version: board.version,
    boot: 'bench-of-boards',
    visible: true,
    mode: 'items',
    now: shown ? { ...shown, page: 1, pages: 1, since: at } : null,
    displays: shown
      ? [
          {
            ...shown,
            hour,
            boot: 'bench-of-boards',
            firstAt: at,
            lastAt: at,
            shownMs: n * 100,
            hiddenMs: 0,
            times: n,
            complete: true,
          },
        ]
      : [],
    player: 'bench',
    screen: '1920x1080',
    clockSkewMs: 0,
    storage: null,
    offlineReady: true,
    problems: [],
  }
}

/** Boards take turns with their heartbeats for some seconds, so many at a time. */
async function beat(seconds: number, atOnce: number): Promise<FleetAnswer> {
  const end = clock() + seconds * 1_000
  let turn = 0
  let taken = 0
  const lane = async () => {
    while (clock() < end) {
      const n = turn++
      const board = boards[n % boards.length] as Board
      const body = JSON.stringify(heartbeat(board, 1 + Math.floor(n / boards.length)))
      const head = `POST /api/board/heartbeat HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Bearer ${board.access}`
      const { status } = await ask({ port, from: board.from }, head, body)
      if (status === 200) taken++
      else wrong++
    }
  }
  const began = clock()
  await Promise.all(Array.from({ length: atOnce }, lane))
  return { ...answerOf([]), perSecond: (taken * 1_000) / (clock() - began) }
}

async function answer(question: FleetQuestion): Promise<FleetAnswer> {
  switch (question.ask) {
    case 'connect': {
      port = question.port
      spread = question.spread
      boards = question.boards.map((b, i) => ({
        ...b,
        from: `127.0.1.${1 + (i % 50)}`,
        socket: undefined,
        retryMs: 1_000,
        version: '',
        fetching: false,
        due: false,
        body: Buffer.alloc(0),
        told: false,
      }))
      const all = until(board => board.version !== '')
      // In the beginning they come as after a restart, not all in one moment.
      for (const [i, board] of boards.entries()) setTimeout(() => connectBoard(board), Math.floor(i / 2))
      return await all
    }
    case 'hold': {
      const mark = Buffer.from(question.text)
      return await until(board => board.body.includes(mark) === question.present, question.count)
    }
    case 'return':
      for (const board of boards) board.told = false
      return await until(board => board.told)
    case 'beat':
      return await beat(question.seconds, question.atOnce)
    case 'stop':
      stopping = true
      for (const board of boards) board.socket?.destroy()
      return answerOf([])
  }
}

process.on('message', (question: FleetQuestion) => {
  void answer(question).then(result => {
    process.send?.(result, () => {
      if (question.ask === 'stop') process.disconnect()
    })
  })
})
process.send?.(answerOf([]))
