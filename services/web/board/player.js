/*
 * Player of a public board. Rules: good content is never replaced by an error, a blank or a set-up page; what is over
 * disappears by the board's own corrected clock, server or no server; only what was really on screen is reported.
 * Syntax and interfaces are those of Chrome 53 (TV sets of 2017): no build step, no modules, no async functions.
 */
;(() => {
  const PREVIEW = location.pathname === '/board-preview'
  const TOKEN = PREVIEW ? '' : location.pathname.split('/')[2]
  const API = `/api/board/${TOKEN}`
  const BUILD = document.querySelector('meta[name="loa-player"]').content

  const REQUEST_TIMEOUT = 10000
  const RETRY_AFTER_FAILURE = 15000
  const HEARTBEAT_EVERY = 60000
  /* A page counts as displayed when it has stood this long; shorter is a flash. */
  const DISPLAYED_AFTER = 2000
  const SILENCE_BEFORE_RELOAD = 30000

  /* Shares of the screen's shorter side; the same numbers as channels/board/fit.ts plans with. */
  const SIZES = {
    normal: { floor: 0.035, most: 0.085, heading: 1.1 },
    emergency: { floor: 0.06, most: 0.1, heading: 10 / 6 },
    running: 0.75,
  }

  function byId(id) {
    return document.getElementById(id)
  }
  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text
  }

  /* ---- time: the server's clock, and never earlier than the last instant heard from it ---- */

  const clock = { offset: 0, lastServer: 0, atBoot: Date.now() }

  function now() {
    return Math.max(Date.now() + clock.offset, clock.lastServer)
  }
  function heardTime(header, sentAt) {
    const server = Date.parse(header || '')
    if (!Number.isFinite(server)) return
    clock.offset = server + (Date.now() - sentAt) / 2 - Date.now()
    clock.lastServer = server
  }

  /* ---- what to show ---- */

  let manifest = null
  /* Items whose drawing failed three times: key -> number of failures. */
  const failures = {}
  let problems = []

  function problem(text) {
    problems.push(String(text).slice(0, 300))
    if (problems.length > 20) problems.shift()
  }
  function isText(value) {
    return typeof value === 'string'
  }
  function isPage(page) {
    return page && isText(page.heading) && isText(page.text)
  }
  function isItem(item) {
    return (
      item &&
      isText(item.dispatchId) &&
      isText(item.contentHash) &&
      isText(item.title) &&
      isText(item.issuer) &&
      isText(item.documentNumber) &&
      isText(item.priority) &&
      Number.isFinite(Date.parse(item.expiresAt)) &&
      Array.isArray(item.pages) &&
      item.pages.length > 0 &&
      item.pages.every(isPage)
    )
  }
  /* A body that is not a manifest (a proxy's page, half a file) must not replace one that is. */
  function isManifest(value) {
    return (
      value &&
      isText(value.version) &&
      value.board &&
      isText(value.board.commune) &&
      Array.isArray(value.items) &&
      value.items.every(isItem) &&
      Array.isArray(value.emergency) &&
      value.emergency.every(e => e && isText(e.dispatchId) && Number.isFinite(Date.parse(e.until)))
    )
  }
  function keyOf(item) {
    return `${item.dispatchId}:${item.revision}:${item.contentHash}`
  }

  /* Items that may be on screen now; in an emergency only its own. */
  function playlist() {
    const t = now()
    const items = manifest
      ? manifest.items.filter(item => Date.parse(item.expiresAt) > t && !(failures[keyOf(item)] >= 3))
      : []
    const urgent = {}
    if (manifest) {
      manifest.emergency.forEach(e => {
        if (Date.parse(e.until) > t) urgent[e.dispatchId] = true
      })
    }
    const emergency = items.filter(item => urgent[item.dispatchId])
    return emergency.length > 0 ? { emergency: true, items: emergency } : { emergency: false, items: items }
  }

  /* ---- fitting text to this screen ---- */

  let fitted = {}

  function shortSide() {
    return Math.min(window.innerWidth, window.innerHeight)
  }

  function fill(heading, text, page, sizes, scale) {
    const size = scale * shortSide()
    const reminder = Math.max(scale * SIZES.running, SIZES.normal.floor) * shortSide()
    setText(heading, glue(page.heading))
    heading.style.display = page.heading === '' ? 'none' : 'block'
    heading.style.fontSize = `${page.running ? reminder : size * sizes.heading}px`
    heading.style.marginBottom = page.text === '' ? '0' : `${0.025 * shortSide()}px`
    text.style.fontSize = `${size}px`
    while (text.firstChild) text.removeChild(text.firstChild)
    page.text.split('\n').forEach(paragraph => {
      if (paragraph === '') return
      const p = document.createElement('p')
      appendWords(p, paragraph)
      text.appendChild(p)
    })
  }

  /* For the eye only: a number stays with what it counts, and a dash does not begin a line. */
  function glue(text) {
    return text
      .replace(/(\d) (?=[-–] \d)/g, '$1\u00a0')
      .replace(/(^|\s)(ngày|tháng|năm|số|Điều|khoản|lúc) (?=\d)/gi, '$1$2\u00a0')
      .replace(/(\d) (?=(giờ|phút|ngày|tháng|năm|đồng|triệu|tỷ|km|ha|kg)([\s.,;:)]|$))/g, '$1\u00a0')
  }

  /* A web address may break after a slash; dates and "Ông/Bà" may not. */
  function appendWords(element, paragraph) {
    glue(paragraph)
      .split(/(\S{25,})/)
      .forEach((part, i) => {
        if (i % 2 === 0 || part.indexOf('\u00a0') >= 0) element.appendChild(document.createTextNode(part))
        else {
          part.split(/([^/]+\/+)/).forEach(piece => {
            if (piece === '') return
            element.appendChild(document.createTextNode(piece))
            element.appendChild(document.createElement('wbr'))
          })
        }
      })
  }

  function fits(page, sizes, scale) {
    const box = byId('main')
    const measure = byId('measure')
    fill(measure.children[0], measure.children[1], page, sizes, scale)
    return measure.scrollHeight <= box.clientHeight && measure.scrollWidth <= box.clientWidth
  }

  /* Largest scale between floor and most that fits; 0 when not even the floor does. */
  function largest(page, sizes) {
    let low = sizes.floor
    let high = sizes.most
    if (!fits(page, sizes, low)) return 0
    if (fits(page, sizes, high)) return high
    for (let i = 0; i < 7; i++) {
      const middle = (low + high) / 2
      if (fits(page, sizes, middle)) low = middle
      else high = middle
    }
    return low
  }

  function halves(text) {
    const middle = text.length / 2
    let best = -1
    for (let i = 1; i < text.length - 1; i++) {
      if (/\s/.test(text.charAt(i)) && (best < 0 || Math.abs(i - middle) < Math.abs(best - middle))) best = i
    }
    return best < 0 ? null : [text.slice(0, best), text.slice(best + 1)]
  }

  /* Planned pages as they are, split once more where this screen has less room than was planned for. */
  function roomFor(page, sizes, depth) {
    const scale = largest(page, sizes)
    const parts = scale > 0 || depth === 0 ? null : halves(page.text === '' ? page.heading : page.text)
    if (!parts) return [{ page: page, scale: scale || sizes.floor }]
    return parts.reduce((all, part) => {
      const piece =
        page.text === ''
          ? { heading: part, running: page.running, text: '' }
          : { heading: page.heading, running: page.running, text: part }
      return all.concat(roomFor(piece, sizes, depth - 1))
    }, [])
  }

  function slidesOf(item, emergency) {
    const key = `${keyOf(item) + (emergency ? '!' : '') + window.innerWidth}x${window.innerHeight}`
    if (!fitted[key]) {
      const sizes = emergency ? SIZES.emergency : SIZES.normal
      const slides = item.pages.reduce((all, page) => all.concat(roomFor(page, sizes, 6)), [])
      /* One size for all text of a notice: jumping letters are hard to read. A headline alone may be larger. */
      const least = slides.reduce((m, s) => (s.page.text === '' ? m : Math.min(m, s.scale)), sizes.most)
      slides.forEach(s => {
        if (s.page.text !== '') s.scale = least
      })
      fitted[key] = slides
    }
    return fitted[key]
  }

  /* ---- the slide on screen ---- */

  let shown = { key: '', slide: 0, emergency: false, since: 0, until: 0, total: 0 }

  const FLAGS = { emergency: 'Thông báo khẩn cấp', priority: 'Ưu tiên' }

  function readingTime(page) {
    /* About 14 characters a second for reluctant readers, and time to notice the change. */
    return Math.min(45000, Math.max(8000, 3000 + (page.heading.length + page.text.length) * 70))
  }

  function draw(item, index, emergency) {
    /* The bars first, with a page number in place: what they take is not there for the text. */
    byId('frame').className = emergency ? 'emergency' : item.priority === 'priority' ? 'priority' : 'routine'
    setText(byId('issuer'), item.issuer || manifest.board.commune)
    setText(byId('flag'), FLAGS[item.priority] || '')
    byId('flag').hidden = !FLAGS[item.priority]
    setText(byId('number'), item.documentNumber === '' ? '' : `Số: ${item.documentNumber}`)
    setText(byId('pager'), 'Trang 10/10')
    const slides = slidesOf(item, emergency)
    const slide = slides[Math.min(index, slides.length - 1)]
    setText(byId('pager'), slides.length > 1 ? `Trang ${index + 1}/${slides.length}` : '')
    fill(byId('heading'), byId('text'), slide.page, emergency ? SIZES.emergency : SIZES.normal, slide.scale)
    byId('heading').className = slide.page.running ? 'heading running' : 'heading'
    shown = {
      key: keyOf(item),
      item: item,
      slide: index,
      total: slides.length,
      emergency: emergency,
      since: Date.now(),
      until: Date.now() + readingTime(slide.page),
      counted: false,
    }
  }

  function drawIdle() {
    byId('frame').className = 'idle'
    shown = { key: '', slide: 0, emergency: false, since: Date.now(), until: 0, total: 0 }
  }

  function show(item, index, emergency) {
    try {
      draw(item, index, emergency)
    } catch (error) {
      const key = keyOf(item)
      failures[key] = (failures[key] || 0) + 1
      problem(`item ${item.dispatchId}: ${error}`)
    }
  }

  function indexOfShown(items) {
    for (let i = 0; i < items.length; i++) if (keyOf(items[i]) === shown.key) return i
    return -1
  }

  /* Goes on to the next slide when the time has come, or at once when what is shown may no longer be shown. */
  function advance(force) {
    const list = playlist()
    if (list.items.length === 0) {
      if (shown.key !== '' || byId('frame').className !== 'idle') drawIdle()
      return
    }
    const at = indexOfShown(list.items)
    if (at < 0 || shown.emergency !== list.emergency) return show(list.items[0], 0, list.emergency)
    if (!force && Date.now() < shown.until) return
    if (shown.slide + 1 < shown.total) return show(list.items[at], shown.slide + 1, list.emergency)
    if (list.items.length === 1 && shown.total === 1) return
    show(list.items[(at + 1) % list.items.length], 0, list.emergency)
  }

  function two(n) {
    return n < 10 ? `0${n}` : String(n)
  }
  const DAYS = ['Chủ nhật', 'Thứ hai', 'Thứ ba', 'Thứ tư', 'Thứ năm', 'Thứ sáu', 'Thứ bảy']

  /* Viet Nam keeps UTC+7 all year, so no time zone data is needed on old sets. */
  function drawClock() {
    const local = new Date(now() + 7 * 3600000)
    const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`
    setText(byId('clock'), time)
    setText(byId('idle-clock'), time)
    const day = `${DAYS[local.getUTCDay()]}, ngày ${two(local.getUTCDate())}`
    setText(byId('idle-date'), `${day} tháng ${local.getUTCMonth() + 1} năm ${local.getUTCFullYear()}`)
    if (!manifest) return
    setText(byId('place'), manifest.board.commune)
    setText(byId('idle-place'), manifest.board.commune)
    const mark = PREVIEW ? 'Bản xem trước' : manifest.demo ? 'Diễn tập, không phải thông báo chính thức' : ''
    setText(byId('mark'), mark)
    byId('mark').hidden = mark === ''
  }

  /* ---- proof of display ---- */

  let displayed = {}
  let pending = []
  const reported = {}

  function countDisplay() {
    if (shown.key === '' || shown.counted || Date.now() - shown.since < DISPLAYED_AFTER) return
    shown.counted = true
    if (document.hidden || reported[shown.key]) return
    let record = displayed[shown.key]
    if (!record || record.total !== shown.total) {
      record = displayed[shown.key] = { first: now() - DISPLAYED_AFTER, total: shown.total, slides: {} }
    }
    record.slides[shown.slide] = true
    if (Object.keys(record.slides).length < record.total) return
    reported[shown.key] = true
    pending.push({
      dispatchId: shown.item.dispatchId,
      revision: shown.item.revision,
      contentHash: shown.item.contentHash,
      firstShownAt: new Date(record.first).toISOString(),
      visible: true,
    })
    save()
    heartbeat()
  }

  /* ---- the server ---- */

  let lastContact = 0

  function request(method, path, headers, body, done) {
    const xhr = new XMLHttpRequest()
    const sentAt = Date.now()
    xhr.open(method, API + path)
    xhr.timeout = REQUEST_TIMEOUT
    Object.keys(headers).forEach(name => {
      xhr.setRequestHeader(name, headers[name])
    })
    xhr.onloadend = () => {
      if (xhr.status === 200 || xhr.status === 304) {
        lastContact = Date.now()
        heardTime(xhr.getResponseHeader('Loa-Time'), sentAt)
      }
      done(xhr)
    }
    xhr.send(body)
  }

  let polling = false
  let pollAgain = false
  let pollTimer = 0
  /* The same board always polls at the same offset, so that boards switched on together do not ask together. */
  const steady = TOKEN.split('').reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 10000, 7)

  function pollSeconds() {
    const asked = manifest === null ? 60 : Number(manifest.nextPollSeconds)
    return asked >= 10 && asked <= 3600 ? asked : 60
  }

  function pollIn(ms) {
    clearTimeout(pollTimer)
    pollTimer = setTimeout(poll, ms)
  }

  function poll() {
    if (polling) {
      pollAgain = true
      return
    }
    polling = true
    clearTimeout(pollTimer)
    request('GET', '/manifest', manifest ? { 'If-None-Match': `"${manifest.version}"` } : {}, null, xhr => {
      polling = false
      let good = xhr.status === 304
      if (xhr.status === 200) good = takeManifest(xhr.responseText)
      if (!good) problem(`manifest: ${xhr.status || 'no answer'}`)
      else {
        save()
        loadNewPlayer(xhr.getResponseHeader('Loa-Player'))
      }
      if (pollAgain) {
        pollAgain = false
        pollIn(0)
      } else pollIn(good ? pollSeconds() * 1000 - 5000 + steady : RETRY_AFTER_FAILURE)
    })
  }

  function takeManifest(text) {
    let next
    try {
      next = JSON.parse(text)
    } catch (_error) {
      return false
    }
    if (!isManifest(next)) return false
    const known = {}
    if (manifest) {
      manifest.items.forEach(item => {
        known[keyOf(item)] = true
      })
    }
    const first = manifest === null
    manifest = next
    forgetOld()
    drawClock()
    /* A new notice is shown at once; the others keep their turn. */
    const list = playlist()
    const fresh = list.items.filter(item => !known[keyOf(item)])[0]
    if (fresh && !first && keyOf(fresh) !== shown.key) show(fresh, 0, list.emergency)
    else advance(false)
    return true
  }

  /* Weeks of running must not fill the memory with what was. */
  function forgetOld() {
    const current = {}
    manifest.items.forEach(item => {
      current[keyOf(item)] = true
    })
    ;[displayed, reported, failures].forEach(map => {
      Object.keys(map).forEach(key => {
        if (!current[key]) delete map[key]
      })
    })
    fitted = {}
  }

  let beating = false
  function heartbeat() {
    if (beating || PREVIEW) return
    beating = true
    const sent = pending.slice(0, 100)
    const sentProblems = problems.slice()
    const body = {
      version: manifest ? manifest.version : '',
      visible: !document.hidden,
      shown: sent,
      player: BUILD,
      screen: `${window.innerWidth}x${window.innerHeight}`,
      clockSkewMs: Math.round(-clock.offset),
      problems: sentProblems,
    }
    request('POST', '/heartbeat', { 'Content-Type': 'application/json' }, JSON.stringify(body), xhr => {
      beating = false
      if (xhr.status !== 200) return
      pending = pending.slice(sent.length)
      problems = problems.slice(sentProblems.length)
      save()
      if (pending.length > 0) heartbeat()
    })
  }

  function listen() {
    if (typeof EventSource === 'undefined') return
    const source = new EventSource(`${API}/events`)
    source.addEventListener('version', event => {
      let version
      try {
        version = JSON.parse(event.data).version
      } catch (_error) {
        return
      }
      /* Boards of a province hear of a change together; they ask within a second of each other. */
      if (!manifest || version !== manifest.version) pollIn(steady / 10)
    })
    source.onerror = () => {
      /* The browser reconnects by itself, except after an answer that was no stream. */
      if (source.readyState !== 2) return
      source.close()
      setTimeout(listen, RETRY_AFTER_FAILURE)
    }
  }

  /* ---- memory over a restart ---- */

  const STORE = `loa-board:${TOKEN}`

  function save() {
    try {
      const state = { manifest: manifest, offset: clock.offset, lastServer: clock.lastServer, pending: pending }
      localStorage.setItem(STORE, JSON.stringify(state))
    } catch (_error) {
      /* No storage or full: the board works, it only forgets with the power. */
    }
  }

  function restore() {
    try {
      const saved = JSON.parse(localStorage.getItem(STORE))
      if (!saved) return
      clock.offset = Number(saved.offset) || 0
      clock.lastServer = Number(saved.lastServer) || 0
      if (Array.isArray(saved.pending)) pending = saved.pending
      if (isManifest(saved.manifest)) manifest = saved.manifest
    } catch (_error) {
      /* Unreadable memory is no memory. */
    }
  }

  /* ---- watching over itself ---- */

  let lastTick = Date.now()

  function tick() {
    drawClock()
    advance(false)
    countDisplay()
    lastTick = Date.now()
  }

  /* Reloading without a server would end in the browser's error page, so only after a recent answer. */
  function reload() {
    if (Date.now() - lastContact < 120000) location.reload()
  }

  function watch() {
    if (!document.hidden && Date.now() - lastTick > SILENCE_BEFORE_RELOAD) reload()
  }

  function loadNewPlayer(build) {
    if (!build || build === BUILD) return
    try {
      /* Once per build: a proxy that keeps handing out the old page must not make us reload for ever. */
      if (localStorage.getItem('loa-player') === build) return
      localStorage.setItem('loa-player', build)
    } catch (_error) {
      return
    }
    location.reload()
  }

  /* ---- preview in the console ---- */

  function fromFragment() {
    if (location.hash.length < 2) return
    try {
      const bytes = atob(location.hash.slice(1).replace(/-/g, '+').replace(/_/g, '/'))
      const escaped = bytes.replace(/[\s\S]/g, c => `%${(`0${c.charCodeAt(0).toString(16)}`).slice(-2)}`)
      preview(JSON.parse(decodeURIComponent(escaped)))
    } catch (_error) {
      /* Half-typed content: what is shown stays. */
    }
  }

  /* `content` is the board channel's rendition; `commune` may be added for the footer. */
  function preview(content) {
    if (!content || !Array.isArray(content.pages)) return
    const end = new Date(now() + 86400000).toISOString()
    const item = {
      dispatchId: 'preview',
      revision: 0,
      contentHash: JSON.stringify(content),
      title: content.title,
      pages: content.pages,
      issuer: content.issuer,
      documentNumber: content.documentNumber,
      priority: content.priority,
      expiresAt: end,
    }
    const urgent = content.priority === 'emergency' ? [{ dispatchId: 'preview', until: end }] : []
    const whole = {
      version: item.contentHash,
      board: { name: '', commune: content.commune || '' },
      items: [item],
      emergency: urgent,
      demo: content.demo === true,
    }
    takeManifest(JSON.stringify(whole))
  }

  function startPreview() {
    window.addEventListener('hashchange', fromFragment)
    window.addEventListener('message', event => {
      if (event.origin !== location.origin || !event.data) return
      if (event.data.type === 'loa-board-preview') preview(event.data.content)
    })
    document.addEventListener('click', () => advance(true))
    fromFragment()
    if (window.parent !== window) window.parent.postMessage({ type: 'loa-board-preview-ready' }, location.origin)
  }

  /* ---- start ---- */

  function redraw() {
    fitted = {}
    displayed = {}
    const list = playlist()
    const at = indexOfShown(list.items)
    if (at >= 0) show(list.items[at], 0, list.emergency)
  }

  function start() {
    if (PREVIEW) startPreview()
    else {
      document.body.className = 'kiosk'
      restore()
      poll()
      listen()
      setInterval(heartbeat, HEARTBEAT_EVERY)
      setTimeout(heartbeat, 3000)
      setInterval(watch, 10000)
    }
    window.addEventListener('resize', redraw)
    tick()
    setInterval(tick, 1000)
  }

  /* Text is measured, so the typeface must be there first; a set that cannot load it must not wait for ever. */
  let started = false
  function startOnce() {
    if (started) return redraw()
    started = true
    start()
  }
  if ('fonts' in document) {
    const faces = [document.fonts.load('500 20px Board', 'Ẫ'), document.fonts.load('700 20px Board', 'Ộ')]
    Promise.all(faces).then(startOnce, startOnce)
    setTimeout(() => {
      if (!started) startOnce()
    }, 4000)
  } else startOnce()
})()
