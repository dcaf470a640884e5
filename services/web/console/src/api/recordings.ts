import { useQuery } from '@tanstack/react-query'
import type { Problem } from '../../../../http/schemas.ts'
import type { Recording } from '../../../../http/schemas-recordings.ts'
import { ApiError, call, query } from './client.ts'

/** What is known of a recording, with an address to listen to it; asked for again before that address ends. */
export function useRecording(id: string | undefined) {
  return useQuery({
    queryKey: ['recording', id],
    enabled: id !== undefined,
    staleTime: 30 * 60_000,
    queryFn: ({ signal }) => call<Recording>(`/api/recordings/${encodeURIComponent(id ?? '')}`, { signal }),
  })
}

/** The officer stopped the upload. */
export class UploadStopped extends Error {}

/**
 * Uploads a recording. By XMLHttpRequest: fetch does not tell how much of an upload has left.
 * @param onSent share of the file that has left, 0 to 1; at 1 the server checks and levels it
 * @throws ApiError | UploadStopped
 */
export function uploadRecording(
  file: File,
  about: { language: string; title: string },
  onSent: (share: number) => void,
  stop: AbortSignal,
): Promise<Recording> {
  const request = new XMLHttpRequest()
  return new Promise((resolve, reject) => {
    const onStop = () => request.abort()
    stop.addEventListener('abort', onStop, { once: true })
    request.upload.onprogress = event => onSent(event.total > 0 ? event.loaded / event.total : 0)
    request.upload.onload = () => onSent(1)
    request.onload = () => {
      const body = readJson(request.responseText)
      if (request.status >= 200 && request.status < 300) resolve(body as Recording)
      else reject(new ApiError(request.status, body as Problem | undefined))
    }
    request.onerror = () => reject(new ApiError(0))
    request.onabort = () => reject(new UploadStopped())
    request.onloadend = () => stop.removeEventListener('abort', onStop)
    request.open('POST', `/api/recordings${query({ ...about, name: file.name })}`)
    request.setRequestHeader('Accept', 'application/json')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.send(file)
  })
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
