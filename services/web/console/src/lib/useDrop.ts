import { type DragEvent, useState } from 'react'

interface DropZone {
  /** For the element that takes the file. */
  zone: {
    'data-over': true | undefined
    onDragOver: (event: DragEvent) => void
    onDragLeave: () => void
    onDrop: (event: DragEvent) => void
  }
  /** Several files were dropped at once, and none was taken. */
  many: boolean
}

/** Takes one dropped file. Dropping is a convenience: a button must do the same from the keyboard. */
export function useDrop(onFile: (file: File) => void): DropZone {
  const [over, setOver] = useState(false)
  const [many, setMany] = useState(false)
  return {
    many,
    zone: {
      'data-over': over || undefined,
      onDragOver: event => {
        event.preventDefault()
        setOver(true)
      },
      onDragLeave: () => setOver(false),
      onDrop: event => {
        event.preventDefault()
        setOver(false)
        const { files } = event.dataTransfer
        setMany(files.length > 1)
        const file = files.item(0)
        if (files.length === 1 && file) onFile(file)
      },
    },
  }
}
