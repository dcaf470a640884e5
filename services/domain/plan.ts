import type { Sentence } from './errors.ts'

/**
 * The delivery methods that the information plan lists (Decision 1216/QĐ-BTTTT), in its own order, and email,
 * which Loa adds for agencies and subscribers. A channel says which of them it fulfils.
 */
export const planMethods = {
  'relay-radio': { number: '1', vi: 'Phát thanh, truyền thanh cấp huyện (tiếp âm)', en: 'Relay radio programme' },
  'commune-radio': { number: '2', vi: 'Truyền thanh cấp xã', en: 'Commune radio' },
  'public-board': { number: '3', vi: 'Bảng tin công cộng', en: 'Public boards' },
  bulletin: { number: '4a', vi: 'Bản tin', en: 'Printed bulletin' },
  leaflet: { number: '4b', vi: 'Tài liệu không kinh doanh, tài liệu tuyên truyền', en: 'Non-commercial documents' },
  'law-bookcase': { number: '4c', vi: 'Tủ sách pháp luật', en: 'Law bookcase' },
  'post-point': { number: '4d', vi: 'Điểm bưu điện - văn hóa xã', en: 'Post and culture point' },
  website: { number: '5', vi: 'Trang thông tin điện tử', en: 'Websites' },
  'mobile-team': { number: '6', vi: 'Thông tin, tuyên truyền lưu động', en: 'Mobile teams' },
  speaker: { number: '7', vi: 'Báo cáo viên, tuyên truyền viên cơ sở', en: 'Speakers and propagandists' },
  'telecom-message': { number: '8', vi: 'Nhắn tin trên mạng viễn thông', en: 'Telecom messages' },
  'social-network': { number: '9a', vi: 'Mạng xã hội', en: 'Social networks' },
  'e-bookcase': { number: '9b', vi: 'Tủ sách điện tử', en: 'Electronic bookcase' },
  app: { number: '9c', vi: 'Các ứng dụng chức năng', en: 'Apps' },
  email: { number: '+', vi: 'Thư điện tử', en: 'Email' },
} as const satisfies Record<string, Sentence & { number: string }>

export type PlanMethod = keyof typeof planMethods

/** Content themes of the plan that an announcement can be tagged with (the six pillars of administrative reform). */
export const planTopics = {
  overview: { vi: 'Tầm quan trọng, mục tiêu, tác động của CCHC', en: 'Importance, aims and impact' },
  programme: { vi: 'Chương trình tổng thể CCHC 2021-2030', en: 'The overall programme 2021-2030' },
  policy: { vi: 'Quan điểm, chủ trương, chính sách, kết quả', en: 'Party views, state policy, results' },
  responsibility: { vi: 'Vai trò, trách nhiệm của cấp ủy, người đứng đầu', en: 'Responsibility of leaders' },
  institutions: { vi: 'Cải cách thể chế', en: 'Institutional reform' },
  procedures: { vi: 'Cải cách thủ tục hành chính', en: 'Administrative procedures' },
  organisation: { vi: 'Cải cách tổ chức bộ máy', en: 'Organisation of the apparatus' },
  'civil-service': { vi: 'Cải cách chế độ công vụ', en: 'Civil service reform' },
  'public-finance': { vi: 'Cải cách tài chính công', en: 'Public finance reform' },
  'digital-government': { vi: 'Chính phủ điện tử, chính phủ số', en: 'Digital government' },
} as const satisfies Record<string, Sentence>

export type PlanTopic = keyof typeof planTopics
