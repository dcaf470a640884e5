// Sends the forms of the page for phones: progress, and the photo is kept until it has arrived. The page works without
// it. Conservative syntax (ES2015, no build step), since the phones of village heads are old.
;(() => {
  if (!window.FormData || !window.XMLHttpRequest || !document.querySelectorAll) return

  const store = 'kept'
  const firstRetryMs = 5000
  const slowestRetryMs = 60000
  const sendMs = 180000
  // A photo smaller than this travels as it is.
  const bigBytes = 1500000
  const longestSide = 2000

  // Where a photo waits for the network, also when the page is closed. Without it, it waits in the page.
  function withStore(mode, work, done) {
    const never = () => {
      if (done) done(undefined)
    }
    try {
      const opening = window.indexedDB.open('loa-posting', 1)
      opening.onupgradeneeded = () => {
        opening.result.createObjectStore(store)
      }
      opening.onerror = never
      opening.onsuccess = () => {
        try {
          const request = work(opening.result.transaction(store, mode).objectStore(store))
          request.onsuccess = () => {
            if (done) done(request.result)
          }
          request.onerror = never
        } catch (_) {
          never()
        }
      }
    } catch (_) {
      never()
    }
  }

  // Smaller before it travels, where the browser turns photos upright by itself; else as it is.
  function shrink(file, done) {
    const upright = window.CSS && CSS.supports && CSS.supports('image-orientation', 'from-image')
    if (!upright || !HTMLCanvasElement.prototype.toBlob || file.size < bigBytes) return done(file)
    const image = new Image()
    const url = URL.createObjectURL(file)
    const finish = blob => {
      URL.revokeObjectURL(url)
      done(blob && blob.size > 0 && blob.size < file.size ? blob : file)
    }
    image.onerror = () => {
      finish(null)
    }
    image.onload = () => {
      try {
        const scale = Math.min(1, longestSide / Math.max(image.naturalWidth, image.naturalHeight))
        const canvas = document.createElement('canvas')
        canvas.width = Math.round(image.naturalWidth * scale)
        canvas.height = Math.round(image.naturalHeight * scale)
        canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height)
        canvas.toBlob(finish, 'image/jpeg', 0.85)
      } catch (_) {
        finish(null)
      }
    }
    image.src = url
  }

  function start(form) {
    const key = form.action
    const input = form.querySelector('input[type=file]')
    const button = form.querySelector('button')
    const status = form.querySelector('.send')
    const bar = status.querySelector('progress')
    const words = status.querySelector('p')
    const preview = form.querySelector('.preview')
    let report = null
    let timer = null
    let retryMs = firstRetryMs

    function say(text, share) {
      status.hidden = false
      words.textContent = text
      bar.hidden = share === undefined
      if (share !== undefined) bar.value = share
    }

    function show(blob) {
      preview.hidden = !blob
      if (blob) preview.src = URL.createObjectURL(blob)
    }

    function keep() {
      withStore('readwrite', kept => kept.put(report, key))
    }

    function forget(done) {
      withStore('readwrite', kept => kept['delete'](key), done)
    }

    function refused(text) {
      report = null
      forget()
      button.disabled = false
      input.required = form.getAttribute('data-send') === 'posted'
      say(text)
    }

    function later() {
      say('Chưa gửi được vì mạng yếu. Ảnh được giữ trên máy này và tự gửi lại; Ông/Bà đừng xóa trang.')
      clearTimeout(timer)
      timer = setTimeout(send, retryMs)
      retryMs = Math.min(slowestRetryMs, retryMs * 2)
    }

    function send() {
      clearTimeout(timer)
      if (!report) return
      button.disabled = true
      const data = new FormData()
      data.append('name', report.name)
      data.append('note', report.note)
      if (report.photo) data.append('photo', report.photo, 'photo.jpg')
      const request = new XMLHttpRequest()
      request.open('POST', key)
      request.setRequestHeader('Accept', 'application/json')
      request.timeout = sendMs
      request.upload.onprogress = event => {
        if (event.lengthComputable) say('Đang gửi ảnh...', event.loaded / event.total)
      }
      request.onload = () => {
        if (request.status >= 200 && request.status < 300) {
          say('Đã gửi xong.', 1)
          return forget(() => {
            location.reload()
          })
        }
        let answer = null
        try {
          answer = JSON.parse(request.responseText)
        } catch (_) {
          // Not from us: a proxy's page, say.
        }
        if (request.status === 429 || request.status >= 500 || !answer) return later()
        refused(answer.message)
      }
      request.onerror = later
      request.ontimeout = later
      say('Đang gửi...', 0)
      request.send(data)
    }

    form.addEventListener('submit', event => {
      event.preventDefault()
      button.disabled = true
      say('Đang chuẩn bị ảnh...')
      const file = input.files && input.files[0]
      const go = photo => {
        const waiting = report && report.photo
        report = { name: form.elements.name.value, note: form.elements.note.value, photo: photo || waiting || null }
        keep()
        send()
      }
      if (file) shrink(file, go)
      else go(null)
    })
    input.addEventListener('change', () => {
      show(input.files && input.files[0])
    })
    window.addEventListener('online', send)

    withStore(
      'readonly',
      kept => kept.get(key),
      kept => {
        if (!kept || report) return
        report = kept
        form.elements.name.value = kept.name
        form.elements.note.value = kept.note
        if (kept.photo) input.required = false
        show(kept.photo)
        const around = form.parentNode
        if (around.tagName === 'DETAILS') around.open = true
        send()
      },
    )
  }

  const forms = document.querySelectorAll('form[data-send]')
  for (let i = 0; i < forms.length; i++) start(forms[i])
})()
