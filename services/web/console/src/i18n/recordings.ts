import { useWords } from './context.tsx'
import type { Language } from './language.ts'

const vi = {
  title: 'Phát bản ghi âm thay cho giọng đọc máy',
  lead: 'Dùng cho bản đọc bằng tiếng dân tộc hoặc giọng phát thanh viên của đơn vị. Tệp MP3, WAV, M4A, OGG, FLAC, WMA hoặc AMR, dài từ 1 giây đến 30 phút, tối đa 300 MB.',
  language: 'Ngôn ngữ của bản ghi',
  choose: 'Tải bản ghi âm lên',
  drop: 'hoặc kéo tệp vào đây',
  sending: (percent: string) => `Đang tải lên ${percent} %`,
  checking: 'Đang kiểm tra và cân chỉnh âm lượng…',
  cancel: 'Dừng tải lên',
  badge: 'Bản ghi âm',
  listen: 'Nghe bản ghi',
  file: (name: string, format: string) => (name === '' ? format : `${name} (${format})`),
  duration: 'Thời lượng',
  before: 'Âm lượng tệp gốc',
  after: 'Sau khi cân chỉnh',
  peak: 'Đỉnh thực',
  target: 'mục tiêu −16 ± 0,5 LUFS',
  peakTarget: 'tối đa −1,5 dBTP',
  transcript: 'Lời của bản ghi (cán bộ đài đọc khi không phát được tệp)',
  transcriptHint: 'Bắt buộc trước khi trình duyệt. Ghi đúng lời trong bản ghi, bằng chữ mà cán bộ đài đọc được.',
  transcriptMissing: 'Chưa có lời của bản ghi.',
  useText: 'Lấy lời từ bản đọc',
  replace: 'Thay bản ghi khác',
  remove: 'Bỏ bản ghi, dùng giọng đọc máy',
  removed: 'Đã bỏ bản ghi âm.',
  replaced: 'Đã thay bản ghi âm.',
  instead: 'Loa sẽ phát bản ghi âm này; bản đọc bằng giọng máy không được dùng.',
  kept: 'Bản ghi đang dùng vẫn giữ nguyên.',
  uploaded: (who: string, when: string) => `${who} tải lên lúc ${when}`,
  many: 'Ông/Bà vui lòng chọn một tệp mỗi lần.',
}

const en: typeof vi = {
  title: 'Play a recording instead of the machine voice',
  lead: 'For readings in a minority language, or by your own announcer. MP3, WAV, M4A, OGG, FLAC, WMA or AMR, from 1 second to 30 minutes, at most 300 MB.',
  language: 'Language of the recording',
  choose: 'Upload a recording',
  drop: 'or drop the file here',
  sending: percent => `Uploading, ${percent} %`,
  checking: 'Checking, and setting the loudness…',
  cancel: 'Stop the upload',
  badge: 'Recording',
  listen: 'Listen to the recording',
  file: (name, format) => (name === '' ? format : `${name} (${format})`),
  duration: 'Duration',
  before: 'Loudness of the file',
  after: 'After levelling',
  peak: 'True peak',
  target: 'aim: −16 ± 0.5 LUFS',
  peakTarget: 'at most −1.5 dBTP',
  transcript: 'Transcript (the operator reads it if the sound fails)',
  transcriptHint: 'Needed before approval. The words of the recording, in letters that the operator can read.',
  transcriptMissing: 'The transcript is missing.',
  useText: 'Take the words of the speech text',
  replace: 'Replace the recording',
  remove: 'Remove it, use the machine voice',
  removed: 'The recording was removed.',
  replaced: 'The recording was replaced.',
  instead: 'The loudspeakers will play this recording; the text is not spoken by the machine voice.',
  kept: 'The present recording stays as it is.',
  uploaded: (who, when) => `uploaded by ${who}, ${when}`,
  many: 'Please choose one file at a time.',
}

const words: Record<Language, typeof vi> = { vi, en }
export type RecordingWords = typeof vi

/** The words about recordings, in the language of the screen. */
export function useRecordingWords(): RecordingWords {
  return words[useWords().language]
}
