import { lightAt } from '../core/hours.js'
import { slidesOf } from '../core/slides.js'
import { byId, drawQr, label, setText, setVisible, shortSide } from './dom.js'
import { createFitter, fillPage, SIZES, stripSizes } from './fit.js'
import { loadPicture, loadVideo } from './pictures.js'

/*
 * The screen. What is on it stays until what comes next can be drawn: no moment in between is blank.
 */

const FLAGS = { emergency: 'Thông báo khẩn cấp', priority: 'Ưu tiên' }
/* A screen wider than this is a strip, which has no room for bars. */
const STRIP_ASPECT = 3
/* A poster in place of its video. */
const POSTER_MS = 8000

/**
 * @param {object} deps
 * @param {{ urlOf: (sha256: string) => string | undefined }} deps.media
 * @param {boolean} deps.preview
 */
export function createStage(deps) {
  const frame = byId('frame')
  const fitter = createFitter('page')
  const look = { mode: 'idle', kind: 'text', banner: false, qr: false }
  let fitted = {}
  let manifest = null
  /* What is being made ready, and what is on screen and must be ended. */
  let loading = null
  let playing = null

  function isStrip() {
    if (manifest && manifest.board.kind === 'led') return true
    return window.innerWidth / Math.max(1, window.innerHeight) > STRIP_ASPECT
  }

  function dress(change) {
    Object.assign(look, change)
    const names = [look.mode, `kind-${look.kind}`]
    if (isStrip()) names.push('strip')
    if (look.banner) names.push('with-banner')
    if (look.qr) names.push('with-qr')
    const wanted = names.join(' ')
    if (frame.className !== wanted) frame.className = wanted
  }

  /* A controller shows the upper left corner of what it is given, pixel by pixel; a preview is as large as it can be. */
  function place() {
    const led = manifest && manifest.board.kind === 'led' ? manifest.settings.led : null
    const most = led ? Math.min(window.innerWidth / led.width, window.innerHeight / led.height) : 1
    const times = deps.preview ? Math.max(1, Math.floor(most)) : 1
    frame.style.right = frame.style.bottom = led ? 'auto' : ''
    frame.style.width = led ? `${led.width * times}px` : ''
    frame.style.height = led ? `${led.height * times}px` : ''
    frame.style.fontSize = isStrip() ? `${frame.clientHeight}px` : ''
  }

  function sizesFor(emergency) {
    if (isStrip()) return stripSizes(frame.clientHeight)
    return emergency ? SIZES.emergency : SIZES.normal
  }

  /* On a strip a heading comes before its text, not above it. */
  function pagesFor(item) {
    if (!isStrip()) return item.pages
    const page = (heading, text) => ({ heading: heading, running: false, text: text })
    const mark = manifest && manifest.demo ? [page('Diễn tập', '')] : []
    return item.pages.reduce((all, p) => {
      const heading = p.running || p.heading === '' ? [] : [page(p.heading, '')]
      return all.concat(heading, p.text === '' ? [] : [page('', p.text.replace(/\n/g, ' '))])
    }, mark)
  }

  /* The bars first, with a page number in place: what they take is not there for the text. */
  function dressFor(item, kind, emergency) {
    const mode = emergency ? 'emergency' : item.priority === 'priority' ? 'priority' : 'routine'
    const qr = Boolean(kind === 'text' && item.qr && !emergency && !isStrip())
    dress({ mode: mode, kind: kind, qr: qr })
    setText(byId('issuer'), item.issuer || (manifest ? manifest.board.commune : ''))
    label('flag', FLAGS[item.priority] || '')
    label('number', item.documentNumber === '' ? '' : `Số: ${item.documentNumber}`)
    label('pager', 'Trang 10/10')
    setVisible(byId('qr'), qr)
    if (qr) drawQr(byId('qr-code'), item.qr, 'Mã QR dẫn đến toàn văn của thông báo')
  }

  /* Measured in the very dress that it will be shown in; what is on screen meanwhile looks afterwards as it did before. */
  function measured(item, emergency) {
    const before = { mode: look.mode, kind: look.kind, qr: look.qr }
    const ids = ['issuer', 'flag', 'number', 'pager']
    const labels = ids.map(id => ({ text: byId(id).textContent, hidden: byId(id).hidden }))
    dressFor(item, 'text', emergency)
    try {
      return fitter.slides(pagesFor(item), sizesFor(emergency))
    } finally {
      dress(before)
      setVisible(byId('qr'), before.qr)
      ids.forEach((id, i) => {
        setText(byId(id), labels[i].text)
        byId(id).hidden = labels[i].hidden
      })
    }
  }

  function putIn(id, element) {
    const holder = byId(id)
    while (holder.firstChild) holder.removeChild(holder.firstChild)
    if (element) holder.appendChild(element)
  }

  function endLoading() {
    if (loading !== null) loading.cancel()
    loading = null
  }

  function endPlaying() {
    if (playing !== null) playing.cancel()
    playing = null
    putIn('film-place', null)
    setText(byId('cues'), '')
  }

  /* Everything of the page before goes in the moment in which the next one is drawn. */
  function turnTo(item, kind, emergency, pageText) {
    if (kind !== 'video') endPlaying()
    if (kind !== 'picture') putIn('picture-place', null)
    if (kind !== 'bitmap') putIn('bitmap-place', null)
    dressFor(item, kind, emergency)
    label('pager', pageText)
  }

  function showPicture(item, slide, url, emergency, pageText, done) {
    loading = loadPicture(url, (error, image) => {
      loading = null
      if (error) return done(error)
      turnTo(item, slide.kind, emergency, pageText)
      image.alt = slide.kind === 'bitmap' ? item.title : slide.media.caption
      if (slide.kind === 'bitmap') {
        image.width = frame.clientWidth
        image.height = frame.clientHeight
        putIn('bitmap-place', image)
      } else {
        putIn('picture-place', image)
        setText(byId('picture-caption'), slide.media.caption)
      }
      done(null)
    })
  }

  function showVideo(item, slide, emergency, pageText, done, over) {
    const url = deps.media.urlOf(slide.media.sha256)
    let drawn = false
    const film = loadVideo(url, slide.media, {
      ready: video => {
        drawn = true
        loading = null
        endPlaying()
        playing = film
        turnTo(item, 'video', emergency, pageText)
        putIn('film-place', video)
        setText(byId('film-caption'), slide.media.caption)
        done(null)
      },
      cue: text => {
        if (drawn) setText(byId('cues'), text)
      },
      over: error => {
        if (drawn) return over(error)
        film.cancel()
        loading = null
        done(error || new Error('video: ended before it began'))
      },
    })
    loading = film
  }

  return {
    isStrip: isStrip,
    /** A manifest, or a screen of another size: everything is measured anew. */
    refit: next => {
      if (next !== undefined) manifest = next
      fitted = {}
      dress({})
      place()
    },
    /**
     * What an item shows on this screen. `poster`: videos are replaced by their posters, since they failed. `textOnly`: its
     * files are still on their way.
     * @throws when it cannot be measured
     */
    slides: (item, key, emergency, poster, textOnly) => {
      const name = [key, emergency, poster, textOnly, look.banner, window.innerWidth, window.innerHeight].join(' ')
      if (fitted[name]) return fitted[name]
      const strip = isStrip()
      const all = slidesOf(item, strip)
      if (all[0].kind === 'bitmap' && !textOnly) {
        fitted[name] = all
        return all
      }
      const texts = measured(item, emergency)
      const media = all
        .filter(slide => slide.kind !== 'text' && !textOnly)
        .map(slide =>
          slide.kind === 'video' && poster
            ? { kind: 'picture', media: slide.media, poster: true, sha256: slide.media.poster.sha256, ms: POSTER_MS }
            : slide
        )
      fitted[name] = [].concat(texts, media)
      return fitted[name]
    },
    /**
     * Brings a slide to the screen, as soon as it can be drawn.
     * @param {any} item
     * @param {any[]} slides
     * @param {number} index
     * @param {boolean} emergency
     * @param {(error: Error | null) => void} done it is on screen, or cannot be
     * @param {(error: Error | null) => void} over of a video: it has ended, or cannot go on
     */
    present: (item, slides, index, emergency, done, over) => {
      endLoading()
      const slide = slides[index]
      const pageText = slides.length > 1 ? `Trang ${index + 1}/${slides.length}` : ''
      if (slide.kind === 'video') return showVideo(item, slide, emergency, pageText, done, over)
      if (slide.kind === 'text') {
        turnTo(item, 'text', emergency, pageText)
        fillPage(byId('heading'), byId('text'), slide.page, slide.sizes, slide.scale, slide.headline)
        return done(null)
      }
      const sha256 = slide.sha256 || slide.media.sha256
      showPicture(item, slide, deps.media.urlOf(sha256), emergency, pageText, done)
    },
    /** Gives up what is being made ready; what is on screen stays. */
    giveUp: endLoading,
    idle: () => {
      endLoading()
      endPlaying()
      putIn('picture-place', null)
      putIn('bitmap-place', null)
      setVisible(byId('qr'), false)
      dress({ mode: 'idle', kind: 'text', qr: false })
    },
    banner: visible => {
      if (look.banner === visible) return false
      setVisible(byId('banner'), visible)
      dress({ banner: visible })
      return true
    },
    /** Brightness by the hour. @returns whether the screen is dark */
    light: (settings, now, emergency) => {
      const light = deps.preview ? 'on' : lightAt(settings, now, emergency)
      const shade = byId('shade')
      if (shade.className !== light) shade.className = light
      return light === 'dark'
    },
    /** Moves the picture, against burn-in: a hundredth of the screen at the most, and never more than 24 pixels. */
    drift: (x, y) => {
      const most = Math.min(24, Math.round(shortSide() / 100))
      const wanted = isStrip() ? '' : `translate(${Math.round(x * most)}px, ${Math.round(y * most)}px)`
      if (frame.style.transform !== wanted) frame.style.transform = wanted
    },
  }
}
