import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { Progress } from '../../../../http/schemas.ts'

/** How the numbers on the screen are kept fresh. */
export type Liveness = 'off' | 'live' | 'polling'

/**
 * Keeps the progress of an announcement fresh while `enabled`: by the server's event stream, and by asking every five
 * seconds whenever the stream is broken (EventSource reconnects by itself; a proxy may forbid it altogether).
 */
export function useLiveProgress(id: string, enabled: boolean): Liveness {
  const client = useQueryClient()
  const [liveness, setLiveness] = useState<Liveness>('off')

  useEffect(() => {
    if (!enabled) {
      setLiveness('off')
      return
    }
    const source = new EventSource(`/api/announcements/${encodeURIComponent(id)}/progress/stream`)
    let lastState: string | undefined
    source.addEventListener('progress', event => {
      const progress = readProgress(event.data)
      if (!progress) return
      setLiveness('live')
      client.setQueryData(['progress', id], progress)
      if (lastState !== undefined && lastState !== progress.state) {
        void client.invalidateQueries({ queryKey: ['announcement', id] })
        void client.invalidateQueries({ queryKey: ['history', id] })
      }
      lastState = progress.state
    })
    source.addEventListener('error', () => {
      // A server that closes for good (204: nothing will change any more) needs no polling either.
      setLiveness(source.readyState === EventSource.CLOSED && lastState !== undefined ? 'off' : 'polling')
    })
    source.addEventListener('open', () => setLiveness('live'))
    return () => source.close()
  }, [client, id, enabled])

  useEffect(() => {
    if (liveness !== 'polling') return
    const timer = setInterval(() => {
      void client.invalidateQueries({ queryKey: ['progress', id] })
      void client.invalidateQueries({ queryKey: ['announcement', id] })
    }, 5_000)
    return () => clearInterval(timer)
  }, [client, id, liveness])

  return liveness
}

function readProgress(data: unknown): Progress | undefined {
  try {
    return typeof data === 'string' ? (JSON.parse(data) as Progress) : undefined
  } catch {
    return undefined
  }
}
