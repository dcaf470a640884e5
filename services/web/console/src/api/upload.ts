import type { Problem } from '../../../../http/schemas.ts'
import { ApiError } from './client.ts'

/** The officer stopped the upload. */
export class UploadStopped extends Error {}

/** What an upload was answered with, whatever its status. */
export interface UploadAnswer {
  status: number
  type: string
  text: string
}

export interface UploadWatch {
  stop: AbortSignal
  /** Share of the file that has left, 0 to 1; at 1 the server works on it. */
  onSent: (share: number) => void
  /** The answer as far as it is here: some answers come in lines. */
  onText?: (text: string) => void
}

/**
 * Sends a file as it is. By XMLHttpRequest: fetch does not tell how much of an upload has left.
 * @throws ApiError (no answer at all) | UploadStopped
 */
export function sendFile(path: string, file: Blob, accept: string, watch: UploadWatch): Promise<UploadAnswer> {
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    const onStop = () => request.abort()
    watch.stop.addEventListener('abort', onStop, { once: true })
    request.upload.onprogress = event => watch.onSent(event.total > 0 ? event.loaded / event.total : 0)
    request.upload.onload = () => watch.onSent(1)
    request.onprogress = () => watch.onText?.(request.responseText)
    request.onload = () =>
      resolve({
        status: request.status,
        type: request.getResponseHeader('Content-Type') ?? '',
        text: request.responseText,
      })
    request.onerror = () => reject(new ApiError(0))
    request.onabort = () => reject(new UploadStopped())
    request.onloadend = () => watch.stop.removeEventListener('abort', onStop)
    request.open('POST', path)
    request.setRequestHeader('Accept', accept)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.send(file)
  })
}

/** The JSON of a successful answer. @throws ApiError for any other */
export function jsonOf<T>({ status, text }: UploadAnswer): T {
  const body = readJson(text)
  if (status >= 200 && status < 300) return body as T
  throw new ApiError(status, body as Problem | undefined)
}

/** Undefined for what is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
