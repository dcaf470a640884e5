import { AppError } from '../domain/errors.ts'

/** The announcement itself: its own check (services/text/input.ts) names the character and its position. */
const checkedLater = 'content'

/**
 * Refuses strings that PostgreSQL cannot store in any column: NUL, and halves of surrogate pairs. Checked once at the
 * edge, so that no route answers 500 for them.
 * @throws AppError text.control-character naming the field
 */
export function refuseUnstorableText(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !isWellFormed(value)) {
      throw new AppError(
        'text.control-character',
        {
          vi: `Mục "${path}" có ký tự không in được. Ông/Bà vui lòng xóa ký tự đó rồi gửi lại.`,
          en: `The field "${path}" holds a character that cannot be stored. Please remove it and send again.`,
        },
        { details: { errors: [{ path, message: 'Unstorable character' }] } },
      )
    }
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (path === '' && key === checkedLater) continue
      refuseUnstorableText(key, path)
      refuseUnstorableText(inner, path === '' ? key : `${path}.${key}`)
    }
  }
}

/** String.prototype.isWellFormed is newer than our library target. */
function isWellFormed(text: string): boolean {
  return !/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)
}
