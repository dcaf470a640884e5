import type { Actor } from '../domain/accounts.ts'
import { AppError } from '../domain/errors.ts'

/**
 * Areas of airtime that a person sees and changes: an operator those of the own communes (and, given a province, all in it);
 * the others all.
 * @returns null for all
 */
export function airtimeScope(actor: Actor): string[] | null {
  return actor.role === 'operator' ? actor.areas : null
}

/** SQL for "the area row `a` is in the scope `$n`". */
export function inScope(parameter: string, table = 'a'): string {
  return `(${parameter}::text[] is null or ${table}.code = any(${parameter}) or ${table}.parent_code = any(${parameter}))`
}

/** The area is none, or not one of this person's: which of the two is not told. */
export function noSuchArea(): AppError {
  return new AppError('not-found', {
    vi: 'Không có địa bàn này trong phạm vi Ông/Bà phụ trách.',
    en: 'There is no such area among those you work for.',
  })
}

/** @throws AppError not-found when the area is not one of this person's */
export function requireArea(actor: Actor, area: { areaCode: string; provinceCode: string | null } | undefined): void {
  const scope = airtimeScope(actor)
  if (area && (scope === null || scope.includes(area.areaCode) || scope.includes(area.provinceCode ?? '-'))) return
  throw noSuchArea()
}
