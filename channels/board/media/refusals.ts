import { AppError, type Sentence } from '../../../services/domain/errors.ts'
import type { MediaKind, NotTaken } from './kind.ts'

const MB = 1024 ** 2

/** What boards are given and what is taken for it; docs/operating.md and the console say the same. */
export const limits = {
  pictureBytes: 60 * MB,
  pdfBytes: 60 * MB,
  videoBytes: 500 * MB,
  pictureMegapixels: 100,
  pdfPages: 1_000,
  /** PDF's own limit of a page's side (ISO 32000-1, annex C), in points; 5.08 m. */
  pagePoints: 14_400,
  videoInputSeconds: 600,
  videoSeconds: 60,
  /** Larger frames than 8K (8192 x 4320) are not decoded. */
  videoSide: 8_192,
  videoPixels: 8_192 * 4_320,
  videoResultBytes: 40 * MB,
  /** Longer side of what boards are given; the shorter side of a video is at most 1080. */
  side: 1_920,
  shortSide: 1_080,
  framesPerSecond: 30,
} as const

const formats: Sentence = {
  vi: 'Nhận ảnh JPEG, PNG, WebP, GIF, AVIF; tài liệu PDF; video MP4, MOV, WebM, MKV, AVI, WMV.',
  en: 'Taken are pictures (JPEG, PNG, WebP, GIF, AVIF), PDF, and video (MP4, MOV, WebM, MKV, AVI, WMV).',
}

const reasons: Record<NotTaken, Sentence> = {
  svg: {
    vi: 'Đây là ảnh SVG, có thể chứa mã lệnh và liên kết ra ngoài nên không được đưa lên bảng tin công cộng. Ông/Bà vui lòng xuất ảnh sang PNG rồi tải lên.',
    en: 'This is an SVG, which can hold scripts and references to other places and is not shown on public boards. Export it as PNG and upload that.',
  },
  heic: {
    vi: 'Đây là ảnh HEIC (thường từ iPhone), máy chủ chưa đọc được. Trên điện thoại, Ông/Bà chọn Cài đặt › Camera › Định dạng › Tương thích nhất, hoặc xuất ảnh sang JPEG rồi tải lên.',
    en: 'This is a HEIC picture (usual on iPhones), which this server cannot read. Choose Settings › Camera › Formats › Most Compatible, or export it as JPEG and upload that.',
  },
  'other-picture': {
    vi: 'Định dạng ảnh này không được nhận. Ông/Bà vui lòng xuất ảnh sang PNG hoặc JPEG rồi tải lên.',
    en: 'Pictures of this format are not taken. Export it as PNG or JPEG and upload that.',
  },
  sound: {
    vi: 'Đây là tệp âm thanh; bảng tin không có tiếng. Bản ghi âm được tải lên ở mục Loa truyền thanh.',
    en: 'This is sound, and boards are silent. Recordings are uploaded with the loudspeakers.',
  },
  archive: {
    vi: 'Đây là tệp nén. Ông/Bà vui lòng giải nén rồi chọn ảnh, PDF hoặc video bên trong.',
    en: 'This is an archive. Unpack it and choose the picture, PDF or video inside.',
  },
  office: {
    vi: 'Đây là tệp Word, Excel hoặc PowerPoint. Ông/Bà vui lòng xuất sang PDF rồi tải lên.',
    en: 'This is an Office document. Export it as PDF and upload that.',
  },
  page: {
    vi: 'Đây là trang web, không phải ảnh, PDF hay video.',
    en: 'This is a web page, not a picture, PDF or video.',
  },
  program: {
    vi: 'Đây là tệp chương trình, không phải ảnh, PDF hay video.',
    en: 'This is a program, not a picture, PDF or video.',
  },
  empty: { vi: 'Tệp rỗng, không có nội dung nào.', en: 'The file is empty.' },
  unknown: {
    vi: 'Không nhận ra đây là ảnh, PDF hay video.',
    en: 'This is not recognised as a picture, PDF or video.',
  },
}

