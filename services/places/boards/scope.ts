import type { Actor } from '../../domain/accounts.ts'
import { AppError } from '../../domain/errors.ts'

/**
 * Boards that a person may see: whose commune, or whose province, is one of the person's. Tables: b boards, a areas; the
 * scope is `$1`, null for everybody but operators.
 */
export const boardsOfScope = '($1::text[] is null or b.area_code = any($1) or a.parent_code = any($1))'

/** An operator sees the own communes' boards; everybody else who may look sees all. */
export function boardScope(actor: Actor): string[] | null {
  return actor.role === 'operator' ? actor.areas : null
}

/** Said of unknown boards and of other people's alike. */
export function noSuchBoard(): AppError {
  return new AppError('not-found', {
    vi: 'Không tìm thấy bảng tin này trong địa bàn của Ông/Bà.',
    en: 'There is no such board among yours.',
  })
}
