import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import express from 'express'
import { listen } from '../../../services/http/listen.ts'
import { createProgressStream } from '../../../services/http/progress-stream.ts'
import { type Progress, progressSchema } from '../../../services/http/schemas.ts'
import { goodContent, type HttpServer, httpServer } from './server.ts'

const id = '00000000-0000-4000-8000-000000000001'
const quick = { pollMs: 20, heartbeatMs: 40 }

function progress(
  phase: Progress['dispatches'][number]['phase'],
  accepted: number,
  state: Progress['state'],
): Progress {
  const counts = {
    audience: 10,
    waiting: 10 - accepted,
    sending: 0,
    accepted,
    confirmed: 0,
    rejected: 0,
    skipped: 0,
    unknown: 0,
    cancelled: 0,
    expired: 0,
  }
  const dispatch = {
    id: '1',
    channel: 'sms',
    method: 'telecom-message',
    problem: null,
    reasons: {},
    startedAt: null,
    ...firstRound,
  }
  return { announcementId: id, state, dispatches: [{ ...dispatch, phase, counts, settledAt: null }] }
}

const firstRound = { round: 1, resendStates: null, possibleRepeats: 0, quietUntil: null, costDong: 0 }

/** A server whose only answer is the stream over what `read` says. */
async function streamServer(read: () => Promise<Progress>) {
  const app = express()
  const stream = createProgressStream(read, quick)
  app.get('/', (req, res) => stream(id, req, res))
  return listen(app, { host: '127.0.0.1', port: 0 })
}

/** Reads events until `enough` says so or the stream ends. */
async function readEvents(url: string, enough: (text: string) => boolean, headers: Record<string, string> = {}) {
  const gone = new AbortController()
  const response = await fetch(url, { headers, signal: gone.signal })
  const decoder = new TextDecoder()
  let text = ''
  let ended = true
  for await (const part of response.body ?? []) {
    text += decoder.decode(part as Uint8Array, { stream: true })
    if (enough(text)) {
      ended = false
      break
    }
  }
  gone.abort()
  const events = [...text.matchAll(/id: (.+)\nevent: progress\ndata: (.+)\n\n/g)].map(
    ([, eventId = '', data = '']) => ({
      id: eventId,
      progress: progressSchema.parse(JSON.parse(data)),
    }),
  )
  return { status: response.status, type: response.headers.get('content-type'), text, events, ended }
}

describe('the progress stream', () => {
  test('tells the present state at once, then each change once, and ends when all is over', async () => {
    const steps = [
      progress('delivering', 0, 'dispatching'),
      progress('delivering', 0, 'dispatching'),
      progress('delivering', 4, 'dispatching'),
      progress('delivering', 4, 'dispatching'),
      progress('settled', 10, 'dispatching'),
      progress('settled', 10, 'completed'),
    ]
    let reads = 0
    const server = await streamServer(async () => steps[Math.min(reads++, steps.length - 1)] as Progress)
    const seen = await readEvents(server.url, () => false)
    expect(seen.type).toMatch(/^text\/event-stream/)
    expect(seen.ended).toBe(true)
    expect(seen.events.map(e => [e.progress.state, e.progress.dispatches[0]?.counts.accepted])).toEqual([
      ['dispatching', 0],
      ['dispatching', 4],
      ['dispatching', 10],
      ['completed', 10],
    ])
    // The browser comes back with the last id and is told to stay away; without it, it gets the final state.
    const back = await readEvents(server.url, () => false, { 'Last-Event-ID': seen.events.at(-1)?.id ?? '' })
    expect(back.status).toBe(204)
    const late = await readEvents(server.url, () => false)
    expect(late.events).toHaveLength(1)
    await server.close()
  })

  test('twenty watchers share the looks, and nobody looks when they have gone', async () => {
    let reads = 0
    let accepted = 0
    const server = await streamServer(async () => {
      reads++
      return progress('delivering', accepted, 'dispatching')
    })
    const watchers = Array.from({ length: 20 }, () =>
      readEvents(server.url, text => text.includes('"accepted":7') && text.split(': still here').length > 3),
    )
    await until(() => reads >= 20)
    const joined = reads
    const started = performance.now()
    accepted = 7
    const seen = await Promise.all(watchers)
    expect(seen.map(s => s.events.at(-1)?.progress.dispatches[0]?.counts.accepted)).toEqual(Array(20).fill(7))
    // One look per interval, not twenty.
    const intervals = (performance.now() - started) / quick.pollMs
    expect(reads - joined).toBeLessThanOrEqual(intervals + 2)
    await server.close()
    const after = reads
    await until(() => reads === after, 5)
    expect(reads).toBe(after)
  })

  test('a database that is away for a moment ends no stream', async () => {
    let reads = 0
    const server = await streamServer(async () => {
      reads++
      if (reads > 1 && reads < 5) throw new Error('away')
      return progress('delivering', reads < 5 ? 1 : 2, 'dispatching')
    })
    const seen = await readEvents(server.url, text => text.includes('"accepted":2'))
    expect(seen.ended).toBe(false)
    expect(seen.events).toHaveLength(2)
    await server.close()
  })
})

/** Waits until `condition` has held `times` looks in a row. */
async function until(condition: () => boolean, times = 1): Promise<void> {
  for (let held = 0; held < times; held = condition() ? held + 1 : 0) {
    await new Promise(resolve => setTimeout(resolve, quick.pollMs))
  }
}

describe('over the real routes', () => {
  let server: HttpServer
  beforeAll(async () => {
    server = await httpServer()
  })
  afterAll(() => server.close())

  test('an open stream does not hold up closing, and says nothing to strangers', async () => {
    const officer = await server.as('officer')
    const { body } = await officer.post('/api/announcements').send({ content: goodContent }).expect(201)
    const cookie = (
      await officer
        .post('/api/auth/sign-in/email')
        .send({ email: 'officer@quangtri.example', password: server.passwords.officer })
    ).get('Set-Cookie')?.[0]
    const listening = await listen(server.app, { host: '127.0.0.1', port: 0 })
    const url = `${listening.url}/api/announcements/${body.id}/progress/stream`
    expect((await fetch(url)).status).toBe(401)
    let began: () => void = () => undefined
    const open = new Promise<void>(resolve => {
      began = resolve
    })
    const watching = readEvents(
      url,
      text => {
        if (text.includes('event: progress')) began()
        return false
      },
      { Cookie: cookie ?? '' },
    )
    await open
    const started = performance.now()
    await listening.close()
    expect(performance.now() - started).toBeLessThan(2_000)
    const seen = await watching
    expect(seen.ended).toBe(true)
    expect(seen.events[0]?.progress).toEqual({ announcementId: body.id, state: 'draft', dispatches: [] })
    await expect(fetch(url)).rejects.toThrow()
  })
})
