import { type Command, InvalidArgumentError } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { createLog } from '../../runtime/log.ts'
import { createShutdown } from '../../runtime/shutdown.ts'
import { type SimulatorCredentials, simulatorCredentials, simulatorEnv, startSimulator } from '../../simulator/index.ts'

interface SimulatorChoices {
  port?: number
  smtpPort?: number
  smppPort?: number
  tally?: boolean
  keep?: number
  json?: boolean
}

/** What `loa simulator --json` prints. */
export interface SimulatorReport {
  page: string
  smtp: string
  /** Host and port of the short message centre. */
  smpp: string
  /** Set these for the processes that send. */
  env: Record<string, string>
}

/** Adds `loa simulator`: the vendors' protocols on this machine, until SIGINT or SIGTERM. */
export function register(program: Command): void {
  program
    .command('simulator')
    .description('Chạy trình mô phỏng nhà mạng và máy chủ thư · run the simulator of carriers and mail servers')
    .option('--port <number>', 'cổng của trang và API · port of the page and API (LOA_SIMULATOR_PORT)', portNumber)
    .option('--smtp-port <number>', 'cổng SMTP · port of the mail server (LOA_SIMULATOR_SMTP_PORT)', portNumber)
    .option(
      '--smpp-port <number>',
      'cổng SMPP · port of the short message centre (LOA_SIMULATOR_SMPP_PORT)',
      portNumber,
    )
    .option('--tally', 'đếm tin theo từng số · count the messages of every number (/api/tally)')
    .option(
      '--keep <messages>',
      'giữ lại bao nhiêu tin SMS · text messages kept; what is forgotten cannot be looked up (20000)',
      messageCount,
    )
    .option('--json', 'in địa chỉ dạng JSON · print the addresses as JSON')
    .action(async (choices: SimulatorChoices) => {
      const { env, channelValues } = readEnv()
      const log = createLog({ level: env.LOA_LOG_LEVEL })
      const shutdown = createShutdown({ log })
      const simulator = await startSimulator({
        httpPort: choices.port ?? env.LOA_SIMULATOR_PORT,
        smtpPort: choices.smtpPort ?? env.LOA_SIMULATOR_SMTP_PORT,
        smppPort: choices.smppPort ?? env.LOA_SIMULATOR_SMPP_PORT,
        keep: { tally: choices.tally ?? false, ...(choices.keep !== undefined && { sms: choices.keep }) },
        credentials: chosenCredentials(channelValues('sms'), channelValues('email'), channelValues('loudspeaker')),
        log,
      })
      shutdown.onClose('simulator', () => simulator.close())
      shutdown.listen()
      const report: SimulatorReport = {
        page: simulator.httpUrl,
        smtp: simulator.smtpUrl,
        smpp: `${simulator.smppHost}:${simulator.smppPort}`,
        env: simulatorEnv(simulator),
      }
      process.stdout.write(choices.json ? `${JSON.stringify(report)}\n` : describe(report))
    })
}

/** What the environment already says, so that senders configured beside this process fit; random otherwise. */
function chosenCredentials(
  sms: Record<string, string>,
  email: Record<string, string>,
  speech: Record<string, string>,
): SimulatorCredentials {
  const random = simulatorCredentials()
  return {
    accountSid: sms.ACCOUNT_SID ?? random.accountSid,
    authToken: sms.AUTH_TOKEN ?? random.authToken,
    smtpUser: email.USER ?? random.smtpUser,
    smtpPassword: email.PASSWORD ?? random.smtpPassword,
    esmsApiKey: sms.ESMS_API_KEY ?? random.esmsApiKey,
    esmsSecretKey: sms.ESMS_SECRET_KEY ?? random.esmsSecretKey,
    smppSystemId: sms.SMPP_SYSTEM_ID ?? random.smppSystemId,
    smppPassword: sms.SMPP_PASSWORD ?? random.smppPassword,
    fptKey: speech.FPT_KEY ?? random.fptKey,
    viettelToken: speech.VIETTEL_TOKEN ?? random.viettelToken,
    googleKey: speech.GOOGLE_KEY ?? random.googleKey,
  }
}

function describe({ page, smtp, smpp, env }: SimulatorReport): string {
  const lines = Object.entries(env).map(([name, value]) => `  ${name}='${value}'`)
  return [
    'Trình mô phỏng đang chạy: không có tin nào rời khỏi máy này.',
    `  Trang xem tin:  ${page}`,
    `  Máy chủ thư:    ${smtp}`,
    `  Tổng đài SMPP:  ${smpp}`,
    '',
    'Đặt các biến sau cho tiến trình gửi tin (Ctrl-C để dừng):',
    ...lines,
    '',
  ].join('\n')
}

function messageCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError('Cần một số nguyên từ 1 · a whole number from 1')
  }
  return count
}

function portNumber(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw new InvalidArgumentError('Số cổng phải từ 0 đến 65535 · a port is a number from 0 to 65535')
  }
  return port
}
