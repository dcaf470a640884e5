import { AppError } from '../../services/domain/errors.ts'

/** The refusal of a delivery receipt that does not prove whence it came. */
export function badToken(): AppError {
  return new AppError('auth.bad-token', {
    vi: 'Báo cáo nhận tin không có chữ ký hợp lệ của nhà cung cấp SMS nên không được ghi nhận.',
    en: 'The delivery receipt does not carry a valid signature of the SMS provider and was not recorded.',
  })
}
