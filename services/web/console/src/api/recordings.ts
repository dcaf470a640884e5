import { useQuery } from '@tanstack/react-query'
import type { Recording } from '../../../../http/schemas-recordings.ts'
import { call, query } from './client.ts'
import { jsonOf, sendFile } from './upload.ts'

/** What is known of a recording, with an address to listen to it; asked for again before that address ends. */
export function useRecording(id: string | undefined) {
  return useQuery({
    queryKey: ['recording', id],
    enabled: id !== undefined,
    staleTime: 30 * 60_000,
    queryFn: ({ signal }) => call<Recording>(`/api/recordings/${encodeURIComponent(id ?? '')}`, { signal }),
  })
}

/**
 * Uploads a recording.
 * @param onSent share of the file that has left, 0 to 1; at 1 the server checks and levels it
 * @throws ApiError | UploadStopped
 */
export async function uploadRecording(
  file: File,
  about: { language: string; title: string },
  onSent: (share: number) => void,
  stop: AbortSignal,
): Promise<Recording> {
  const path = `/api/recordings${query({ ...about, name: file.name })}`
  return jsonOf<Recording>(await sendFile(path, file, 'application/json', { stop, onSent }))
}
