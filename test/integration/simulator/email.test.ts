import { generateKeyPairSync } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { CitizenTarget, Session } from '../../../channels/contract.ts'
import type { EmailConfig } from '../../../channels/email/config.ts'
import { email } from '../../../channels/email/index.ts'
import { type EmailContent, renderEmail } from '../../../channels/email/render.ts'
import { createMailPort } from '../../../channels/email/smtp.ts'
import { type Simulator, startSimulator } from '../../../services/simulator/index.ts'
import { readMail } from '../../../services/simulator/mail.ts'
import { batchOf, captureLog, sampleSource, testDeps } from '../../contract/suite.ts'
import { configsFor } from './world.ts'

const never = () => new AbortController().signal
const people = (count: number): CitizenTarget[] =>
  Array.from({ length: count }, (_, i) => ({
    id: String(i),
    address: `nguoi-${i}@hop-thu.example`,
    fullName: 'Lê Thị Thử',
  }))

let simulator: Simulator
const sessions: Session<EmailContent>[] = []

beforeEach(async () => {
  simulator = await startSimulator({ httpPort: 0, smtpPort: 0 })
})
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close()
  await simulator.close()
})

async function open(changed: Partial<EmailConfig> = {}): Promise<Session<EmailContent>> {
  const session = await email.open({ ...configsFor(simulator).email, ...changed }, testDeps(captureLog().log))
  sessions.push(session)
  return session
}
const batch = (targets: CitizenTarget[], source = sampleSource()) => batchOf(renderEmail(source), targets)
async function send(targets: CitizenTarget[], session?: Session<EmailContent>): Promise<string[]> {
  const outcomes = await (session ?? (await open())).send(batch(targets), never())
  return outcomes.map(o => ('code' in o ? `${o.kind} ${o.code}` : o.kind))
}
const rawOf = (to: string) => simulator.record.mail.keptOf(to)[0]?.raw.toString('latin1') ?? ''

