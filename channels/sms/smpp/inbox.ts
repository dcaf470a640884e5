import type { Log, NewsPort, Receipt } from '../../contract.ts'

/** Receipts on their way from the message centre into the database, in batches. */
export interface ReceiptInbox {
  /** @param answer called with 0 once the receipt is stored, or with a status that makes the centre send it again */
  add(receipt: Receipt, answer: (status: number) => void): void
  /** Resolves when everything that has come is stored or was refused. */
  idle(): Promise<void>
}

const mostAtOnce = 1_000
/** ESME_RX_T_APPN: the centre keeps the receipt and tries again later. */
const tryAgain = 0x64

/** While one batch is being stored the next one gathers, so that many receipts cost few statements. */
export function createReceiptInbox(news: NewsPort, log: Log): ReceiptInbox {
  let waiting: { receipt: Receipt; answer: (status: number) => void }[] = []
  let storing: Promise<void> | undefined

  async function storeAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, mostAtOnce)
      waiting = waiting.slice(mostAtOnce)
      let status = 0
      try {
        await news.record(batch.map(({ receipt }) => receipt))
      } catch (error) {
        log.warn({ err: error, receipts: batch.length }, 'delivery receipts could not be stored; they will come again')
        status = tryAgain
      }
      for (const { answer } of batch) answer(status)
    }
    storing = undefined
  }

  return {
    add(receipt, answer) {
      waiting.push({ receipt, answer })
      // In the next turn of the event loop: what came in one piece of the line is stored together.
      storing ??= new Promise<void>(resolve => setImmediate(resolve)).then(storeAll)
    },
    idle: async () => await storing,
  }
}
