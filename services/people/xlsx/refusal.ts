import { AppError } from '../../domain/errors.ts'

/** A workbook that is damaged, or built to do harm; the officer is told the way out in either case. */
export function badWorkbook(message: string, cause?: unknown): AppError {
  return new AppError(
    'import.malformed',
    {
      vi: 'Không đọc được tệp Excel: tệp bị hỏng hoặc không đúng định dạng .xlsx. Ông/Bà vui lòng mở tệp trong Excel, lưu lại (Save As) rồi nhập lại. Chưa có dòng nào được nhập.',
      en: 'The Excel file cannot be read: it is damaged or no proper .xlsx. Open it in Excel, save it again and import again. Nothing was imported.',
    },
    { message: `xlsx: ${message}`, ...(cause !== undefined && { cause }) },
  )
}

/** A workbook beyond what is unpacked here. */
export function tooBig(message: string): AppError {
  return new AppError(
    'import.malformed',
    {
      vi: 'Tệp Excel quá lớn hoặc nén bất thường nên không được mở. Ông/Bà vui lòng lưu thành tệp CSV UTF-8 rồi nhập lại. Chưa có dòng nào được nhập.',
      en: 'The Excel file is too large, or packed in an unusual way, and is not opened. Save it as CSV UTF-8 and import again. Nothing was imported.',
    },
    { message: `xlsx: ${message}` },
  )
}

/** A zip that holds something else. */
export function notWorkbook(): AppError {
  return new AppError('import.bad-encoding', {
    vi: 'Tệp nén này không phải là sổ làm việc Excel (.xlsx). Nếu là tệp .xlsb, .ods hoặc tệp nén chứa danh sách: hãy mở ra và lưu thành "Sổ làm việc Excel (*.xlsx)" hoặc CSV UTF-8. Chưa có dòng nào được nhập.',
    en: 'This archive is no Excel workbook (.xlsx). If it is .xlsb, .ods or an archive with a list in it: open it and save the list as "Excel Workbook (*.xlsx)" or CSV UTF-8. Nothing was imported.',
  })
}
