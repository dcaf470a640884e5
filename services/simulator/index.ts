import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from '../runtime/ports.ts'
import { createApi } from './api.ts'
import { createCallbackSender } from './callbacks.ts'
import { createEsmsApi, type EsmsCredentials, esmsPaths } from './esms.ts'
import { createFaults, type FaultInput, type Faults } from './faults.ts'
import { sendJson } from './http.ts'
import { pageFile } from './page.ts'
import { createRecord, type RecordLimits, type SimulatorRecord } from './record.ts'
import { type SmppCredentials, type SmppSide, smppCredentials, startSmppSide } from './smpp.ts'
import { type SmtpCredentials, startSmtpSide } from './smtp.ts'
import { createSpeechApi, type SpeechCredentials } from './speech.ts'
import { createTwilioApi, type TwilioCredentials } from './twilio.ts'

/**
 * The simulator: one small program that speaks the vendors' protocols on this machine, so that the real client code
 * runs over real sockets in training, in the demo, in tests and in benches. Nothing leaves the machine: it listens on
 * loopback, delivers nothing, and sends status callbacks to loopback addresses only.
 */
export interface Simulator {
  /** Page and the APIs shaped like Twilio's, eSMS's and the speech vendors', e.g. `http://127.0.0.1:8090`. */
  httpUrl: string
  /** Mail server, e.g. `smtp://127.0.0.1:8025`. */
  smtpUrl: string
  smtpHost: string
  smtpPort: number
  /** Short message centre (SMPP 3.4). */
  smppHost: string
  smppPort: number
  credentials: SimulatorCredentials
  record: SimulatorRecord
  faults: Faults
  /** Replaces all fault settings. */
  setFaults(settings: FaultInput): void
  /**
   * Resolves when every text message has its final status, every callback has ended, and every SMPP account with a bind
   * has acknowledged its receipts.
   */
  idle(): Promise<void>
  close(): Promise<void>
}

export interface SimulatorCredentials
  extends TwilioCredentials,
    EsmsCredentials,
    SmppCredentials,
    SmtpCredentials,
    SpeechCredentials {}

export interface SimulatorOptions {
  /** 0 takes any free port. */
  httpPort: number
  smtpPort: number
  /** Any free port when absent. */
  smppPort?: number
  host?: '127.0.0.1'
  /** Random when absent; pass the former ones to let running clients go on. */
  credentials?: SimulatorCredentials
  faults?: FaultInput
  /** How much is kept in memory; the counts are exact regardless. */
  keep?: RecordLimits
  log?: { error(fields: Record<string, unknown>, message: string): void }
  now?: () => Date
}

/** New random credentials in the vendors' own formats. */
export function simulatorCredentials(): SimulatorCredentials {
  const hex = () => randomBytes(16).toString('hex')
  return {
    accountSid: `AC${hex()}`,
    authToken: hex(),
    esmsApiKey: hex().toUpperCase(),
    esmsSecretKey: hex().toUpperCase(),
    ...smppCredentials(),
    smtpUser: 'loa-simulator',
    smtpPassword: hex(),
    fptKey: hex(),
    viettelToken: hex(),
    googleKey: hex(),
  }
}

/** An invented, round price of one message part, so that a demo shows what a sending would cost. No contract says so. */
const inventedPriceDong = '500'

/** The settings that make the channels use this simulator (names as in the environment). */
export function simulatorEnv(
  simulator: Pick<Simulator, 'httpUrl' | 'smtpHost' | 'smtpPort' | 'smppHost' | 'smppPort' | 'credentials'>,
): Record<string, string> {
  const { credentials } = simulator
  return {
    LOA_SMS_ACCOUNT_SID: credentials.accountSid,
    LOA_SMS_AUTH_TOKEN: credentials.authToken,
    LOA_SMS_FROM: 'LOA DEMO',
    LOA_SMS_BASE_URL: simulator.httpUrl,
    LOA_SMS_PRICE_DONG: inventedPriceDong,
    LOA_SMS_ESMS_API_KEY: credentials.esmsApiKey,
    LOA_SMS_ESMS_SECRET_KEY: credentials.esmsSecretKey,
    LOA_SMS_ESMS_BRANDNAME: 'LOA DEMO',
    LOA_SMS_ESMS_BASE_URL: simulator.httpUrl,
    LOA_SMS_ESMS_PRICE_DONG: inventedPriceDong,
    LOA_SMS_SMPP_HOST: simulator.smppHost,
    LOA_SMS_SMPP_PORT: String(simulator.smppPort),
    LOA_SMS_SMPP_SYSTEM_ID: credentials.smppSystemId,
    LOA_SMS_SMPP_PASSWORD: credentials.smppPassword,
    LOA_SMS_SMPP_FROM: 'LOA DEMO',
    LOA_SMS_SMPP_PRICE_DONG: inventedPriceDong,
    LOA_SMS_LOOPBACK_ONLY: 'true',
    LOA_EMAIL_HOST: simulator.smtpHost,
    LOA_EMAIL_PORT: String(simulator.smtpPort),
    LOA_EMAIL_USER: credentials.smtpUser,
    LOA_EMAIL_PASSWORD: credentials.smtpPassword,
    LOA_EMAIL_FROM: 'Loa (mô phỏng) <thong-bao@loa.example>',
    LOA_EMAIL_LOOPBACK_ONLY: 'true',
    LOA_LOUDSPEAKER_FPT_KEY: credentials.fptKey,
    LOA_LOUDSPEAKER_FPT_BASE_URL: simulator.httpUrl,
    LOA_LOUDSPEAKER_VIETTEL_TOKEN: credentials.viettelToken,
    LOA_LOUDSPEAKER_VIETTEL_BASE_URL: simulator.httpUrl,
    LOA_LOUDSPEAKER_GOOGLE_KEY: credentials.googleKey,
    LOA_LOUDSPEAKER_GOOGLE_BASE_URL: simulator.httpUrl,
    LOA_LOUDSPEAKER_LOOPBACK_ONLY: 'true',
    // The simulated vendors are espeak-ng with a delay; who wants to try them names them.
    LOA_LOUDSPEAKER_VOICES: 'espeak',
  }
}

