import { useQuery } from '@tanstack/react-query'
import type { BoardUpload, PdfPages, UploadLine } from '../../../../http/schemas-board-media.ts'
import { ApiError, call, query } from './client.ts'
import { jsonOf, readJson, sendFile } from './upload.ts'

/** What is known of a picture or video for boards; asked for again before its addresses end. */
export function useBoardMedia(id: string) {
  return useQuery({
    queryKey: ['board-media', id],
    staleTime: 30 * 60_000,
    queryFn: ({ signal }) => call<BoardUpload>(`/api/board-media/${encodeURIComponent(id)}`, { signal }),
  })
}

/** How far an upload is: the file travels first, then the server works on it (`share` null: it does not say how far). */
export type MediaProgress = { phase: 'sending'; share: number } | { phase: 'working'; share: number | null }

/** Which part of a file is wanted. */
export interface MediaPart {
  /** Of a PDF. */
  page?: number
  /** Second of a video. */
  from?: number
}

/**
 * Uploads a picture, a page of a PDF or a video for boards.
 * @throws ApiError | UploadStopped
 */
export async function uploadBoardMedia(
  file: File,
  part: MediaPart,
  onProgress: (progress: MediaProgress) => void,
  stop: AbortSignal,
): Promise<BoardUpload> {
  const path = `/api/board-media${query({
    name: file.name,
    page: part.page === undefined ? null : String(part.page),
    from: part.from === undefined ? null : String(part.from),
  })}`
  const answer = await sendFile(path, file, 'application/x-ndjson, application/json', {
    stop,
    onSent: share => onProgress(share < 1 ? { phase: 'sending', share } : { phase: 'working', share: null }),
    onText: text => {
      const line = lastLine(text.slice(0, text.lastIndexOf('\n')))
      if (line && 'progress' in line) onProgress({ phase: 'working', share: line.progress })
    },
  })
  if (!answer.type.startsWith('application/x-ndjson')) return jsonOf<BoardUpload>(answer)
  const line = lastLine(answer.text.trimEnd())
  if (line && 'upload' in line) return line.upload
  if (line && 'problem' in line) throw new ApiError(line.problem.status, line.problem)
  // The connection broke off between two lines.
  throw new ApiError(0)
}

function lastLine(text: string): UploadLine | undefined {
  return readJson(text.slice(text.lastIndexOf('\n') + 1)) as UploadLine | undefined
}

/** Small pictures of the pages of a PDF from `first` on. @throws ApiError | UploadStopped */
export async function pdfPages(file: File, first: number, onSent: (share: number) => void, stop: AbortSignal) {
  const path = `/api/board-media/pages${query({ first: String(first) })}`
  return jsonOf<PdfPages>(await sendFile(path, file, 'application/json', { stop, onSent }))
}
