/*
 * Runs inside the board's page before anything else: time that the bench turns, and eyes that look at the page once in each
 * simulated second. The player itself is not touched; it is given other clocks. What is not simulated: the service worker,
 * the network, storage and drawing take real time, while simulated time stands still for them.
 */
;(config => {
  if (!/^https?:$/.test(location.protocol) || window.top !== window) return
  const RealDate = Date
  const realFetch = window.fetch.bind(window)
  const realSetTimeout = window.setTimeout.bind(window)
  const kept = sessionStorage.getItem('loa-bench')
  const memory = kept ? JSON.parse(kept) : null

  let now = memory && memory.now > config.startMs ? memory.now : config.startMs
  let errorMs = memory ? memory.errorMs : config.errorMs
  let storageFull = memory ? memory.storageFull : config.storageFull
  /* Time that a browser's counter shows; it stands still while the set is off, and nobody can move it. */
  const bootAt = now

  /* ---- timers ---- */
  let nextId = 1
  let order = 0
  let timers = []
  function addTimer(callback, ms, args, every) {
    const wait = Math.max(every ? 1 : 0, Number(ms) || 0)
    const id = nextId++
    timers.push({ id: id, at: now + wait, order: order++, callback: callback, args: args, every: every ? wait : 0 })
    return id
  }
  function clear(id) {
    timers = timers.filter(t => t.id !== id)
  }
  window.setTimeout = (callback, ms, ...args) => addTimer(callback, ms, args, false)
  window.setInterval = (callback, ms, ...args) => addTimer(callback, ms, args, true)
  window.clearTimeout = clear
  window.clearInterval = clear
  window.requestAnimationFrame = callback => addTimer(() => callback(now - bootAt), 16, [], false)
  window.cancelAnimationFrame = clear
  window.requestIdleCallback = callback =>
    addTimer(() => callback({ didTimeout: false, timeRemaining: () => 10 }), 1, [], false)
  window.cancelIdleCallback = clear

  class SimulatedDate extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(SimulatedDate.now())
      else super(...args)
    }
    static now() {
      return Math.floor(now + errorMs)
    }
  }
  window.Date = SimulatedDate
  Performance.prototype.now = () => now - bootAt

  /* ---- work with the world outside, for which time stands still ---- */
  let working = 0
  function busy(promise) {
    working++
    const done = () => {
      working--
    }
    promise.then(done, done)
    return promise
  }
  function wrap(prototype, names) {
    if (!prototype) return
    names.forEach(name => {
      const original = prototype[name]
      if (typeof original !== 'function') return
      prototype[name] = function (...args) {
        return busy(original.apply(this, args))
      }
    })
  }
  wrap(Response.prototype, ['json', 'text', 'arrayBuffer', 'blob'])
  wrap(Blob.prototype, ['arrayBuffer', 'text'])
  wrap(window.CacheStorage && CacheStorage.prototype, ['open', 'match', 'has', 'delete', 'keys'])
  wrap(window.Cache && Cache.prototype, ['match', 'matchAll', 'put', 'add', 'addAll', 'delete', 'keys'])
  wrap(window.StorageManager && StorageManager.prototype, ['persist', 'persisted'])
  /* Adding up what a whole browser keeps takes long, and differs little from one minute to the next. */
  let estimated
  let estimatedAt = 0
  const estimate = StorageManager.prototype.estimate
  StorageManager.prototype.estimate = function () {
    if (!estimated || now - estimatedAt > 3_600_000) {
      estimatedAt = now
      estimated = busy(estimate.call(this))
    }
    return estimated
  }
  wrap(window.SubtleCrypto && SubtleCrypto.prototype, ['digest'])
  wrap(HTMLImageElement.prototype, ['decode'])

  function timed(init) {
    const headers = new Headers(init?.headers)
    headers.set('x-loa-bench', String(now))
    return Object.assign({}, init, { headers: headers })
  }
  window.fetch = (input, init) => busy(realFetch(input, timed(init)))
  AbortSignal.timeout = ms => {
    const stop = new AbortController()
    addTimer(() => stop.abort(new DOMException('timeout', 'TimeoutError')), ms, [], false)
    return stop.signal
  }

  const send = XMLHttpRequest.prototype.send
  Object.defineProperty(XMLHttpRequest.prototype, 'timeout', {
    get() {
      return this.benchTimeout || 0
    },
    set(ms) {
      this.benchTimeout = ms
    },
  })
  XMLHttpRequest.prototype.send = function (...args) {
    this.setRequestHeader('x-loa-bench', String(now))
    working++
    const timer =
      this.benchTimeout > 0
        ? addTimer(
            () => {
              this.dispatchEvent(new ProgressEvent('timeout'))
              this.abort()
            },
            this.benchTimeout,
            [],
            false,
          )
        : 0
    this.addEventListener('loadend', () => {
      clear(timer)
      working--
    })
    return send.apply(this, args)
  }

  const transaction = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (...args) {
    const made = transaction.apply(this, args)
    working++
    const done = () => {
      working--
    }
    made.addEventListener('complete', done, { once: true })
    made.addEventListener('abort', done, { once: true })
    return made
  }
  ;['open', 'deleteDatabase'].forEach(name => {
    const original = IDBFactory.prototype[name]
    IDBFactory.prototype[name] = function (...args) {
      const request = original.apply(this, args)
      working++
      let open = true
      const done = () => {
        if (open) working--
        open = false
      }
      request.addEventListener('success', done)
      request.addEventListener('error', done)
      return request
    }
  })
  const source = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')
  Object.defineProperty(HTMLImageElement.prototype, 'src', {
    get: source.get,
    set(value) {
      if (value) {
        working++
        let open = true
        const done = () => {
          if (open) working--
          open = false
        }
        this.addEventListener('load', done, { once: true })
        this.addEventListener('error', done, { once: true })
        realSetTimeout(done, 2000)
      }
      source.set.call(this, value)
    },
  })

  /* ---- a full disk ---- */
  function full() {
    return new DOMException('no room (bench)', 'QuotaExceededError')
  }
  ;['put', 'add'].forEach(name => {
    const original = IDBObjectStore.prototype[name]
    IDBObjectStore.prototype[name] = function (...args) {
      const request = original.apply(this, args)
      /* As a browser does it: the request is taken, and the transaction comes to nothing. */
      if (storageFull) {
        const failing = this.transaction
        Object.defineProperty(failing, 'error', { value: full() })
        failing.abort()
      }
      return request
    }
  })
  const setItem = Storage.prototype.setItem
  Storage.prototype.setItem = function (...args) {
    if (storageFull && this === localStorage) throw full()
    return setItem.apply(this, args)
  }

  /* ---- server-sent events: a browser waits real seconds before it connects again, this one simulated ones ---- */
  class SimulatedEventSource extends EventTarget {
    constructor(url) {
      super()
      this.url = new URL(url, location.href).href
      this.readyState = 0
      this.retryMs = 3000
      this.stop = new AbortController()
      this.onopen = null
      this.onerror = null
      this.onmessage = null
      this.connect()
    }
    emit(name, event) {
      if (this.readyState === 2 && name !== 'error') return
      const handler = this[`on${name}`]
      if (typeof handler === 'function') handler.call(this, event)
      this.dispatchEvent(event)
    }
    connect() {
      if (this.readyState === 2) return
      this.readyState = 0
      const options = timed({ headers: { accept: 'text/event-stream' }, cache: 'no-store', signal: this.stop.signal })
      busy(realFetch(this.url, options)).then(
        response => {
          const type = response.headers.get('content-type') || ''
          if (response.status !== 200 || type.indexOf('text/event-stream') !== 0) {
            this.readyState = 2
            this.emit('error', new Event('error'))
            return
          }
          this.readyState = 1
          this.emit('open', new Event('open'))
          this.read(response.body.getReader())
        },
        () => this.again(),
      )
    }
    again() {
      if (this.readyState === 2) return
      this.readyState = 0
      this.emit('error', new Event('error'))
      if (this.readyState !== 2) addTimer(() => this.connect(), this.retryMs, [], false)
    }
    read(reader) {
      const decoder = new TextDecoder()
      let text = ''
      const next = () => {
        reader.read().then(
          part => {
            if (part.done) return this.again()
            text += decoder.decode(part.value, { stream: true })
            const events = text.split(/\r?\n\r?\n/)
            text = events.pop()
            events.forEach(event => {
              const fields = {}
              event.split(/\r?\n/).forEach(line => {
                const colon = line.indexOf(':')
                if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '')
              })
              if (fields.retry) this.retryMs = Number(fields.retry)
              if (fields.data === undefined) return
              const name = fields.event || 'message'
              this.emit(name, new MessageEvent(name, { data: fields.data }))
            })
            next()
          },
          () => this.again(),
        )
      }
      next()
    }
    close() {
      this.readyState = 2
      this.stop.abort()
    }
  }
  SimulatedEventSource.CONNECTING = 0
  SimulatedEventSource.OPEN = 1
  SimulatedEventSource.CLOSED = 2
  window.EventSource = SimulatedEventSource

  /* ---- what a passer-by reads, once a simulated second: text that is really laid out and visible ---- */
  let seen = memory ? memory.seen : []
  let lookedAt = 0
  function look() {
    lookedAt = now
    // biome-ignore lint/performance/useDomNodeTextContent: what is laid out and visible is what a passer-by reads
    const text = document.body ? document.body.innerText : ''
    const marks = Array.from(new Set(text.match(/(?:Tin |Số: )\d{4}/g) || [])).map(found => found.slice(-4))
    const unique = Array.from(new Set(marks)).sort().join(',')
    const clock = /\d\d:\d\d/.test(text)
    const words =
      unique === ''
        ? text
            .replace(/\d\d:\d\d/g, '')
            .replace(/\s+/g, ' ')
            .trim()
            .slice(0, 200)
        : ''
    const last = seen[seen.length - 1]
    if (last && last.marks === unique && last.clock === clock && last.words === words && now - last.to <= 1500)
      last.to = now
    else seen.push({ from: now, to: now, marks: unique, clock: clock, words: words })
  }

  /* Where on the screen the text that names an item stands. */
  function places() {
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const match = /(?:Tin |Số: )(\d{4})/.exec(node.data)
      if (!match || !node.parentElement.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
      const range = document.createRange()
      range.selectNodeContents(node)
      const box = range.getBoundingClientRect()
      if (box.width < 1 || box.bottom <= 0 || box.top >= window.innerHeight) continue
      found.push({ mark: match[1], left: box.left, top: box.top, width: box.width, height: box.height })
    }
    return found
  }

  /* ---- turning time ---- */
  const channel = new MessageChannel()
  const turns = []
  channel.port1.onmessage = () => turns.shift()()
  function turn() {
    return new Promise(resolve => {
      turns.push(resolve)
      channel.port2.postMessage(0)
    })
  }
  const realNow = () => RealDate.now()
  async function settle(capMs) {
    await turn()
    if (working === 0) return
    const from = realNow()
    for (let quiet = 0; quiet < 4; ) {
      const waited = realNow() - from
      if (waited > capMs) return
      quiet = working > 0 ? 0 : quiet + 1
      // Most answers come within some milliseconds; for longer ones the processor is left to those who make them.
      if (waited > 5 && working > 0) await new Promise(resolve => realSetTimeout(resolve, 0))
      else await turn()
    }
  }
  /* Each turn of the event loop lets the browser draw, which takes longer than all the rest; it is given one in ten. */
  let fired = 0
  async function afterTimer(capMs) {
    for (let i = 0; i < 5; i++) await undefined
    fired++
    if (working > 0 || fired % 10 === 0) await settle(capMs)
  }
  function earliest() {
    let first
    for (let i = 0; i < timers.length; i++) {
      const t = timers[i]
      if (!first || t.at < first.at || (t.at === first.at && t.order < first.order)) first = t
    }
    return first
  }
  function fire(timer) {
    if (timer.every > 0) {
      timer.at += timer.every
      timer.order = order++
    } else clear(timer.id)
    try {
      if (typeof timer.callback === 'function') timer.callback.apply(window, timer.args)
    } catch (error) {
      window.dispatchEvent(new ErrorEvent('error', { message: String(error), error: error }))
    }
  }

  window.loaBench = {
    state: () => ({ now: now, ready: document.readyState, working: working, timers: timers.length }),
    setError: ms => {
      errorMs = ms
    },
    setFull: on => {
      storageFull = on
    },
    settle: settle,
    places: places,
    /* Turns time up to a moment. @returns what was seen since the last call */
    run: async (until, capMs) => {
      let nextLook = Math.max(lookedAt + 1000, Math.ceil(now / 1000) * 1000)
      while (now < until) {
        const timer = earliest()
        const at = Math.max(now, Math.min(timer ? timer.at : until, nextLook, until))
        if (at > now) now = at
        if (timer && timer.at <= now) {
          fire(timer)
          await afterTimer(capMs)
          continue
        }
        if (now >= nextLook) {
          look()
          nextLook += 1000
        }
      }
      const told = seen
      seen = []
      return { now: now, seen: told }
    },
  }
  window.addEventListener('pagehide', () => {
    const state = { now: now, errorMs: errorMs, storageFull: storageFull, seen: seen }
    setItem.call(sessionStorage, 'loa-bench', JSON.stringify(state))
  })
})(__CONFIG__)
