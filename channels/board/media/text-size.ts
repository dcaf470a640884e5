import type { Sentence } from '../../../services/domain/errors.ts'
import { layout } from '../fit.ts'

/** Letters of a page by their size, as shares of the height of a 16:9 screen that shows the page whole. */
export interface LetterSizes {
  letters: number
  /** Nine in ten letters are at least this large. */
  small: number
  /** Share of the letters below the floor of fit.ts. */
  belowFloor: number
}

/** poppler gives the box of a line of type: 0.93 to 1.12 times the type size, by what the font says of itself. */
const boxToSize = 1.05
const screenShape = 16 / 9
/** A letterhead or a footnote below the floor is no reason to warn. */
const manyBelow = 0.1

/**
 * Sizes of the letters on a page, from the output of `pdftotext -bbox`: words with their boxes, in points. Pure.
 * @returns undefined for a page without text, such as a scan
 */
export function letterSizes(bbox: string): LetterSizes | undefined {
  const [, width, height] = /<page width="([\d.]+)" height="([\d.]+)"/.exec(bbox) ?? []
  const [pageWidth, pageHeight] = [Number(width), Number(height)]
  if (!(pageWidth > 0) || !(pageHeight > 0)) return undefined
  // A page wider than the screen is as wide as it and leaves bars above and below.
  const shownHeight = Math.min(1, screenShape / (pageWidth / pageHeight))
  const words: { size: number; letters: number }[] = []
  const word = /<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">([^<]*)</g
  for (const [, x0, y0, x1, y1, text = ''] of bbox.matchAll(word)) {
    const letters = [...text.replaceAll(/&\w+;/g, '?')].length
    // Type that runs upwards is as tall as its box is wide.
    const upright = letters < 2 || Number(x1) - Number(x0) >= (Number(y1) - Number(y0)) * 0.5
    const extent = upright ? Number(y1) - Number(y0) : Number(x1) - Number(x0)
    if (extent > 0) words.push({ size: (extent / boxToSize / pageHeight) * shownHeight, letters })
  }
  const letters = words.reduce((sum, w) => sum + w.letters, 0)
  if (letters === 0) return undefined
  words.sort((a, b) => a.size - b.size)
  let passed = 0
  const small = words.find(w => {
    passed += w.letters
    return passed > letters * manyBelow
  })
  const below = words.filter(w => w.size < layout.textFloor).reduce((sum, w) => sum + w.letters, 0)
  return { letters, small: small?.size ?? 0, belowFloor: below / letters }
}

/** A sentence for the officer where passers-by could not read the page. */
export function tooSmallToRead(sizes: LetterSizes | undefined): Sentence[] {
  if (!sizes) {
    return [
      {
        vi: 'Trang này không có chữ dạng văn bản (có thể là bản quét) nên không đo được cỡ chữ. Ông/Bà vui lòng xem trước: chữ phải cao ít nhất 3,5 % màn hình thì người qua lại mới đọc được.',
        en: 'There is no text in this page (it may be a scan), so the size of its letters was not measured. Look at the preview: letters below 3.5 % of the screen are not read by passers-by.',
      },
    ]
  }
  if (sizes.belowFloor <= manyBelow) return []
  const percent = (share: number, digits: number) => (share * 100).toFixed(digits)
  const [size, share] = [percent(sizes.small, 1), percent(sizes.belowFloor, 0)]
  return [
    {
      vi: `Chữ trên trang quá nhỏ so với bảng tin: chữ nhỏ chỉ cao ${size.replace('.', ',')} % màn hình (cần từ 3,5 %), ${share} % số chữ dưới mức này. Người qua lại sẽ không đọc được. Ông/Bà nên viết ý chính vào phần chữ của bảng tin, hoặc dùng trang ít chữ, cỡ lớn.`,
      en: `The letters of this page are too small for a board: the small ones have ${size} % of the screen's height (3.5 % are needed), and ${share} % of the letters are below that. Passers-by cannot read it. Put the gist into the board's text, or use a page with few and large letters.`,
    },
  ]
}
