import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { AppError } from '../../domain/errors.ts'
import { realClock } from '../../runtime/clock.ts'
import { dataDirHolder, openDataDir } from '../../runtime/datadir.ts'
import { replaceFile } from '../../runtime/durable.ts'
import { requireTool } from '../../runtime/tools.ts'
import { parseLink } from '../../station/identity.ts'
import { type Player, startPlayer } from '../../station/player.ts'
import { sinkKind } from '../../station/sound/sinks.ts'
import type { PlayerStatus } from '../../station/status.ts'
import { contactLines, createLinePrinter, statusLines } from '../../station/words.ts'

interface StationChoices {
  link?: string
  data: string
  sink: string
  acceptKey?: boolean
  status?: boolean
  json?: boolean
}

/** Adds `loa station`: the player for the box at a commune's amplifier. */
export function register(program: Command): void {
  program
    .command('station')
    .description(
      'Máy phát tại đài: nhận lịch đã ký, tải tệp, phát đúng giờ cả khi mất mạng, báo kết quả · the player at a station; needs only Node and ffmpeg',
    )
    .option('--link <url>', 'đường dẫn thiết bị từ mục Thiết bị phát; chỉ cần lần đầu · the device link; needed once')
    .option('--data <folder>', 'thư mục của máy phát · folder of the player', 'station-data')
    .option('--sink <where>', 'auto, none, wav:TỆP, cmd:"LỆNH", tcp:MÁY:CỔNG · where the sound goes', 'auto')
    .option('--accept-key', 'chấp nhận khóa mới của máy chủ · trust the present key of the server')
    .option('--status', 'xem trạng thái máy phát đang chạy · show the state of the running player')
    .option('--json', 'in một tài liệu JSON · print one JSON document (at the end, or of --status)')
    .action(async (choices: StationChoices) => {
      if (choices.status) await showStatus(choices)
      else await play(choices)
    })
}

const statusFile = (data: string) => join(data, 'status.json')

async function showStatus({ data, json }: StationChoices): Promise<void> {
  const holder = await dataDirHolder(data)
  let status: PlayerStatus | undefined
  try {
    status = JSON.parse(readFileSync(statusFile(data), 'utf8')) as PlayerStatus
  } catch {
    // Nobody has run on this folder yet.
  }
  if (json) process.stdout.write(`${JSON.stringify({ running: holder !== undefined, ...status })}\n`)
  else {
    const running = holder ? `Máy phát đang chạy (tiến trình ${holder.pid})` : 'Máy phát KHÔNG chạy'
    const lines = status ? [...statusLines(status), ...contactLines(status)] : []
    process.stdout.write(`${[running, ...lines].join('\n')}\n`)
  }
  if (!holder) process.exitCode = 1
}

async function play(choices: StationChoices): Promise<void> {
  requireTool('ffmpeg')
  const sink = sinkKind(choices.sink)
  if (choices.link !== undefined) parseLink(choices.link)
  const folder = await openDataDir(choices.data, 0)
  try {
    const link = linkOf(choices, folder.at('link'))
    const out = choices.json ? process.stderr : process.stdout
    const newLines = createLinePrinter(() => new Date())
    const show = (player: Player) => {
      for (const line of newLines(player.status())) out.write(`${line}\n`)
    }
    let player: Player | undefined
    const onChange = () => player && show(player)
    player = await startPlayer({
      link,
      dir: folder.path,
      sink,
      clock: realClock,
      acceptKey: choices.acceptKey === true,
      onChange,
    })
    show(player)
    const stopSaving = keepStatus(player, statusFile(folder.path))
    await untilSignal()
    out.write('Đang dừng máy phát\n')
    stopSaving()
    await player.stop()
    if (choices.json) process.stdout.write(`${JSON.stringify(player.status())}\n`)
  } finally {
    await folder.release()
  }
}

/** The link is kept, so that a unit file need not hold it and `ps` does not show it. */
function linkOf({ link }: StationChoices, path: string): string {
  if (link !== undefined) {
    replaceFile(path, `${link}\n`)
    return link
  }
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new AppError(
      'setup.configuration',
      {
        vi: 'Chưa biết đường dẫn thiết bị. Ông/Bà vui lòng chạy lần đầu với --link "đường dẫn chép từ mục Thiết bị phát của Loa".',
        en: 'The device link is not known yet. Start once with --link "the link from the page of players (Thiết bị phát) of Loa".',
      },
      { cause },
    )
  }
}

const saveEveryMs = 10_000

/** For `--status`. @returns ends it, with a last save */
function keepStatus(player: Player, path: string): () => void {
  let failed = false
  const save = () => {
    try {
      replaceFile(path, `${JSON.stringify(player.status())}\n`)
      failed = false
    } catch (error) {
      // A full disk is told by the player itself.
      if (!failed) process.stderr.write(`${path}: ${(error as Error).message}\n`)
      failed = true
    }
  }
  save()
  const timer = setInterval(save, saveEveryMs)
  return () => {
    clearInterval(timer)
    save()
  }
}

function untilSignal(): Promise<void> {
  return new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
}
