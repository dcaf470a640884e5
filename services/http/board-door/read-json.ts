import type { IncomingMessage } from 'node:http'
import { AppError } from '../../domain/errors.ts'

/** 200 displays are 70 kB; the rest is small. */
const mostBytes = 131_072

/**
 * Reads a small JSON body. It must not be compressed. How long it may take is limited for the whole server
 * (services/http/slow-bodies.ts).
 * @throws AppError request.unsupported-encoding | request.too-large | request.malformed
 */
export async function readJson(req: IncomingMessage): Promise<unknown> {
  const type = req.headers['content-type'] ?? ''
  const encoding = req.headers['content-encoding'] ?? 'identity'
  if (!/^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type) || encoding !== 'identity') {
    throw new AppError('request.unsupported-encoding', {
      vi: 'Nội dung gửi lên phải ở dạng JSON (Content-Type: application/json), không nén.',
      en: 'The body must be JSON (Content-Type: application/json), not compressed.',
    })
  }
  if (Number(req.headers['content-length'] ?? 0) > mostBytes) throw tooLarge()
  try {
    return JSON.parse(await collect(req))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new AppError(
      'request.malformed',
      { vi: 'Nội dung gửi lên không phải là JSON hợp lệ.', en: 'The request body is not valid JSON.' },
      { cause },
    )
  }
}

function collect(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    req.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      // What still comes is taken and dropped, so that the answer arrives.
      if (bytes > mostBytes) reject(tooLarge())
      else chunks.push(chunk)
    })
    req.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    req.once('close', () =>
      reject(new AppError('request.malformed', { vi: 'Yêu cầu đã bị hủy.', en: 'The request was given up.' })),
    )
  })
}

function tooLarge(): AppError {
  return new AppError('request.too-large', {
    vi: 'Nội dung gửi lên quá lớn nên chưa được nhận.',
    en: 'The request is too large and was not taken.',
  })
}
