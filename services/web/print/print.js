// The print button; the page is complete without it.
;(() => {
  var button = document.getElementById('print')
  if (!button) return
  button.hidden = false
  button.addEventListener('click', () => {
    window.print()
  })
})()