/** The address of a request; undefined when it or an escape in it cannot be read. */
function readableUrl(path: string): URL | undefined {
  try {
    const url = new URL(path, 'http://simulator')
    decodeURIComponent(url.pathname)
    return url
  } catch {
    return undefined
  }
}

/**
 * Starts all servers.
 * @throws AppError setup.port-taken when a port is in use
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const host = options.host ?? '127.0.0.1'
  const now = options.now ?? (() => new Date())
  const credentials = options.credentials ?? simulatorCredentials()
  const record = createRecord(options.keep)
  const faults = createFaults(options.faults)
  const callbacks = createCallbackSender({
    authToken: () => credentials.authToken,
    concurrency: 32,
    onResult: result => {
      record.callbacks[result] += 1
    },
  })
  const twilio = createTwilioApi({ credentials, record, faults, callbacks, now })
  const esms = createEsmsApi({ credentials, record, faults, callbacks, now })
  const speech = createSpeechApi({ credentials, record, faults, now })
  let smppSide: SmppSide | undefined
  const api = createApi({
    record,
    faults,
    startedAt: now(),
    smpp: () => ({
      waitingReceipts: smppSide?.waitingReceipts() ?? 0,
      waitingParts: smppSide?.waitingParts() ?? 0,
    }),
  })

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = readableUrl(req.url ?? '/')
    if (!url) return sendJson(res, 400, { error: 'the address cannot be read' })
    if (url.pathname.startsWith('/2010-04-01/')) return twilio.handle(req, res, url)
    if (url.pathname.startsWith(esmsPaths.prefix)) return esms.handle(req, res, url)
    if (speech.takes(url)) return speech.handle(req, res, url)
    // A page elsewhere that a browser here has open must not reach the record by a name that points to loopback.
    if (!/^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(req.headers.host ?? '')) {
      return sendJson(res, 421, { error: 'the simulator answers on loopback addresses only' })
    }
    const site = req.headers['sec-fetch-site']
    if (req.method !== 'GET' && site !== undefined && site !== 'same-origin') {
      return sendJson(res, 403, { error: 'only the simulator page itself may do this' })
    }
    if (url.pathname.startsWith('/api/')) return api.handle(req, res, url)
    return pageFile(req, res, url.pathname)
  }

  const server = createServer({ keepAliveTimeout: 30_000 }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      options.log?.error({ err: error instanceof Error ? error.message : 'unknown' }, 'simulator request failed')
      if (res.headersSent) res.destroy()
      else sendJson(res, 500, { error: 'the simulator failed, see its log' })
    })
  })
  const httpPort = await listen(server, options.httpPort, host, 'LOA_SIMULATOR_PORT')
  const closeHttp = () =>
    new Promise<void>(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })

  const opened: { close(): Promise<void> }[] = [{ close: closeHttp }]
  const closeAll = () => Promise.all(opened.map(one => one.close()))

  try {
    const smtp = await startSmtpSide({ host, port: options.smtpPort, credentials, record, faults, now })
    opened.push(smtp)
    const smpp = await startSmppSide({ host, port: options.smppPort ?? 0, credentials, record, faults, now })
    opened.push(smpp)
    smppSide = smpp
    return {
      httpUrl: `http://${host}:${httpPort}`,
      smtpUrl: `smtp://${host}:${smtp.port}`,
      smtpHost: host,
      smtpPort: smtp.port,
      smppHost: host,
      smppPort: smpp.port,
      credentials,
      record,
      faults,
      setFaults: settings => faults.set(settings),
      async idle() {
        await Promise.all([twilio.idle(), esms.idle(), smpp.idle()])
      },
      async close() {
        api.close()
        twilio.close()
        esms.close()
        speech.close()
        callbacks.close()
        await closeAll()
      },
    }
  } catch (error) {
    await closeAll()
    throw error
  }
}
