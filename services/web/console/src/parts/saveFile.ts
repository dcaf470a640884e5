/** Hands a text to the browser's download folder. */
export function saveFile(name: string, mime: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: mime }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has begun by then; keeping the address would keep the bytes.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