/** The error for a file of a kind that boards are not given. */
export function refuseKind(kind: NotTaken): AppError {
  const said = reasons[kind]
  return new AppError(
    'media.not-taken',
    { vi: `${said.vi} ${formats.vi}`, en: `${said.en} ${formats.en}` },
    { details: { kind } },
  )
}

/** Bytes that a file of this kind may have. @throws AppError media.not-taken */
export function bytesAllowed(kind: MediaKind): number {
  if (kind.is === 'picture') return limits.pictureBytes
  if (kind.is === 'pdf') return limits.pdfBytes
  if (kind.is === 'video') return limits.videoBytes
  throw refuseKind(kind.is)
}

/** What a damaged file is called, and how to look at it on one's own computer. */
const damaged = {
  picture: { vi: 'Ảnh', en: 'The picture' },
  pdf: { vi: 'Tệp PDF', en: 'The PDF' },
  video: { vi: 'Video', en: 'The video' },
}

/** The error for a file of a known format that cannot be decoded. @param cause for the log */
export function unreadable(kind: keyof typeof damaged, cause?: unknown): AppError {
  const name = damaged[kind]
  return new AppError(
    'media.unreadable',
    {
      vi: `${name.vi} bị hỏng hoặc chưa chép xong nên không đọc được. Ông/Bà vui lòng mở thử trên máy, xuất hoặc sao chép lại rồi tải lên lần nữa.`,
      en: `${name.en} is damaged or was not copied to its end, so it cannot be read. Open it on your computer, export or copy it again, and upload it once more.`,
    },
    { details: { kind }, ...(cause !== undefined && { cause }) },
  )
}

const number = (n: number) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, '.')

/** The error for a picture with more pixels than are decoded. */
export function tooManyPixels(width: number, height: number): AppError {
  const found = Math.round((width * height) / 1e6)
  return new AppError(
    'media.too-much',
    {
      vi: `Ảnh có ${number(width)} × ${number(height)} điểm ảnh (${number(found)} triệu), quá mức ${limits.pictureMegapixels} triệu. Ông/Bà vui lòng thu nhỏ ảnh rồi tải lên.`,
      en: `The picture has ${width} x ${height} pixels (${found} million); at most ${limits.pictureMegapixels} million are taken. Make it smaller and upload that.`,
    },
    { details: { width, height, maxMegapixels: limits.pictureMegapixels } },
  )
}

/** The error for a video whose pictures are larger than 8K, which no honest camera of an office makes. */
export function tooLargeFrames(width: number, height: number): AppError {
  return new AppError(
    'media.too-much',
    {
      vi: `Hình của video có ${number(width)} × ${number(height)} điểm ảnh, quá lớn để xử lý. Ông/Bà vui lòng xuất lại video ở cỡ Full HD (1.920 × 1.080).`,
      en: `The pictures of the video have ${width} x ${height} pixels, too many to work on. Export it again in Full HD (1920 x 1080).`,
    },
    { details: { width, height } },
  )
}

/** The error for a video that goes on for too long. */
export function tooLong(seconds: number): AppError {
  const minutes = Math.ceil(seconds / 60)
  return new AppError(
    'media.too-much',
    {
      vi: `Video dài khoảng ${number(minutes)} phút; chỉ nhận video dài tối đa ${limits.videoInputSeconds / 60} phút, và bảng tin chiếu ${limits.videoSeconds} giây. Ông/Bà vui lòng cắt ngắn rồi tải lên.`,
      en: `The video lasts about ${minutes} min; at most ${limits.videoInputSeconds / 60} min are taken, of which boards show ${limits.videoSeconds} s. Cut it and upload that.`,
    },
    { details: { seconds, maxSeconds: limits.videoInputSeconds } },
  )
}

