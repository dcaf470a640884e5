import { ownWords } from './own.ts'

/** Words of the checklist of a new instance. */
export const setupWords = ownWords(
  {
    title: 'Thiết lập hệ thống',
    lead: 'Làm lần lượt từ trên xuống. Trang này tự cập nhật; đóng lại rồi mở sau cũng được.',
    progress: (done: string, all: string) => `Đã xong ${done} trong ${all} việc`,
    ready: 'Hệ thống đã có thể phát hành thông báo.',
    notReady: 'Chưa phát hành được thông báo: còn thiếu các việc có dấu sao (*).',
    done: 'đã xong',
    open: 'chưa xong',
    needed: 'bắt buộc',
    go: 'Thực hiện',
    look: 'Xem',
    steps: {
      areas: {
        title: 'Nhập danh mục địa bàn',
        text: 'Tỉnh và các xã, phường, đặc khu, từ tệp JSON, Excel hoặc CSV. Mọi danh sách sau đều dựa vào mã xã ở đây.',
        has: (n: string) => `${n} xã, phường, đặc khu`,
      },
      accounts: {
        title: 'Thêm tài khoản',
        text: 'Ít nhất một chuyên viên (soạn) và một người phê duyệt: hai người khác nhau. Nên có thêm một quản trị mang tên thật và người vận hành cho các đài.',
        has: (officers: string, approvers: string, operators: string) =>
          `${officers} chuyên viên, ${approvers} người phê duyệt, ${operators} người vận hành đài`,
      },
      stations: {
        title: 'Nhập đài, cụm loa',
        text: 'Mã xã, tên đài, thư của người vận hành. Mỗi đài có một nguồn phát riêng.',
        has: (n: string) => `${n} đài, cụm loa`,
      },
      boards: {
        title: 'Nhập bảng tin',
        text: 'Mã xã, tên bảng tin. Sau đó mỗi màn hình được ghép nối với bảng của mình.',
        has: (n: string) => `${n} bảng tin`,
      },
      pairing: {
        title: 'Ghép nối màn hình đầu tiên',
        text: 'Mở trang /b trên màn hình của bảng, nhập mã 6 ký tự màn hình hiện ra. Bảng chưa ghép nối thì chưa hiển thị gì.',
        has: (paired: string, all: string) => `${paired} trong ${all} bảng đã ghép nối`,
      },
      citizens: {
        title: 'Nhập danh sách người nhận tin',
        text: 'Cho tin nhắn và thư điện tử; chỉ những người đã đồng ý. Có thể làm sau.',
        has: (n: string) => `${n} người`,
        most: (n: string) => `từ ${n} người trở lên`,
      },
      first: {
        title: 'Gửi thông báo đầu tiên',
        text: 'Chuyên viên soạn và trình, người phê duyệt ký. Nên thử với một đài và một bảng tin trước.',
        has: () => 'đã có thông báo được duyệt',
      },
    },
    channels: 'Kênh đang bật',
    channelsHint:
      'Kênh được bật bằng LOA_CHANNELS; tin nhắn và thư điện tử cần cấu hình nhà cung cấp (xem .env.example), rồi khởi động lại.',
  },
  {
    title: 'Setting up',
    lead: 'From top to bottom. The page follows what is done; it can be left and opened again.',
    progress: (done, all) => `${done} of ${all} done`,
    ready: 'Announcements can be sent now.',
    notReady: 'Nothing can be announced yet: the steps with a star (*) are missing.',
    done: 'done',
    open: 'to do',
    needed: 'needed',
    go: 'Do it',
    look: 'Look',
    steps: {
      areas: {
        title: 'Import the areas',
        text: 'The province and its communes, from JSON, Excel or CSV. Every other list refers to their codes.',
        has: n => `${n} communes`,
      },
      accounts: {
        title: 'Add accounts',
        text: 'At least one officer (who writes) and one approver: two different people. Better also an administrator in a real name, and operators for the stations.',
        has: (officers, approvers, operators) =>
          `${officers} officers, ${approvers} approvers, ${operators} station operators`,
      },
      stations: {
        title: 'Import stations',
        text: 'Commune code, name, the operator’s mailbox. Every station has a feed of its own.',
        has: n => `${n} stations`,
      },
      boards: {
        title: 'Import boards',
        text: 'Commune code and name. Then every screen is paired with its board.',
        has: n => `${n} boards`,
      },
      pairing: {
        title: 'Pair the first screen',
        text: 'Open /b on the screen of a board and type the 6-character code that it shows. A board that is not paired shows nothing.',
        has: (paired, all) => `${paired} of ${all} boards are paired`,
      },
      citizens: {
        title: 'Import the people who receive messages',
        text: 'For SMS and email; only those who agreed. This can wait.',
        has: n => `${n} people`,
        most: n => `${n} people or more`,
      },
      first: {
        title: 'Send the first announcement',
        text: 'An officer writes and submits, the approver signs. Try it with one station and one board first.',
        has: () => 'one has been approved',
      },
    },
    channels: 'Channels switched on',
    channelsHint:
      'Channels are switched on by LOA_CHANNELS; SMS and email need their provider’s settings (see .env.example), then a restart.',
  },
)
