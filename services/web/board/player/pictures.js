import { cueAt } from '../core/slides.js'
import { steadyMs } from './dom.js'

/*
 * Pictures and videos, made ready beside the screen: nothing is taken off it before what follows can be drawn.
 */

/* What takes longer is broken, or the set is too weak for it. */
const DRAWN_WITHIN = 15000

/**
 * @typedef {{ cancel: () => void }} Loading
 */

/**
 * Loads a picture.
 * @param {string} url
 * @param {(error: Error | null, image?: HTMLImageElement) => void} done called once; not after `cancel`
 * @returns {Loading}
 */
export function loadPicture(url, done) {
  const image = document.createElement('img')
  const end = once(done)
  const timer = setTimeout(() => end(new Error('picture: not drawn in time')), DRAWN_WITHIN)
  image.onload = () => {
    clearTimeout(timer)
    if (image.naturalWidth > 0) end(null, image)
    else end(new Error('picture: empty'))
  }
  image.onerror = () => {
    clearTimeout(timer)
    end(new Error('picture: cannot be decoded'))
  }
  image.src = url
  return {
    cancel: () => {
      clearTimeout(timer)
      end.never()
    },
  }
}

/**
 * Loads a silent video and plays it once it can be drawn.
 * @param {string} url
 * @param {{ durationMs: number, cues: { fromMs: number, toMs: number, text: string }[] }} media
 * @param {object} on
 * @param {(video: HTMLVideoElement) => void} on.ready its first picture can be drawn; it is put on the screen here
 * @param {(text: string) => void} on.cue
 * @param {(error: Error | null) => void} on.over it has ended, or cannot go on
 * @returns {Loading}
 */
export function loadVideo(url, media, on) {
  const video = document.createElement('video')
  let timer = 0
  let lastAt = -1
  let movedAt = steadyMs()
  const end = once(error => {
    clearInterval(timer)
    on.over(error)
  })
  const release = () => {
    clearInterval(timer)
    video.onloadeddata = video.onerror = video.onended = null
    video.pause()
    // Decoders of old sets keep their memory until the address is taken away.
    video.removeAttribute('src')
    video.load()
  }
  const ready = once(() => {
    on.ready(video)
    const playing = video.play()
    if (playing) playing.catch(error => end(new Error(`video: ${error.name || error}`)))
  })
  video.muted = true
  video.setAttribute('muted', '')
  video.setAttribute('playsinline', '')
  video.setAttribute('aria-hidden', 'true')
  video.setAttribute('tabindex', '-1')
  video.preload = 'auto'
  video.onloadeddata = () => ready()
  video.onerror = () => end(new Error('video: cannot be decoded'))
  video.onended = () => end(null)
  timer = setInterval(() => {
    on.cue(cueAt(media.cues, video.currentTime * 1000))
    if (video.currentTime !== lastAt) {
      lastAt = video.currentTime
      movedAt = steadyMs()
    } else if (steadyMs() - movedAt > DRAWN_WITHIN) end(new Error('video: stands still'))
  }, 250)
  video.src = url
  return {
    cancel: () => {
      end.never()
      ready.never()
      release()
    },
  }
}

/* The first call counts; `never` forbids any. */
function once(work) {
  let over = false
  const first = (...values) => {
    if (over) return
    over = true
    work(...values)
  }
  first.never = () => {
    over = true
  }
  return first
}
