import { ownWords } from './own.ts'

/** Words of the list of emergencies on boards, and of what the emergency form misses in its own labels. */
export const emergencyWords = ownWords(
  {
    title: 'Thông báo khẩn cấp trên bảng',
    none: 'Hiện không có thông báo khẩn cấp nào trên bảng.',
    state: {
      waiting: 'Chờ phê duyệt, chưa lên bảng',
      ahead: 'Đã phê duyệt, chưa đến giờ',
      on: 'Đã đưa lên bảng',
    },
    mode: { full: 'toàn màn hình', banner: 'dải chữ' },
    from: (at: string) => `hiển thị từ ${at}`,
    until: (at: string) => `gỡ lúc ${at}`,
    noEnd: 'không đặt giờ gỡ, chỉ hết khi có người gỡ',
    by: (author: string) => `soạn: ${author}`,
    approvedBy: (approver: string) => `phê duyệt: ${approver}`,
    take: 'Gỡ khỏi bảng',
    takeLabel: (title: string) => `Gỡ khỏi bảng: ${title}`,
    takeTitle: 'Gỡ thông báo khẩn cấp này khỏi bảng?',
    takeText:
      'Thông báo bị hủy trên mọi kênh. Bảng đang có mạng gỡ ngay; bảng mất liên lạc gỡ khi có mạng lại hoặc khi đến giờ kết thúc. Không khôi phục được; cần thì soạn thông báo mới.',
    takeReason: 'Lý do gỡ',
    taken: 'Đã hủy thông báo; các bảng đang gỡ xuống.',
    newTitle: 'Soạn thông báo khẩn cấp mới',
    gaps: {
      title: 'Vui lòng nhập “Nội dung chính”.',
      titleLong: '“Nội dung chính” dài quá 300 ký tự; vui lòng viết gọn lại.',
      body: 'Vui lòng nhập “Hướng dẫn ngắn”.',
      areas: 'Chưa chọn địa bàn: vui lòng chọn những xã, phường có bảng cần hiển thị, hoặc chọn cả tỉnh.',
      urgencyReason: 'Vui lòng nhập “Lý do khẩn cấp”.',
      end: 'Phải có giờ kết thúc, sau thời điểm hiện tại.',
    },
  },
  {
    title: 'Emergencies on boards',
    none: 'There is no emergency on boards now.',
    state: {
      waiting: 'Waiting for approval, on no board yet',
      ahead: 'Approved, its time has not come',
      on: 'Put on boards',
    },
    mode: { full: 'full screen', banner: 'banner' },
    from: at => `shown from ${at}`,
    until: at => `taken off at ${at}`,
    noEnd: 'no end set: it stays until somebody takes it off',
    by: author => `written by ${author}`,
    approvedBy: approver => `approved by ${approver}`,
    take: 'Take off the boards',
    takeLabel: title => `Take off the boards: ${title}`,
    takeTitle: 'Take this emergency off the boards?',
    takeText:
      'It is cancelled on every channel. Boards with a connection take it off at once; others when they are back, or at its end. This cannot be undone; a new announcement would have to be written.',
    takeReason: 'Reason for taking it off',
    taken: 'Cancelled; the boards are taking it off.',
    newTitle: 'Write a new emergency',
    gaps: {
      title: 'Please fill in “What it says”.',
      titleLong: '“What it says” is longer than 300 characters; please shorten it.',
      body: 'Please fill in “What to do”.',
      areas: 'No area is chosen: please choose the communes whose boards are to show it, or the whole province.',
      urgencyReason: 'Please fill in “Reason of the urgency”.',
      end: 'There must be an end, later than now.',
    },
  },
)
