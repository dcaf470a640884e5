import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import { type Board, type BoardNews, startBoard } from '../../board/board.ts'
import { ledOut } from '../../board/led-out.ts'
import { newsLine } from '../../board/words.ts'
import { AppError } from '../../domain/errors.ts'
import { realClock } from '../../runtime/clock.ts'
import { openDataDir } from '../../runtime/datadir.ts'

interface BoardChoices {
  server: string
  state: string
  minutes?: number
  count: number
  json?: boolean
  ledOut?: string
}

function wholeFrom(least: number): (text: string) => number {
  return text => {
    const n = Number(text)
    if (!Number.isInteger(n) || n < least) throw new InvalidArgumentError(`a whole number from ${least}`)
    return n
  }
}

/** Adds `loa board`: a public board without a screen, for tests, training and programs that drive an LED strip. */
export function register(program: Command): void {
  program
    .command('board')
    .description(
      'Bảng tin không màn hình: ghép nối, tải nội dung, chọn tin hiển thị và báo cáo như bảng thật · a reference board without a screen, by the same rules as the browser’s player',
    )
    .option('--server <url>', 'địa chỉ của Loa · address of Loa', 'http://127.0.0.1:8080')
    .option('--state <folder>', 'thư mục của bảng · folder of the board', 'board-data')
    .option('--minutes <n>', 'dừng sau từng ấy phút · stop after so many minutes', wholeFrom(1))
    .option(
      '--count <n>',
      'số bảng chạy cùng lúc, mỗi bảng một mã · boards in this process, each with its code',
      wholeFrom(1),
      1,
    )
    .option('--led-out <folder>', 'ghi ảnh đang hiển thị của bảng LED vào đây · writes the page of an LED strip here')
    .option('--json', 'mỗi thay đổi một dòng JSON · one line of JSON per change')
    .action(run)
}

async function run(choices: BoardChoices): Promise<void> {
  const { server, count, json } = choices
  if (!URL.canParse(server) || !/^https?:/.test(server)) {
    throw new AppError('setup.configuration', {
      vi: 'Địa chỉ máy chủ không đúng. Ông/Bà vui lòng ghi dạng https://loa.example.vn.',
      en: 'This is no address of a server. Write it like https://loa.example.vn.',
    })
  }
  const folder = await openDataDir(choices.state, 0)
  const boards: Board[] = []
  try {
    for (let n = 1; n <= count; n++) {
      const name = count > 1 ? String(n) : ''
      const onNews = (news: BoardNews) => {
        const line = json ? JSON.stringify(name === '' ? news : { board: n, ...news }) : newsLine(news, name)
        process.stdout.write(`${line}\n`)
      }
      const out = choices.ledOut === undefined ? undefined : join(choices.ledOut, name)
      boards.push(
        await startBoard({
          ...{ server, clock: realClock, onNews },
          dir: count > 1 ? join(folder.path, name) : folder.path,
          ...(out !== undefined && { onShowing: ledOut(out) }),
        }),
      )
    }
    await untilEnd(choices.minutes)
  } finally {
    await Promise.all(boards.map(board => board.stop()))
    await folder.release()
  }
}

/** A signal, or the time that was given. */
async function untilEnd(minutes: number | undefined): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  // Timers hold some weeks at the most.
  const stepMs = 86_400_000
  for (let left = (minutes ?? Number.POSITIVE_INFINITY) * 60_000; left > 0 && !stop.signal.aborted; left -= stepMs)
    await delay(Math.min(left, stepMs), undefined, { signal: stop.signal }).catch(() => undefined)
}
