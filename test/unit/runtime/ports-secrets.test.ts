import { readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isAppError } from '../../../services/domain/errors.ts'
import { projectPath, projectVersion } from '../../../services/runtime/paths.ts'
import { freePort, listen } from '../../../services/runtime/ports.ts'
import { keepSecret } from '../../../services/runtime/secrets.ts'

describe('ports', () => {
  test('a taken port is named together with one that is free', async () => {
    const holder = createServer()
    const port = await listen(holder, 0, '127.0.0.1', 'LOA_PORT')
    const second = createServer()
    const error: unknown = await listen(second, port, '127.0.0.1', 'LOA_PORT').catch((e: unknown) => e)
    if (!isAppError(error)) throw error
    expect(error.code).toBe('setup.port-taken')
    expect(error.userMessage.vi).toContain(`Cổng ${port} đang được một chương trình khác sử dụng`)
    const proposal = Number(/LOA_PORT = (\d+)/.exec(error.userMessage.en)?.[1])
    expect(await listen(second, proposal, '127.0.0.1', 'LOA_PORT')).toBe(proposal)
    for (const server of [holder, second]) await new Promise(resolve => server.close(resolve))
  })

  test('an address of another machine is a matter of configuration', async () => {
    await expect(listen(createServer(), 0, '192.0.2.1', 'LOA_PORT')).rejects.toMatchObject({
      code: 'setup.configuration',
    })
  })

  test('a free port can be listened on', async () => {
    const server = createServer()
    const port = await freePort()
    expect(await listen(server, port, '127.0.0.1', 'x')).toBe(port)
    await new Promise(resolve => server.close(resolve))
  })
})

describe('secrets', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loa-secret-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('are made once, long, and readable by their owner only', async () => {
    const path = join(folder, 'deep', 'secret')
    const secret = await keepSecret(path)
    expect(secret).toMatch(/^[\w-]{43}$/)
    expect(await keepSecret(path)).toBe(secret)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8').trim()).toBe(secret)
  })

  test('of many at once all get the same one, and no draft stays', async () => {
    const secrets = await Promise.all(Array.from({ length: 20 }, () => keepSecret(join(folder, 's'))))
    expect(new Set(secrets).size).toBe(1)
    const { readdirSync } = await import('node:fs')
    expect(readdirSync(folder)).toEqual(['s'])
  })

  test('two folders have two secrets', async () => {
    expect(await keepSecret(join(folder, 'a'))).not.toBe(await keepSecret(join(folder, 'b')))
  })
})

describe('paths', () => {
  test('lead into the source tree, from wherever this runs', () => {
    expect(readFileSync(projectPath('services', 'runtime', 'paths.ts'), 'utf8')).toContain('projectRoot')
    expect(projectVersion()).toMatch(/^\d+\.\d+\.\d+/)
  })
})
