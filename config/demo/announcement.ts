import { demoProvince } from './areas-44.ts'

const title = 'Đưa thông tin về cải cách hành chính nhà nước đến từng địa bàn, giai đoạn 2021 - 2030'

const body = `Cải cách hành chính là việc của cơ quan nhà nước, nhưng kết quả thì mỗi người dân, mỗi doanh nghiệp đều có thể thấy và đánh giá. Để mọi người hiểu rõ và cùng tham gia, ngày 13/8/2021, Bộ Thông tin và Truyền thông đã ban hành Quyết định số 1216/QĐ-BTTTT. Kèm theo Quyết định là kế hoạch mười năm, từ năm 2021 đến năm 2030, về thông tin, tuyên truyền cải cách hành chính qua hệ thống thông tin cơ sở: từ loa truyền thanh, bảng tin cho đến tin nhắn và mạng xã hội.

Kế hoạch nhằm hai mục đích. Một là giúp người dân, doanh nghiệp, tổ chức xã hội biết rõ hơn về cải cách hành chính và chủ động góp phần thực hiện. Hai là tạo điều kiện để nhân dân giám sát việc thi hành công vụ của cán bộ, công chức, viên chức và của cơ quan hành chính các cấp.

Nội dung trọng tâm của các bản tin gồm bốn nhóm:
1. Cải cách hành chính quan trọng ra sao, hướng tới mục tiêu gì và tác động thế nào đến kinh tế - xã hội.
2. Những việc mà Chương trình tổng thể cải cách hành chính nhà nước đặt ra cho giai đoạn này.
3. Quan điểm của Đảng, quy định của Nhà nước về cải cách hành chính và kết quả đã đạt được.
4. Trách nhiệm của cấp ủy, của người đứng đầu cơ quan hành chính, tổ chức chính trị - xã hội và đơn vị sự nghiệp công lập.

Người dân có thể tiếp nhận thông tin bằng nhiều cách: nghe đài truyền thanh; xem bảng tin công cộng tại nơi đông người và nơi sinh hoạt cộng đồng; đọc bản tin, tài liệu ở tủ sách pháp luật và điểm bưu điện - văn hóa xã; xem trang thông tin điện tử; gặp đội tuyên truyền lưu động, báo cáo viên và tuyên truyền viên cơ sở; nhận tin nhắn viễn thông; theo dõi qua mạng xã hội, tủ sách điện tử và các ứng dụng.

Đề nghị bà con theo dõi bản tin của địa phương và chuyển thông tin này đến người thân, nhất là người cao tuổi.`

const speech = `Mời bà con nghe thông báo về cải cách hành chính.

Ngày 13/8/2021, Bộ Thông tin và Truyền thông đã ban hành Quyết định số 1216/QĐ-BTTTT. Theo đó, trong mười năm, từ năm 2021 đến năm 2030, thông tin về cải cách hành chính nhà nước được đưa đến bà con qua hệ thống thông tin cơ sở.

Bà con sẽ được nghe bốn nhóm nội dung. Một là cải cách hành chính có ý nghĩa gì, hướng tới đâu và thay đổi đời sống ra sao. Hai là những việc mà Chương trình tổng thể cải cách hành chính đặt ra. Ba là chủ trương, chính sách, pháp luật và kết quả thực hiện. Bốn là trách nhiệm của cấp ủy và của người đứng đầu các cơ quan, đơn vị.

Bà con có thể theo dõi qua đài truyền thanh, bảng tin công cộng, tin nhắn, trang thông tin điện tử, hoặc hỏi báo cáo viên, tuyên truyền viên ở nơi mình sống. Kế hoạch cũng mong bà con cùng giám sát việc phục vụ của cán bộ, công chức, viên chức.

Đề nghị bà con chú ý theo dõi và báo cho người thân, nhất là người cao tuổi, cùng biết.`

const board =
  'Cải cách hành chính: mời bà con cùng theo dõi, cùng giám sát. Theo Quyết định số 1216/QĐ-BTTTT ngày 13/8/2021, trong giai đoạn 2021 - 2030, thông tin về cải cách hành chính nhà nước được đưa đến bà con qua đài truyền thanh, bảng tin, tin nhắn, trang thông tin điện tử và tuyên truyền viên cơ sở.'

const sms =
  'Sở VHTTDL Quảng Trị: Mời Ông/Bà theo dõi đài truyền thanh, bảng tin tại địa phương về cải cách hành chính nhà nước 2021-2030, theo Quyết định 1216/QĐ-BTTTT ngày 13/8/2021.'

/**
 * The announcement that a new demo instance carries: input for `announcementContentSchema`. Its facts are those of
 * Decision 1216/QĐ-BTTTT of 13 August 2021; the words are Loa's own. The issuer is the department that took over
 * grassroots information in Quảng Trị after the department of 2021 was dissolved.
 */
export const demoAnnouncement = {
  title,
  body,
  issuer: 'Sở Văn hóa, Thể thao và Du lịch tỉnh Quảng Trị',
  documentNumber: '1216/QĐ-BTTTT',
  priority: 'routine',
  topics: ['overview', 'programme', 'policy', 'responsibility'],
  audience: { areas: [demoProvince.code], tags: [] },
  channels: ['loudspeaker', 'board', 'sms', 'email'],
  variants: {
    sms: { text: sms, form: 'unicode' },
    speech: { text: speech },
    board: { text: board },
  },
} as const
