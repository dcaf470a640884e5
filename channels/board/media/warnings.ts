import type { BoardMedia } from '../../../services/domain/board-content.ts'
import type { Sentence } from '../../../services/domain/errors.ts'
import { captionWarnings } from '../../../services/text/captions.ts'

/** What officer and approver should know of the pictures and videos of an announcement before it goes out. */
export function mediaWarnings(media: BoardMedia[]): Sentence[] {
  return media.flatMap((one, at) => {
    if (one.kind === 'picture') return []
    const found = one.cues.length === 0 ? [noCaptions] : captionWarnings(one.cues)
    return found.map(({ vi, en }) => ({
      vi: `Video (hình thứ ${at + 1}): ${vi}`,
      en: `Video (picture ${at + 1}): ${en}`,
    }))
  })
}

const noCaptions: Sentence = {
  vi: 'Chưa có phụ đề. Bảng tin không có tiếng nên lời nói trong video sẽ không ai biết. Ông/Bà nên thêm phụ đề.',
  en: 'There are no captions. Boards are silent, so nobody learns what is said in the video. Add captions.',
}