/** The error for a start after the end of the video. */
export function startsTooLate(fromSeconds: number, seconds: number): AppError {
  return new AppError(
    'media.no-such-part',
    {
      vi: `Video chỉ dài ${number(seconds)} giây nên không chiếu được từ giây ${number(fromSeconds)}.`,
      en: `The video lasts only ${Math.round(seconds)} s and cannot be shown from second ${Math.round(fromSeconds)} on.`,
    },
    { details: { fromSeconds, seconds } },
  )
}

/** The error for a file with sound alone, or with a cover picture at most. */
export function noPictures(): AppError {
  return new AppError(
    'media.not-taken',
    {
      vi: 'Tệp này không có hình, chỉ có tiếng; bảng tin không có tiếng. Ông/Bà vui lòng chọn tệp video có hình.',
      en: 'There are no pictures in this file, only sound, and boards are silent. Choose a video with pictures.',
    },
    { details: { kind: 'sound' } },
  )
}

/** The error for a video whose end, or nearly all, is missing. */
export function videoCutOff(foundSeconds: number, claimedSeconds: number): AppError {
  return new AppError(
    'media.unreadable',
    {
      vi: `Video bị thiếu phần cuối: tệp ghi dài ${number(claimedSeconds)} giây nhưng chỉ đọc được ${number(foundSeconds)} giây. Ông/Bà vui lòng sao chép hoặc xuất lại rồi tải lên lần nữa.`,
      en: `The end of the video is missing: it says to last ${Math.round(claimedSeconds)} s, but only ${Math.round(foundSeconds)} s can be read. Copy or export it again, and upload it once more.`,
    },
    { details: { kind: 'video', foundSeconds, claimedSeconds } },
  )
}

/** The error for less than a second of pictures. */
export function tooShort(): AppError {
  return new AppError('media.no-such-part', {
    vi: 'Video dài chưa đến một giây. Ông/Bà vui lòng dùng ảnh thay cho video.',
    en: 'The video lasts less than a second. Use a picture instead.',
  })
}

/** The error for a PDF that asks for a password. */
export function locked(): AppError {
  return new AppError('media.locked', {
    vi: 'Tệp PDF có mật khẩu nên không mở được. Ông/Bà vui lòng bỏ mật khẩu (mở tệp, in ra PDF mới) rồi tải lên.',
    en: 'The PDF asks for a password. Remove it (open the file, print to a new PDF) and upload that.',
  })
}

/** The error for a PDF that is a book. */
export function tooManyPages(pages: number): AppError {
  return new AppError(
    'media.too-much',
    {
      vi: `Tệp PDF có ${number(pages)} trang, quá mức ${number(limits.pdfPages)} trang. Ông/Bà vui lòng tách trang cần đưa lên bảng tin thành tệp riêng.`,
      en: `The PDF has ${pages} pages; at most ${limits.pdfPages} are taken. Save the page for the board as a file of its own.`,
    },
    { details: { pages, maxPages: limits.pdfPages } },
  )
}

/** The error for a page number that the PDF does not have. */
export function noSuchPage(page: number, pages: number): AppError {
  return new AppError(
    'media.no-such-part',
    {
      vi: `Tệp PDF chỉ có ${number(pages)} trang, không có trang ${number(page)}.`,
      en: `The PDF has only ${pages} pages, so there is no page ${page}.`,
    },
    { details: { page, pages } },
  )
}

/** The error for a page the size of a house, or so long and narrow that nothing on it could be read. */
export function pageOutOfShape(widthPoints: number, heightPoints: number): AppError {
  const cm = (points: number) => number((points / 72) * 2.54)
  return new AppError(
    'media.too-much',
    {
      vi: `Trang PDF có khổ ${cm(widthPoints)} × ${cm(heightPoints)} cm, không đưa lên bảng tin được. Ông/Bà vui lòng xuất lại theo khổ A4 hoặc A3.`,
      en: `The page measures ${cm(widthPoints)} x ${cm(heightPoints)} cm, which cannot be shown on a board. Export it again as A4 or A3.`,
    },
    { details: { widthPoints, heightPoints } },
  )
}
