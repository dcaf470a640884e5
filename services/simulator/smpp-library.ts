import { createRequire } from 'node:module'
import type { Server, Socket } from 'node:net'

/**
 * The package `smpp` (farhadi/node-smpp), which has no types of its own: here are those of what the simulator uses.
 *
 * What to know of 0.5.1, read in its source:
 * - a PDU that cannot be read leaves its session deaf for good, so the session must be destroyed after an error;
 * - callbacks of requests are kept for ever when no answer comes, so answers are matched by sequence number here;
 * - a text in `deliver_sm` without `data_coding` is sent as 1 instead of 0, so bytes and coding are given by hand;
 * - `short_message` is decoded while reading: text for codings 0 and 8, with the header's elements beside it;
 * - each PDU is one write to the socket, so busy writers cork it.
 */
export interface SmppPdu {
  command: string
  command_status: number
  sequence_number: number
  response(options?: Record<string, unknown>): SmppPdu
  [field: string]: unknown
}

export interface SmppMessage {
  message: string | Buffer
  /** Elements of the user data header: identifier, length, data. */
  udh?: Buffer[]
}

export interface SmppSession {
  socket: Socket
  on(event: 'pdu', listener: (pdu: SmppPdu) => void): void
  on(event: 'close' | 'connect', listener: () => void): void
  on(event: 'error', listener: (error: Error) => void): void
  /** False when the line is gone. Sets the sequence number of requests. */
  send(pdu: SmppPdu, onResponse?: (pdu: SmppPdu) => void): boolean
  close(): void
  destroy(): void
}

interface SmppLibrary {
  PDU: {
    new (command: string | Buffer, fields?: Record<string, unknown>): SmppPdu & { toBuffer(): Buffer }
  }
  createServer(listener: (session: SmppSession) => void): Server
  connect(options: { host: string; port: number }, listener?: () => void): SmppSession
}

export const smpp = createRequire(import.meta.url)('smpp') as SmppLibrary

/** Command status codes of SMPP 3.4 (section 5.1.3) that the simulator gives or understands. */
export const smppStatus = {
  ok: 0x00,
  messageLength: 0x01,
  commandId: 0x03,
  bindState: 0x04,
  alreadyBound: 0x05,
  systemError: 0x08,
  sourceAddress: 0x0a,
  destination: 0x0b,
  messageId: 0x0c,
  bindFailed: 0x0d,
  password: 0x0e,
  systemId: 0x0f,
  queueFull: 0x14,
  submitFailed: 0x45,
  throttled: 0x58,
  permanentAppError: 0x65,
  rejectedByApp: 0x66,
} as const

/** Message states of SMPP 3.4 (section 5.2.28) with the words that receipts use for them. */
export const smppStates = {
  ENROUTE: 1,
  DELIVRD: 2,
  EXPIRED: 3,
  UNDELIV: 5,
  REJECTD: 8,
} as const
export type SmppStat = keyof typeof smppStates
