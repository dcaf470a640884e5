/*
 * Keys are as written, without `&`, `-` and `.` (TT&TT and TT-TT are found as TTTT). Collected from practice; what
 * depends on its neighbours is decided in `ambiguous.ts`.
 */

/** Fields of administration: with Bộ, Sở, Phòng before them, or inside BTTTT, SNV. */
export const fields: Record<string, string> = {
  TTTT: 'Thông tin và Truyền thông',
  VHTTDL: 'Văn hóa, Thể thao và Du lịch',
  VHTT: 'Văn hóa và Thể thao',
  VHXH: 'Văn hóa - Xã hội',
  NV: 'Nội vụ',
  TP: 'Tư pháp',
  TC: 'Tài chính',
  TCKH: 'Tài chính - Kế hoạch',
  CA: 'Công an',
  QP: 'Quốc phòng',
  YT: 'Y tế',
  NG: 'Ngoại giao',
  GDĐT: 'Giáo dục và Đào tạo',
  KHCN: 'Khoa học và Công nghệ',
  KHĐT: 'Kế hoạch và Đầu tư',
  NNMT: 'Nông nghiệp và Môi trường',
  NNPTNT: 'Nông nghiệp và Phát triển nông thôn',
  TNMT: 'Tài nguyên và Môi trường',
  XD: 'Xây dựng',
  CT: 'Công Thương',
  GTVT: 'Giao thông vận tải',
  GTCC: 'Giao thông công chính',
  LĐTBXH: 'Lao động - Thương binh và Xã hội',
  DTTG: 'Dân tộc và Tôn giáo',
  DT: 'Dân tộc',
  KT: 'Kinh tế',
  KTHT: 'Kinh tế - Hạ tầng',
  KTHTĐT: 'Kinh tế, Hạ tầng và Đô thị',
  DL: 'Du lịch',
  QHKT: 'Quy hoạch - Kiến trúc',
  NgV: 'Ngoại vụ',
  VHTTTT: 'Văn hóa, Thông tin và Truyền thông',
  TBXH: 'Thương binh và Xã hội',
}
