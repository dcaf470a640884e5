import { expect, test } from '@jest/globals'
import { type MailFailure, mailOutcome } from '../../../channels/email/outcomes.ts'

const before = { bodyBegun: false }
const after = { bodyBegun: true }
const table: [string, MailFailure, string][] = [
  [
    'mailbox busy',
    { code: 'EENVELOPE', responseCode: 450, response: '450 4.2.1 Busy', ...before },
    'retry smtp-450-4.2.1',
  ],
  [
    'no mailbox',
    { code: 'EENVELOPE', responseCode: 550, response: '550 5.1.1 No', ...before },
    'rejected smtp-550-5.1.1',
  ],
  [
    'reply without an enhanced code',
    { code: 'EENVELOPE', responseCode: 550, response: '550 No', ...before },
    'rejected smtp-550',
  ],
  ['session confused', { code: 'EENVELOPE', responseCode: 503, ...before }, 'retry smtp-503'],
  ['refused after the message, for now', { code: 'EMESSAGE', responseCode: 451, ...after }, 'retry smtp-451'],
  ['refused after the message, for good', { code: 'EMESSAGE', responseCode: 554, ...after }, 'rejected smtp-554'],
  ['larger than the server allows', { code: 'EMESSAGE', ...before }, 'rejected too-large'],
  ['no address to send to', { code: 'EENVELOPE', ...before }, 'rejected bad-address'],
  ['line cut in the message', { code: 'ECONNECTION', ...after }, 'unknown connection-lost'],
  [
    'a closing reply while the message runs is no answer to it',
    { code: 'ECONNECTION', responseCode: 421, ...after },
    'unknown connection-lost',
  ],
  ['silence after the message', { code: 'ETIMEDOUT', ...after }, 'unknown timeout'],
  ['stopped in the message', { code: 'EABORT', ...after }, 'unknown aborted'],
  ['stopped before it', { code: 'EABORT', ...before }, 'retry aborted'],
  ['wrong password', { code: 'EAUTH', responseCode: 535, ...before }, 'retry smtp-login'],
  ['nobody listens', { code: 'ESOCKET', systemCode: 'ECONNREFUSED', ...before }, 'retry connection-refused'],
  ['name unknown', { code: 'EDNS', ...before }, 'retry dns'],
  ['no TLS', { code: 'ETLS', ...before }, 'retry smtp-tls'],
  ['silence before the message', { code: 'ETIMEDOUT', ...before }, 'retry timeout'],
  ['line cut before the message', { code: 'ECONNECTION', ...before }, 'retry connection-lost'],
]
test.each(table)('%s', (_name, failure, expected) => {
  const outcome = mailOutcome(failure)
  expect(`${outcome.kind} ${'code' in outcome ? outcome.code : ''}`).toBe(expected)
})
