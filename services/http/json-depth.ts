import { AppError } from '../domain/errors.ts'

/** Our own bodies are five deep; this leaves room for vendors' reports. */
const deepest = 32

/**
 * Refuses JSON that is nested deeper than anything we take. JSON.parse reads any depth, but what walks over the value
 * afterwards (checks, schemas, hashes) calls itself per level, and a megabyte of brackets would exhaust the stack.
 * @throws AppError request.malformed
 */
export function refuseDeepJson(value: unknown): void {
  let level = [value]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) {
      throw new AppError('request.malformed', {
        vi: 'Nội dung gửi lên không đúng định dạng: dữ liệu lồng nhau quá nhiều lớp.',
        en: 'The request is malformed: its data is nested too deep.',
      })
    }
    level = level.flatMap(inner => (inner !== null && typeof inner === 'object' ? Object.values(inner) : []))
  }
}
