import { createFifo, type Fifo } from './fifo.ts'
import { type SmppPdu, type SmppSession, smppStatus } from './smpp-library.ts'

/** Receipts on their way to one account's binds: kept until one of them acknowledges, whoever is bound and when. */
export interface ReceiptOutbox {
  push(systemId: string, makePdu: () => SmppPdu): void
  /** A bind that takes receipts (receiver or transceiver). */
  open(systemId: string, session: SmppSession): void
  closed(session: SmppSession): void
  answered(session: SmppSession, sequence: number, status: number): void
  /** Receipts that nobody has acknowledged yet. */
  waiting(): number
  /** Resolves when every account that has a bind has acknowledged all its receipts. */
  idle(): Promise<void>
  close(): void
}

interface Account {
  /** In order; sending again puts a receipt at the end. */
  queue: Fifo<Receipt>
  binds: Bind[]
  next: number
}

interface Bind {
  session: SmppSession
  account: Account
  /** Sent and not acknowledged, by sequence number. */
  unanswered: Map<number, { receipt: Receipt; timer: NodeJS.Timeout }>
}

interface Receipt {
  makePdu: () => SmppPdu
}

const windowSize = 100
const againAfterRefusalMs = 500
/** A carrier's memory is finite as well: beyond this the oldest receipts are lost. */
const maxWaiting = 2_000_000

/**
 * @param deps.answerMs how long a receipt may stay unanswered before it is sent again
 * @param deps.send hands a PDU to a session; false when the line is gone
 */
export function createReceiptOutbox(deps: {
  answerMs: () => number
  send: (session: SmppSession, pdu: SmppPdu) => boolean
  onResult: (result: 'delivered' | 'failed') => void
}): ReceiptOutbox {
  const accounts = new Map<string, Account>()
  const binds = new Map<SmppSession, Bind>()
  const waiters: (() => void)[] = []
  const pauses = new Set<NodeJS.Timeout>()

  function accountOf(systemId: string): Account {
    let account = accounts.get(systemId)
    if (!account) {
      account = { queue: createFifo(), binds: [], next: 0 }
      accounts.set(systemId, account)
    }
    return account
  }

  const unanswered = (account: Account) => account.binds.reduce((sum, bind) => sum + bind.unanswered.size, 0)
  const isQuiet = () =>
    pauses.size === 0 &&
    [...accounts.values()].every(a => a.binds.length === 0 || (a.queue.size() === 0 && unanswered(a) === 0))

  function wakeWhenQuiet(): void {
    if (waiters.length > 0 && isQuiet()) for (const wake of waiters.splice(0)) wake()
  }

  /** Sends as much as the windows hold, in turn over the binds. */
  function pump(account: Account): void {
    for (let bind = freeBind(account); bind; bind = freeBind(account)) {
      const receipt = account.queue.shift()
      if (!receipt) return
      const pdu = receipt.makePdu()
      if (deps.send(bind.session, pdu)) expectAnswer(bind, receipt, pdu.sequence_number)
      else {
        account.queue.unshift(receipt)
        leave(bind)
      }
    }
  }

  function expectAnswer(bind: Bind, receipt: Receipt, sequence: number): void {
    const timer = setTimeout(() => {
      bind.unanswered.delete(sequence)
      bind.account.queue.push(receipt)
      pump(bind.account)
    }, deps.answerMs())
    bind.unanswered.set(sequence, { receipt, timer })
  }

  function freeBind(account: Account): Bind | undefined {
    for (let tries = account.binds.length; tries > 0; tries -= 1) {
      account.next = (account.next + 1) % account.binds.length
      const bind = account.binds[account.next]
      if (bind && bind.unanswered.size < windowSize) return bind
    }
    return undefined
  }

  function leave(bind: Bind): void {
    const { account, session } = bind
    binds.delete(session)
    account.binds = account.binds.filter(other => other !== bind)
    for (const { receipt, timer } of bind.unanswered.values()) {
      clearTimeout(timer)
      account.queue.push(receipt)
    }
    bind.unanswered.clear()
  }

  return {
    push(systemId, makePdu) {
      const account = accountOf(systemId)
      account.queue.push({ makePdu })
      if (account.queue.size() > maxWaiting) {
        account.queue.shift()
        deps.onResult('failed')
      }
      pump(account)
    },
    open(systemId, session) {
      const account = accountOf(systemId)
      const bind: Bind = { session, account, unanswered: new Map() }
      binds.set(session, bind)
      account.binds.push(bind)
      pump(account)
    },
    closed(session) {
      const bind = binds.get(session)
      if (!bind) return
      leave(bind)
      pump(bind.account)
      wakeWhenQuiet()
    },
    answered(session, sequence, status) {
      const bind = binds.get(session)
      const sent = bind?.unanswered.get(sequence)
      if (!bind || !sent) return
      clearTimeout(sent.timer)
      bind.unanswered.delete(sequence)
      if (status === smppStatus.ok) deps.onResult('delivered')
      // The client says that it will never take this one.
      else if (status === smppStatus.permanentAppError || status === smppStatus.rejectedByApp) deps.onResult('failed')
      else {
        const timer = setTimeout(() => {
          pauses.delete(timer)
          bind.account.queue.push(sent.receipt)
          pump(bind.account)
          wakeWhenQuiet()
        }, againAfterRefusalMs)
        pauses.add(timer)
      }
      pump(bind.account)
      wakeWhenQuiet()
    },
    waiting: () => [...accounts.values()].reduce((sum, a) => sum + a.queue.size() + unanswered(a), pauses.size),
    idle: () => (isQuiet() ? Promise.resolve() : new Promise(resolve => waiters.push(resolve))),
    close() {
      for (const timer of pauses) clearTimeout(timer)
      pauses.clear()
      for (const bind of [...binds.values()]) leave(bind)
      accounts.clear()
      for (const wake of waiters.splice(0)) wake()
    },
  }
}
