import { keyOf } from '../core/turns.js'
import { byId, setText, steadyMs } from './dom.js'
import { createFitter, fillPage, SIZES } from './fit.js'

/*
 * The band of an emergency: headline and text go through it page by page while the rest of the screen goes on.
 */

/**
 * @param {{ banner: (visible: boolean) => boolean }} stage
 */
export function createBanner(stage) {
  const fitter = createFitter('banner-page')
  let slides = []
  let key = ''
  let index = 0
  let until = 0
  let seen = {}

  function pagesOf(item) {
    const page = (heading, text) => ({ heading: heading, running: false, text: text })
    return item.pages.reduce(
      (all, p) => all.concat(p.running ? [] : [page(p.heading, '')], p.text === '' ? [] : [page('', p.text)]),
      []
    )
  }

  function show(at) {
    index = at
    const slide = slides[at]
    fillPage(byId('banner-heading'), byId('banner-text'), slide.page, slide.sizes, slide.scale, 0)
    setText(byId('banner-pager'), slides.length > 1 ? `Trang ${at + 1}/${slides.length}` : '')
    until = steadyMs() + slide.ms
    seen[at] = true
  }

  function begin(item) {
    key = keyOf(item)
    seen = {}
    slides = fitter.slides(pagesOf(item), SIZES.banner)
    show(0)
  }

  return {
    /**
     * Goes on to the next page when its time has come.
     * @param {any[]} items the emergencies that ask for the band
     * @returns {{ item: any, begun: boolean, resized: boolean, complete: boolean }} `item`: what is in it now; `resized`: the rest of the
     *   screen has another size now
     */
    update: items => {
      if (items.length === 0) {
        key = ''
        return { item: null, begun: false, resized: stage.banner(false), complete: false }
      }
      const resized = stage.banner(true)
      const before = key
      let at = -1
      items.forEach((item, i) => {
        if (keyOf(item) === key) at = i
      })
      if (at < 0) begin(items[0])
      else if (steadyMs() >= until) {
        if (index + 1 < slides.length) show(index + 1)
        else if (items.length > 1) begin(items[(at + 1) % items.length])
        else if (slides.length > 1) show(0)
      }
      const now = items.filter(item => keyOf(item) === key)[0]
      return {
        item: now,
        begun: key !== before,
        resized: resized,
        complete: Object.keys(seen).length === slides.length,
      }
    },
    /** The screen has another size: measured anew with the next update. */
    refit: () => {
      key = ''
    },
  }
}
