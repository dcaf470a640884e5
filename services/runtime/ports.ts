import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:net'
import { AppError } from '../domain/errors.ts'

/** A loopback TCP port that is free at this instant. The caller must cope with someone else taking it first. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await bind(server, 0, '127.0.0.1')
  await new Promise<void>(resolve => server.close(() => resolve()))
  return port
}

/**
 * Starts listening and says clearly why it cannot.
 * @param server an http or net server that does not listen yet
 * @param port 0 for any
 * @param setting how to choose another port, named in the sentence, e.g. `LOA_PORT` or `--port`
 * @returns the port
 * @throws AppError setup.port-taken, or setup.configuration for an address that is not this machine's
 */
export async function listen(server: Server, port: number, host: string, setting: string): Promise<number> {
  try {
    return await bind(server, port, host)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EADDRINUSE' || code === 'EACCES') throw await portTaken(port, host, setting, code === 'EACCES')
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new AppError('setup.configuration', {
        vi: `Địa chỉ "${host}" không thuộc máy này. Ông/Bà vui lòng sửa LOA_HOST (ví dụ 127.0.0.1 hoặc 0.0.0.0).`,
        en: `The address "${host}" does not belong to this machine. Please correct LOA_HOST (127.0.0.1 or 0.0.0.0, say).`,
      })
    }
    throw error
  }
}

async function portTaken(port: number, host: string, setting: string, forbidden: boolean): Promise<AppError> {
  const other = await nextFreePort(port, host)
  const [why, whyEn] = forbidden
    ? ['hệ điều hành không cho phép dùng', 'may not be used by this user']
    : ['đang được một chương trình khác sử dụng', 'is in use by another program']
  return new AppError(
    'setup.port-taken',
    {
      vi: `Cổng ${port} ${why}. Ông/Bà vui lòng dừng chương trình đó hoặc chọn cổng khác, ví dụ ${setting} = ${other}.`,
      en: `Port ${port} ${whyEn}. Stop that program or choose another port, for example ${setting} = ${other}.`,
    },
    { details: { port, setting } },
  )
}

async function nextFreePort(port: number, host: string): Promise<number> {
  for (let candidate = Math.max(port + 1, 1024); candidate <= port + 20 && candidate <= 65_535; candidate++) {
    const probe = createServer()
    const bound = await bind(probe, candidate, host).catch(() => 0)
    if (bound) {
      await new Promise<void>(resolve => probe.close(() => resolve()))
      return bound
    }
  }
  return freePort()
}

function bind(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}
