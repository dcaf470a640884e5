import type { Request } from 'express'
import { AppError } from '../domain/errors.ts'

/** The fields of a form that may bring one file. */
export interface PhotoForm {
  name: string
  note: string
  photo: Buffer | undefined
}

/** Beside the file: names of fields, boundaries, some hundred characters of text. */
const aroundBytes = 64 * 1024

/**
 * Reads `multipart/form-data` with `name`, `note` and `photo` by the platform's own parser. The whole body stands in memory,
 * so callers take few at a time. An empty file field is no photo.
 * @throws AppError request.malformed | request.unsupported-encoding, or what `tooLarge` makes
 */
export async function readPhotoForm(req: Request, limitBytes: number, tooLarge: () => AppError): Promise<PhotoForm> {
  const type = req.get('content-type') ?? ''
  const plain = ['', 'identity'].includes(req.get('content-encoding') ?? '')
  if (!plain || !/^multipart\/form-data\s*;/i.test(type)) {
    throw new AppError('request.unsupported-encoding', {
      vi: 'Nội dung gửi lên phải là biểu mẫu (multipart/form-data).',
      en: 'The body must be a form (multipart/form-data).',
    })
  }
  const bytes = await readBody(req, limitBytes + aroundBytes, tooLarge)
  const form = await new Response(bytes, { headers: { 'content-type': type } }).formData().catch(cutShort)
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value : ''
  }
  const file = form.get('photo')
  const isFile = file !== null && typeof file !== 'string' && file.size > 0
  return { name: text('name'), note: text('note'), photo: isFile ? Buffer.from(await file.arrayBuffer()) : undefined }
}

async function readBody(req: Request, most: number, tooLarge: () => AppError): Promise<Buffer> {
  if (Number(req.get('content-length') ?? 0) > most) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  const body = req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > most) break
      chunks.push(chunk)
    }
  } catch (error) {
    // The phone lost its network in the middle.
    cutShort(error)
  }
  if (size > most) throw tooLarge()
  return Buffer.concat(chunks)
}

function cutShort(cause: unknown): never {
  throw new AppError(
    'request.malformed',
    { vi: 'Biểu mẫu gửi lên không đầy đủ. Ông/Bà vui lòng gửi lại.', en: 'The form did not arrive whole.' },
    { cause },
  )
}
