import { AppError, type Sentence } from '../../services/domain/errors.ts'
import type { FileKind } from './recording-kind.ts'

/** Recordings are announcements: a whole slot and its repeat fit. Longer ones are another kind of programme. */
export const longestRecordingSeconds = 30 * 60
/** Less is a slip of the finger on the record button. */
export const shortestRecordingSeconds = 1

const formats = 'MP3, WAV, M4A, OGG, FLAC, WMA, AMR'

const notSound: Record<Exclude<FileKind['is'], 'sound'> | 'film' | 'mute-film', Sentence> = {
  archive: {
    vi: 'Đây là tệp nén (zip) hoặc tệp văn bản, bảng tính Office, không phải tệp âm thanh. Nếu là tệp nén, Ông/Bà vui lòng giải nén rồi chọn tệp âm thanh bên trong',
    en: 'This is an archive (zip) or an Office document, not sound. If it is an archive, unpack it and choose the sound file inside',
  },
  picture: { vi: 'Đây là tệp hình ảnh, không phải tệp âm thanh', en: 'This is a picture, not sound' },
  document: { vi: 'Đây là tệp tài liệu, không phải tệp âm thanh', en: 'This is a document, not sound' },
  page: { vi: 'Đây là trang web, không phải tệp âm thanh', en: 'This is a web page, not sound' },
  program: { vi: 'Đây là tệp chương trình, không phải tệp âm thanh', en: 'This is a program, not sound' },
  empty: { vi: 'Tệp rỗng, không có nội dung nào', en: 'The file is empty' },
  unknown: { vi: 'Không nhận ra đây là tệp âm thanh', en: 'This is not recognised as a sound file' },
  film: {
    vi: 'Đây là tệp video. Ông/Bà vui lòng xuất riêng phần âm thanh rồi tải lên',
    en: 'This is a video. Please export its sound and upload that',
  },
  'mute-film': {
    vi: 'Tệp này không có phần âm thanh',
    en: 'There is no sound in this file',
  },
}

/** The error for a file that is something else. */
export function notAudio(kind: keyof typeof notSound): AppError {
  const said = notSound[kind]
  return new AppError(
    'recording.not-audio',
    {
      vi: `${said.vi}. Các định dạng nhận được: ${formats}.`,
      en: `${said.en}. Formats that are taken: ${formats}.`,
    },
    { details: { kind } },
  )
}

/** `3 phút 05 giây`, for sentences. */
export function length(seconds: number): Sentence {
  const whole = Math.round(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3_600), Math.floor((whole % 3_600) / 60), whole % 60]
  if (whole < 10) {
    const tenths = (Math.round(seconds * 10) / 10).toString()
    return { vi: `${tenths.replace('.', ',')} giây`, en: `${tenths} s` }
  }
  const parts = (h: string, m: string, s: string) =>
    [hours > 0 && `${hours} ${h}`, minutes > 0 && `${minutes} ${m}`, rest > 0 && `${rest} ${s}`]
      .filter(Boolean)
      .join(' ')
  return { vi: parts('giờ', 'phút', 'giây'), en: parts('h', 'min', 's') }
}

/** The error for a file of a known format that cannot be decoded. */
export function unreadable(): AppError {
  return new AppError('recording.unreadable', {
    vi: 'Tệp âm thanh bị hỏng hoặc chưa chép xong nên không đọc được. Ông/Bà vui lòng nghe thử tệp trên máy, xuất hoặc sao chép lại rồi tải lên lần nữa.',
    en: 'The sound file is damaged or was not copied to its end, so it cannot be read. Play it on your computer, export or copy it again, and upload it once more.',
  })
}

/** The error for a file whose end is missing. @param claimed seconds that the file says to have; unknown for some formats */
export function cutOff(found: number, claimed?: number): AppError {
  const [has, says] = [length(found), claimed === undefined ? undefined : length(claimed)]
  return new AppError(
    'recording.unreadable',
    {
      vi: `Tệp bị thiếu phần cuối: ${says ? `tệp ghi dài ${says.vi} nhưng ` : ''}chỉ đọc được ${has.vi}. Ông/Bà vui lòng sao chép hoặc xuất lại tệp rồi tải lên lần nữa.`,
      en: `The end of the file is missing: ${says ? `it says to last ${says.en}, but ` : ''}only ${has.en} can be read. Copy or export it again, and upload it once more.`,
    },
    { details: { foundSeconds: found, ...(claimed !== undefined && { claimedSeconds: claimed }) } },
  )
}

/** The error for more sound than a recording may have. */
export function tooLong(seconds: number | undefined): AppError {
  const [found, most] = [seconds === undefined ? undefined : length(seconds), length(longestRecordingSeconds)]
  return new AppError(
    'recording.too-long',
    {
      vi: `Bản ghi ${found ? `dài ${found.vi}` : 'quá dài'}; mỗi bản chỉ được dài tối đa ${most.vi}. Ông/Bà vui lòng cắt ngắn hoặc chia thành nhiều thông báo.`,
      en: `The recording ${found ? `lasts ${found.en}` : 'is too long'}; at most ${most.en} are allowed. Cut it, or split it into several announcements.`,
    },
    { details: { maxSeconds: longestRecordingSeconds, ...(seconds !== undefined && { seconds }) } },
  )
}

/** The error for hardly any sound. */
export function tooShort(seconds: number): AppError {
  const found = length(seconds)
  return new AppError(
    'recording.too-short',
    {
      vi: `Bản ghi chỉ dài ${found.vi}, có thể do bấm nhầm nút ghi. Bản ghi phải dài ít nhất ${shortestRecordingSeconds} giây.`,
      en: `The recording lasts only ${found.en}, perhaps a slip on the record button. It must last at least ${shortestRecordingSeconds} s.`,
    },
    { details: { seconds } },
  )
}

/** The error for a file in which nothing can be heard. */
export function silent(): AppError {
  return new AppError('recording.silent', {
    vi: 'Bản ghi không có tiếng (im lặng). Ông/Bà vui lòng kiểm tra micrô, ghi lại rồi tải lên.',
    en: 'Nothing can be heard in the recording. Check the microphone, record again and upload it.',
  })
}

/** The error for surround sound: which channel holds the voice is not for us to guess. */
export function tooManyChannels(channels: number): AppError {
  return new AppError(
    'recording.channels',
    {
      vi: `Tệp có ${channels} kênh âm thanh; loa truyền thanh chỉ phát một kênh và hệ thống không đoán kênh nào có tiếng nói. Ông/Bà vui lòng xuất lại ở dạng mono hoặc stereo.`,
      en: `The file has ${channels} channels. Horns play one, and which of them holds the voice is not guessed: please export it in mono or stereo.`,
    },
    { details: { channels } },
  )
}
