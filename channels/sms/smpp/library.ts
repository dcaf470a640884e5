import { createRequire } from 'node:module'
import type { Socket } from 'node:net'

/**
 * The package `smpp` (farhadi/node-smpp), which has no types of its own: here are those of what this channel uses, and
 * no other file of it knows the package. What its version 0.5.1 does that a caller must know:
 *
 * - bytes that are no SMPP leave a session deaf, so it must be destroyed after every error;
 * - an answer's callback is kept for ever when the answer does not come, so answers are matched here by their number;
 * - a letter outside the default alphabet is encoded as `@`, so texts are checked before they come here;
 * - nothing is answered by itself, not even enquire_link.
 */
export interface SmppPdu {
  command: string
  command_status: number
  sequence_number: number
  isResponse(): boolean
  response(options?: Record<string, unknown>): SmppPdu
  [field: string]: unknown
}

/** A text of an incoming message; the library has decoded what it could. */
export interface SmppText {
  message: string | Buffer
}

export interface SmppSession {
  socket: Socket
  on(event: 'pdu', listener: (pdu: SmppPdu) => void): void
  on(event: 'close' | 'connect' | 'secureConnect', listener: () => void): void
  on(event: 'error', listener: (error: Error & { code?: string }) => void): void
  /** False when the line is gone and nothing was written. Numbers requests in their order. */
  send(pdu: SmppPdu): boolean
  destroy(): void
}

interface SmppLibrary {
  PDU: new (command: string, fields?: Record<string, unknown>) => SmppPdu
  connect(options: { host: string; port: number; tls: boolean }): SmppSession
  encodings: { ASCII: { encode(text: string): Buffer } }
}

export const smpp = createRequire(import.meta.url)('smpp') as SmppLibrary
