import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { setupState } from '../../places/setup.ts'
import { createLog } from '../../runtime/log.ts'
import type { Shutdown } from '../../runtime/shutdown.ts'
import { createShutdown } from '../../runtime/shutdown.ts'
import { issueDemoAnnouncement, neverCarried, watchToEnd } from '../demo/carry.ts'
import { atTheDatabase } from '../import-kinds.ts'
import type { RunningInstance } from '../instance/run.ts'
import { runAllInOne } from '../instance/run.ts'
import type { NewAccountNote } from '../instance/setup.ts'
import { createProgressBars } from '../show/progress-bars.ts'
import { quietWords } from '../show/quiet.ts'
import { resultTable, table } from '../show/table.ts'

interface StartChoices {
  empty?: boolean
  port?: number
  data?: string
}

/** Adds `loa start`: everything in one process, and on a fresh demo the announcement carried through all channels. */
export function register(program: Command): void {
  program
    .command('start')
    .description('Chạy toàn bộ hệ thống trong một tiến trình · run everything in one process')
    .option(
      '--empty',
      'không nạp dữ liệu diễn tập khi thư mục dữ liệu còn trống · no demo data in an empty data folder',
    )
    .option('--port <number>', 'cổng của trang quản trị · port of the console (LOA_PORT)', portNumber)
    .option('--data <dir>', 'thư mục dữ liệu · data folder (LOA_DATA)')
    .action(async (choices: StartChoices) => {
      const reading = readEnv()
      if (choices.port !== undefined) reading.env.LOA_PORT = choices.port
      if (choices.data !== undefined) reading.env.LOA_DATA = choices.data
      // A person watches this command: routine lines would bury the table. `debug` shows everything.
      const level = reading.env.LOA_LOG_LEVEL === 'info' ? 'warn' : reading.env.LOA_LOG_LEVEL
      const log = createLog({ level })
      const shutdown = createShutdown({ log })
      shutdown.listen()
      await serve(
        shutdown,
        () => runAllInOne(reading, choices.empty ? 'empty' : 'demo', log, shutdown, tellAccounts),
        resolve(reading.env.LOA_DATA),
      )
    })
}

/** Accepts 0 to 65535. */
export function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535')
  return port
}

async function serve(shutdown: Shutdown, start: () => Promise<RunningInstance>, dataFolder: string): Promise<void> {
  try {
    const running = await start()
    tellAddresses(running, dataFolder)
    if (!running.instance.ctx.demo) await tellWhatIsMissing(running)
    if (running.instance.ctx.demo && (await neverCarried(running.instance.ctx))) await carryDemo(running)
    process.stderr.write('\nNhấn Ctrl-C để dừng · press Ctrl-C to stop\n')
  } catch (error) {
    await shutdown.run('start failed')
    throw error
  }
}

function tellAddresses({ publicUrl, simulator, instance }: RunningInstance, dataFolder: string): void {
  const lines = [
    `Loa đang chạy · Loa is running${instance.ctx.demo ? '   [DIỄN TẬP · DEMO: không có tin nào rời khỏi máy này]' : ''}`,
    `  Trang quản trị · console    ${publicUrl}`,
    `  Tài liệu API · API          ${publicUrl}/docs`,
    ...(instance.ctx.channels.has('board')
      ? [
          `  Bảng tin công cộng · boards ${publicUrl}/b`,
          '    Mở địa chỉ này trên màn hình, rồi nhập mã hiện ra tại mục Bảng tin công cộng của trang quản trị',
          '    Open it on a screen, then type the code it shows under Public boards in the console',
        ]
      : []),
    ...(simulator ? [`  Điện thoại, hộp thư mô phỏng · simulator  ${simulator.httpUrl}`] : []),
    `  Dữ liệu · data              ${dataFolder}`,
  ]
  process.stdout.write(`\n${lines.join('\n')}\n`)
}

/** A new instance is empty: its console has the list of what it needs. */
async function tellWhatIsMissing({ instance, publicUrl }: RunningInstance): Promise<void> {
  const { ready } = await setupState(instance.db, atTheDatabase)
  if (ready) return
  process.stdout.write(
    `\nHệ thống chưa có đủ địa bàn, tài khoản và nơi nhận để phát hành thông báo. Đăng nhập bằng tài khoản quản trị và làm theo trang Thiết lập hệ thống\nThe instance lacks areas, accounts or places: sign in as the administrator and follow the checklist\n  ${publicUrl}/setup\n`,
  )
}

function tellAccounts(accounts: NewAccountNote[]): void {
  process.stdout.write(
    `\nTài khoản vừa tạo (mật khẩu chỉ hiện một lần này) · new accounts (passwords are shown only now)\n${table(
      ['Vai trò', 'Tên đăng nhập', 'Mật khẩu'],
      accounts.map(a => [a.name, a.email, a.password]),
    )}\n`,
  )
}

/** Carries the demo announcement, showing bars on the way and the table at the end. */
async function carryDemo({ instance, publicUrl, simulator }: RunningInstance): Promise<void> {
  process.stdout.write('\nĐang phát hành thông báo diễn tập qua các kênh · carrying the demo announcement\n')
  const names = new Map([...instance.ctx.channels.values()].map(({ channel }) => [channel.id, channel.name.vi]))
  const id = await issueDemoAnnouncement(instance.ctx)
  const bars = createProgressBars(names)
  const progress = await watchToEnd(instance.ctx, id, p => bars.update(p), new AbortController().signal).finally(() =>
    bars.stop(),
  )
  const { rows } = await instance.db.query('select feed_token as feed from stations order by id limit 1')
  const where = new Map([
    ['sms', `${simulator?.httpUrl}/`],
    ['email', `${simulator?.httpUrl}/`],
    ['board', `${publicUrl}/b`],
    ['loudspeaker', `${publicUrl}/feeds/stations/${rows[0].feed}.xml`],
  ])
  process.stdout.write(`\n${resultTable(progress, names, where)}\n`)
  const quiet = quietWords(progress, names)
  if (quiet) process.stdout.write(`${quiet}\n`)
  process.stdout.write(
    `Kết quả theo từng xã, từng người · results per commune and person: ${publicUrl}/announcements/${id}\n`,
  )
}