describe('outcomes over a real socket', () => {
  test.each([
    ['email.temporary', 'retry smtp-450-4.2.1', 0],
    ['email.permanent', 'rejected smtp-550-5.1.1', 0],
    ['email.data-temporary', 'retry smtp-451-4.3.0', 0],
    ['email.data-permanent', 'rejected smtp-554-5.7.1', 0],
    ['email.drop-before', 'retry connection-lost', 0],
    ['email.drop-after', 'unknown connection-lost', 1],
    ['email.auth', 'retry smtp-login', 0],
  ] as const)('%s -> %s', async (kind, expected, taken) => {
    simulator.setFaults({ rules: [{ kind }] })
    expect(await send(people(1))).toEqual([expected])
    expect(simulator.record.mail.total()).toBe(taken)
  })

  test('greylisting refuses once and takes the second attempt', async () => {
    simulator.setFaults({ rules: [{ kind: 'email.greylist' }] })
    const session = await open()
    expect(await send(people(2), session)).toEqual(['retry smtp-451-4.7.1', 'retry smtp-451-4.7.1'])
    expect(await send(people(2), session)).toEqual(['accepted', 'accepted'])
  })

  test('one refused person does not spoil the connection for the others', async () => {
    simulator.setFaults({
      rules: [
        { kind: 'email.drop-after', pattern: 'nguoi-3@*' },
        { kind: 'email.permanent', pattern: 'nguoi-5@*' },
      ],
    })
    const outcomes = await send(people(20), await open({ pool: 2 }))
    expect(outcomes.filter(o => o === 'accepted')).toHaveLength(18)
    expect([outcomes[3], outcomes[5]]).toEqual(['unknown connection-lost', 'rejected smtp-550-5.1.1'])
    expect(simulator.record.mail.total()).toBe(19)
    expect(simulator.record.mail.repeats()).toBe(0)
  })

  test('silence after the message is unknown, and the message is there once', async () => {
    simulator.setFaults({ rules: [{ kind: 'email.slow', delayMs: 5000 }] })
    expect(await send(people(1))).toEqual(['unknown timeout'])
    expect(simulator.record.mail.total()).toBe(1)
  })

  test('nobody listening, a server that hangs up, and one that says nothing are certain not to be sent', async () => {
    const session = await open({ port: 9 })
    expect(await send(people(2), session)).toEqual(['retry connection-refused', 'retry connection-refused'])
    for (const [behave, expected] of [
      [(socket: Socket) => socket.destroy(), 'retry connection-lost'],
      [() => undefined, 'retry timeout'],
    ] as const) {
      const sockets: Socket[] = []
      const server = createServer(socket => {
        sockets.push(socket)
        behave(socket)
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const odd = await open({ port: (server.address() as AddressInfo).port, timeoutMs: 300 })
      expect(await send(people(1), odd)).toEqual([expected])
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  })

  test('a server that closes idle connections costs nobody', async () => {
    const session = await open({ pool: 1 })
    expect(await send(people(1), session)).toEqual(['accepted'])
    const { httpUrl: _url, smtpPort, credentials } = simulator
    await simulator.close()
    simulator = await startSimulator({ httpPort: 0, smtpPort, credentials })
    expect(await send(people(1), session)).toEqual(['accepted'])
  })

  test('an address that could carry more than itself is refused before it is used', async () => {
    const bad = ['a@x.example, b@x.example', 'a@x.example\r\nBcc: b@x.example', '<a@x.example>', 'khong-phai-thu', '']
    const targets = bad.map((address, i) => ({ id: String(i), address, fullName: '' }))
    expect(await send(targets)).toEqual(bad.map(() => 'rejected bad-address'))
    expect(simulator.record.mail.total()).toBe(0)
  })

  test('an abort gives back at once what has not begun and waits for the rest', async () => {
    simulator.setFaults({ latencyMs: 200 })
    const session = await open({ pool: 4 })
    const abort = new AbortController()
    const stop = simulator.record.onChange(() => abort.abort())
    const outcomes = await session.send(batch(people(50)), abort.signal)
    stop()
    const accepted = outcomes.filter(o => o.kind === 'accepted').length
    expect(accepted).toBe(simulator.record.mail.total())
    expect(accepted).toBeGreaterThan(0)
    expect(outcomes.filter(o => o.kind === 'retry' && o.code === 'aborted')).toHaveLength(50 - accepted)
  })
})

describe('on the wire', () => {
  test('headers are ASCII, encode Vietnamese properly and offer one-click refusal', async () => {
    await send(people(1))
    const raw = rawOf('nguoi-0@hop-thu.example')
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'))
    expect(head).toMatch(/^[\x20-\x7e\r\n\t]*$/)
    for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998)
    for (const line of [
      /^Subject: =\?UTF-8\?[QB]\?/m,
      /^List-Unsubscribe: <http:\/\/127\.0\.0\.1:8080\/u\/email\.0\.test>$/m,
      /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m,
      /^Message-ID: <d-1\.0@loa\.example>$/m,
      /^Date: Mon, 23 Nov 2026 01:00:00 \+0000$/m,
      /^Content-Language: vi$/m,
      /^Auto-Submitted: auto-generated$/m,
      /^Precedence: bulk$/m,
      /^MIME-Version: 1\.0$/m,
    ]) {
      expect(head.replaceAll('\r\n', '\n')).toMatch(line)
    }
    const [item] = simulator.record.mail.keptOf('nguoi-0@hop-thu.example')
    const mail = item && (await readMail(item))
    expect(mail?.subject).toBe(sampleSource().content.title)
    expect(mail?.headers.find(h => h.name === 'To')?.value).toContain('=?UTF-8?')
    expect(mail?.unsubscribeUrl).toBe('http://127.0.0.1:8080/u/email.0.test')
  })

  test('neither a title nor a name nor a key can add a header or a recipient', async () => {
    const source = sampleSource()
    source.content.title = 'Một\r\nBcc: ke-gian@hop-thu.example\r\n\r\nhai'
    const target = {
      id: '7\r\nX-Evil: 1',
      address: 'nguoi-0@hop-thu.example',
      fullName: 'A\r\nBcc: ke-gian@hop-thu.example',
    }
    const session = await open()
    const outcomes = await session.send(batchOf(renderEmail(source), [target]), never())
    expect(outcomes.map(o => o.kind)).toEqual(['accepted'])
    const head = rawOf(target.address).split('\r\n\r\n')[0] ?? ''
    expect(head).not.toMatch(/^(Bcc|X-Evil):/im)
    expect([...simulator.record.mail.counts()].map(c => c.address)).toEqual([target.address])
  })

  test('an emergency is marked for the mail program', async () => {
    const source = sampleSource()
    source.content.priority = 'emergency'
    const session = await open()
    await session.send(batchOf(renderEmail(source), people(1)), never())
    expect(rawOf('nguoi-0@hop-thu.example')).toMatch(/^Importance: High\r$/im)
  })

  test('signs with DKIM when a key is configured', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    await send(people(1), await open({ dkim: { domainName: 'loa.example', keySelector: 'k1', privateKey: pem } }))
    expect(rawOf('nguoi-0@hop-thu.example')).toMatch(
      /^DKIM-Signature: v=1; a=rsa-sha256;[\s\S]*d=loa\.example;[\s\S]*s=k1;/m,
    )
  })
})

test('the mail port lent to other channels makes a repeat recognisable', async () => {
  const port = createMailPort(configsFor(simulator).email, testDeps(captureLog().log))
  const mail = { to: 'dai-xa@hop-thu.example', subject: 'Bản tin mới', text: 'Có bản tin mới.', key: 'd-1/trạm 5' }
  const first = await port.send(mail, never())
  expect(first.kind).toBe('accepted')
  expect(await port.send(mail, never())).toEqual(first)
  expect(await port.send(mail, AbortSignal.abort())).toEqual({ kind: 'retry', code: 'aborted' })
  await port.close()
  expect(simulator.record.mail.countOf(mail.to)).toBe(2)
  expect(simulator.record.mail.repeats()).toBe(1)
})

test('health says what to look at when the password is wrong', async () => {
  const health = await (await open({ auth: { user: 'x', pass: 'y' } })).health()
  expect([health.ok, health.detail.vi]).toEqual([false, expect.stringContaining('EAUTH 535')])
})
