import type { NoAnswer } from '../failures.ts'
import { reconnectMs } from '../failures.ts'
import { smppCode, smppMeaning } from './codes.ts'
import type { SmppConfig } from './config.ts'
import { type SmppPdu, type SmppSession, smpp } from './library.ts'

/** What came of a request. */
export type LinkAnswer = { kind: 'answer'; pdu: SmppPdu } | ({ kind: 'no-answer' } & NoAnswer)

/** Why a link is not bound: nobody there, or the bind was refused with a status. */
export type LinkProblem = { reason: NoAnswer['reason'] } | { status: number }

/** One connection to the message centre, kept bound as a transceiver until it is closed. */
export interface Link {
  /** `resting`: the last attempt failed and the next one is due after a while. */
  state(): 'connecting' | 'bound' | 'resting' | 'closed'
  problem(): LinkProblem | undefined
  /** Requests that may still be made before an answer must come. */
  free(): number
  /** Resolves always; the link must be bound. */
  request(command: string, fields: Record<string, unknown>, timeoutMs: number): Promise<LinkAnswer>
  /** Gives the requests under way some time, unbinds and closes. */
  close(patienceMs: number): Promise<void>
}

const bindMs = 10_000
const enquireEveryMs = 30_000
const enquireAnswerMs = 10_000
const unbindMs = 2_000
const longestRestMs = 60_000
/** ESME_RINVCMDID */
const invalidCommand = 0x03

/**
 * Opens a link and keeps it open: a lost connection is made again, later and later while that fails.
 * @param events.changed called when the state has changed
 * @param events.freed called when a place in the window has become free
 * @param events.delivered called for each deliver_sm; `answer` sends its response
 */
export function createLink(
  config: SmppConfig,
  events: { changed(): void; freed(): void; delivered(pdu: SmppPdu, answer: (status: number) => void): void },
): Link {
  const waiting = new Map<number, (answer: LinkAnswer) => void>()
  let state: ReturnType<Link['state']> = 'connecting'
  let problem: LinkProblem | undefined
  let session: SmppSession | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let heard = false

  function connect(): void {
    state = 'connecting'
    const own = smpp.connect({ host: config.host, port: config.port, tls: config.tls })
    session = own
    own.socket.setNoDelay(true)
    let cause: LinkProblem = { reason: 'lost' }
    timer = setTimeout(() => {
      cause = { reason: 'timeout' }
      own.destroy()
    }, bindMs)
    own.on(config.tls ? 'secureConnect' : 'connect', () => {
      void bind(own).then(refused => {
        if (refused === undefined) return
        cause = refused
        own.destroy()
      })
    })
    own.on('pdu', pdu => received(own, pdu))
    own.on('error', error => {
      if (error.code === 'ECONNREFUSED') cause = { reason: 'refused' }
      if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN') cause = { reason: 'dns' }
      own.destroy()
    })
    own.on('close', () => ended(cause))
  }

  async function bind(own: SmppSession): Promise<LinkProblem | undefined> {
    const { systemId: system_id, password, systemType: system_type } = config
    const fields = { system_id, password, system_type, interface_version: 0x34 }
    const answer = await ask(own, new smpp.PDU('bind_transceiver', fields), bindMs)
    if (answer.kind === 'no-answer') return { reason: answer.reason }
    if (answer.pdu.command_status !== 0) return { status: answer.pdu.command_status }
    clearTimeout(timer)
    failures = 0
    problem = undefined
    state = 'bound'
    timer = setInterval(() => enquire(own), enquireEveryMs)
    events.changed()
    return undefined
  }

  /** Asks whether the centre is still there when it has said nothing for a while. */
  function enquire(own: SmppSession): void {
    if (heard) {
      heard = false
      return
    }
    void ask(own, new smpp.PDU('enquire_link'), enquireAnswerMs).then(answer => {
      if (answer.kind === 'no-answer') own.destroy()
    })
  }

  function ended(cause: LinkProblem): void {
    clearTimeout(timer)
    session = undefined
    for (const settle of [...waiting.values()]) settle({ kind: 'no-answer', begun: true, reason: 'lost' })
    if (state === 'closed') return
    problem = cause
    state = 'resting'
    failures += 1
    const setup = 'status' in cause && smppMeaning(cause.status) === 'setup'
    // The first time a cut line is made again at once; a refused account is not asked again and again.
    const rest = failures === 1 && !setup ? 0 : setup ? longestRestMs : reconnectMs * 2 ** Math.min(failures - 2, 10)
    timer = setTimeout(connect, Math.min(rest, longestRestMs))
    events.changed()
  }

  function received(own: SmppSession, pdu: SmppPdu): void {
    heard = true
    if (pdu.isResponse()) waiting.get(pdu.sequence_number)?.({ kind: 'answer', pdu })
    else if (pdu.command === 'deliver_sm') {
      events.delivered(pdu, status => own.send(pdu.response({ command_status: status })))
    } else if (pdu.command === 'enquire_link') own.send(pdu.response())
    else if (pdu.command === 'unbind') {
      own.send(pdu.response())
      own.socket.end()
    } else if (pdu.command === 'data_sm' || pdu.command === 'unknown') {
      own.send(pdu.response({ command_status: invalidCommand }))
    }
  }

  function ask(own: SmppSession, pdu: SmppPdu, timeoutMs: number): Promise<LinkAnswer> {
    return new Promise(resolve => {
      if (!own.send(pdu)) {
        resolve({ kind: 'no-answer', begun: false, reason: 'lost' })
        return
      }
      const number = pdu.sequence_number
      const settle = (answer: LinkAnswer) => {
        clearTimeout(late)
        waiting.delete(number)
        resolve(answer)
        events.freed()
      }
      const late = setTimeout(() => settle({ kind: 'no-answer', begun: true, reason: 'timeout' }), timeoutMs)
      waiting.set(number, settle)
    })
  }

  async function close(patienceMs: number): Promise<void> {
    const own = session
    const wasBound = state === 'bound'
    state = 'closed'
    clearTimeout(timer)
    if (!own) return
    if (wasBound) {
      await emptied(patienceMs)
      await ask(own, new smpp.PDU('unbind'), unbindMs)
    }
    own.destroy()
  }

  /** Resolves when no request waits for its answer any more, or when the time is over. */
  async function emptied(patienceMs: number): Promise<void> {
    const until = performance.now() + patienceMs
    while (waiting.size > 0 && performance.now() < until) await new Promise(resolve => setTimeout(resolve, 20))
  }

  connect()
  return {
    state: () => state,
    problem: () => problem,
    free: () => (state === 'bound' ? config.window - waiting.size : 0),
    request(command, fields, timeoutMs) {
      if (!session || state !== 'bound') return Promise.resolve({ kind: 'no-answer', begun: false, reason: 'lost' })
      return ask(session, new smpp.PDU(command, fields), timeoutMs)
    },
    close,
  }
}

/** A problem as a code for people and logs. */
export function problemCode(problem: LinkProblem): string {
  return 'status' in problem ? smppCode(problem.status) : problem.reason
}
