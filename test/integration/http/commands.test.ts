import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { signedInClient } from '../../../services/cli/api-client.ts'
import { forEachDispatch } from '../../../services/cli/commands/control.ts'
import { type SendChoices, send } from '../../../services/cli/commands/send.ts'
import { type Listening, listen } from '../../../services/http/listen.ts'
import { emailOf, goodContent, type HttpServer, httpServer } from './server.ts'

/*
 * The commands that talk to a running instance, over a real connection.
 */
let server: HttpServer
let listening: Listening
let dir: string
beforeAll(async () => {
  server = await httpServer()
  listening = await listen(server.app, { host: '127.0.0.1', port: 0 })
  dir = await mkdtemp(join(tmpdir(), 'loa-commands-'))
  Object.assign(process.env, {
    LOA_SERVER: listening.url,
    LOA_USER: emailOf('officer'),
    LOA_PASSWORD: server.passwords.officer,
  })
})
afterAll(async () => {
  for (const name of ['LOA_SERVER', 'LOA_USER', 'LOA_PASSWORD']) delete process.env[name]
  await rm(dir, { recursive: true })
  await listening.close()
  await server.close()
})

async function sendBytes(bytes: string | Uint8Array, choices: SendChoices = {}) {
  const file = join(dir, 'announcement.json')
  await writeFile(file, bytes)
  return send(file, choices)
}

describe('loa send', () => {
  test('a file in Latin-1 is refused before anything is written, instead of being submitted garbled', async () => {
    const latin = Buffer.from(JSON.stringify({ ...goodContent, title: 'Th\u00f4ng b\u00e1o' }), 'latin1')
    await expect(sendBytes(latin)).rejects.toMatchObject({ code: 'import.bad-encoding' })
    expect((await server.database.db.query('select from announcements')).rowCount).toBe(0)
  })

  test('the byte order mark of Windows editors is no fault', async () => {
    const sent = await sendBytes(`\ufeff${JSON.stringify({ ...goodContent, title: 'Có dấu BOM' })}`)
    expect(sent).toMatchObject({ title: 'Có dấu BOM', state: 'submitted' })
  })

  test('the same file twice is one announcement', async () => {
    const text = JSON.stringify({ ...goodContent, title: 'Một lần' })
    const first = await sendBytes(text)
    expect(await sendBytes(text)).toMatchObject({ id: first.id, state: 'submitted' })
  })

  test('one that was returned meanwhile is submitted again, and the state it tells is the present one', async () => {
    const text = JSON.stringify({ ...goodContent, title: 'Bị trả lại' })
    const first = await sendBytes(text)
    const approver = await server.as('approver')
    await approver.post(`/api/announcements/${first.id}/return`).send({ reason: 'Xem lại' }).expect(200)
    expect(await sendBytes(text)).toMatchObject({ id: first.id, state: 'submitted' })
    const stored = await approver.get(`/api/announcements/${first.id}`).expect(200)
    expect(stored.body.state).toBe('submitted')
  })
})

describe('loa pause and loa resume', () => {
  async function approved(title: string): Promise<string> {
    const { id, hash } = await sendBytes(JSON.stringify({ ...goodContent, title }))
    const approver = await server.as('approver')
    await approver.post(`/api/announcements/${id}/approve`).send({ hash }).expect(200)
    return id
  }

  test('pause every channel that has not ended', async () => {
    const id = await approved('Tạm dừng')
    const { dispatches } = await forEachDispatch(await signedInClient(), id, 'pause', undefined)
    expect(dispatches.map(d => d.phase)).toEqual(['paused'])
  })

  test('a channel that the announcement does not use is an error, not a silent success', async () => {
    const id = await approved('Nhầm kênh')
    const client = await signedInClient()
    await expect(forEachDispatch(client, id, 'pause', 'smss')).rejects.toMatchObject({ code: 'channel.unknown' })
  })

  test('what has not been approved cannot be paused, and that is said', async () => {
    const { id } = await sendBytes(JSON.stringify({ ...goodContent, title: 'Chưa duyệt' }))
    const client = await signedInClient()
    await expect(forEachDispatch(client, id, 'pause', undefined)).rejects.toMatchObject({
      code: 'dispatch.wrong-state',
    })
  })
})
