import { readAloud } from '../text/speech/index.ts'

/** What communes announce, in turn; `{n}` is another number each time, so that no sentence comes twice. */
const sentences = [
  'Kính mời nhân dân nghe thông báo số {n} của Ủy ban nhân dân xã.',
  'Từ ngày {n}/12/2026, Bộ phận Một cửa tiếp nhận hồ sơ từ 7h30 đến 11h30 các ngày làm việc trong tuần.',
  'Bà con có thể nộp hồ sơ trực tuyến trên Cổng Dịch vụ công quốc gia, không phải đến trụ sở.',
  'Tổ công nghệ số cộng đồng sẽ đến thôn {n} để hướng dẫn miễn phí, đề nghị các hộ gia đình chuẩn bị căn cước công dân và điện thoại đã đăng ký chính chủ.',
  'Mức hỗ trợ là {n}.000 đồng mỗi hộ, được chi trả trước ngày 15/11/2026.',
  'Trạm y tế xã tổ chức tiêm chủng cho trẻ em dưới {n} tuổi tại nhà văn hóa thôn.',
  'Đề nghị bà con ven sông theo dõi mực nước, khi có báo động {n} phải chuyển người và tài sản lên nơi cao.',
  'Mọi phản ánh, kiến nghị xin gửi về Bộ phận Một cửa hoặc gọi số 1022 trong giờ hành chính.',
]

/**
 * A written text whose reading has at least so many characters. espeak-ng at 150 words a minute reads 15.2 of them a
 * second, pauses apart, so 13,700 fill a quarter of an hour.
 */
export function textOf(spokenCharacters: number): string {
  const lines: string[] = []
  for (let n = 1; ; n++) {
    const sentence = sentences[(n - 1) % sentences.length] ?? ''
    lines.push(sentence.replace('{n}', String((n % 28) + 1)))
    // Paragraphs of four, as they are written.
    const text = lines.map((line, i) => line + (i % 4 === 3 ? '\n\n' : ' ')).join('')
    if (readAloud(text).text.length >= spokenCharacters) return text.trim()
  }
}
