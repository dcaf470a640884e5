import type { MediaTaker } from '../../contract.ts'
import { readHead } from '../../file-head.ts'
import { headBytes, mediaKind } from './kind.ts'
import { pagePictures, takePage } from './pdf.ts'
import { type MediaSettings, takePicture, usualSettings } from './picture.ts'
import { orDiskFull } from './programs.ts'
import { bytesAllowed, refuseKind } from './refusals.ts'
import { takeVideo } from './video.ts'

/** What boards show beside text: pictures, pages of PDFs and short silent videos, made of whatever was uploaded. */
export function boardMedia(settings: MediaSettings = usualSettings): MediaTaker {
  return {
    bytesAllowed: head => bytesAllowed(mediaKind(head)),

    async take(path, asked, tools) {
      const kind = mediaKind(await readHead(path, headBytes))
      const work = () => {
        if (kind.is === 'picture') return takePicture(path, kind.format, tools, settings)
        if (kind.is === 'pdf') return takePage(path, asked.page, tools, settings)
        if (kind.is === 'video') return takeVideo(path, kind, asked.fromSeconds, tools, settings)
        throw refuseKind(kind.is)
      }
      return await orDiskFull(work())
    },

    async pages(path, first, tools) {
      const kind = mediaKind(await readHead(path, headBytes))
      if (kind.is !== 'pdf') throw refuseKind(kind.is === 'picture' || kind.is === 'video' ? 'unknown' : kind.is)
      return await orDiskFull(pagePictures(path, first, tools, settings))
    },
  }
}
