import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { PronunciationTrial, PronunciationTrialResult } from '../../../../http/schemas-pronunciations.ts'
import { call } from '../api/client.ts'
import { ownAddress } from './address.ts'

/**
 * Short sounds made by the server, one at a time: asking for another one stops the one that plays.
 * @returns `waiting` and `playing` name the sound by the key it was asked with
 */
export function useSound(onError: (error: unknown) => void) {
  const audio = useRef<HTMLAudioElement | null>(null)
  const [playing, setPlaying] = useState<string | null>(null)
  const making = useMutation({
    mutationFn: ({ trial }: { key: string; trial: PronunciationTrial }) =>
      call<PronunciationTrialResult>('/api/pronunciations/try', { method: 'POST', body: { ...trial, audio: true } }),
    onSuccess: ({ audioUrl }, { key }) => {
      if (audioUrl !== null) start(key, ownAddress(audioUrl))
    },
    onError,
  })
  const stop = () => {
    audio.current?.pause()
    audio.current = null
    setPlaying(null)
  }
  const start = (key: string, url: string) => {
    stop()
    const sound = new Audio(url)
    audio.current = sound
    const over = () => {
      if (audio.current === sound) stop()
    }
    sound.addEventListener('ended', over)
    setPlaying(key)
    sound.play().catch(error => {
      over()
      onError(error)
    })
  }
  useEffect(() => () => audio.current?.pause(), [])
  return {
    waiting: making.isPending ? making.variables.key : null,
    playing,
    /** Makes and plays a sound; the same key once more stops it. */
    toggle(key: string, trial: PronunciationTrial) {
      const mine = playing === key
      stop()
      if (!mine) making.mutate({ key, trial })
    },
  }
}
