import { AppError } from './errors.ts'

/**
 * Roles and what each may do. Policies are data here and are enforced by the use cases, not by the screens.
 * officer: chuyên viên; approver: người phê duyệt; operator: người vận hành đài; admin: quản trị.
 */
export const roles = ['officer', 'approver', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

/** Who is acting: taken from the session or API key at the edge and passed into every use case. */
export interface Actor {
  id: string
  name: string
  role: Role
  /** Areas this person works for; an operator sees only the stations of these communes. */
  areas: string[]
}

export const permissions = {
  'announcement.read': ['officer', 'approver', 'admin'],
  'announcement.write': ['officer', 'admin'],
  'announcement.submit': ['officer', 'admin'],
  'announcement.approve': ['approver'],
  'announcement.control': ['officer', 'approver', 'admin'],
  'place.read': ['officer', 'approver', 'admin'],
  'station.operate': ['operator', 'admin'],
  // An operator: of the own communes only, which the use cases see to.
  'airtime.read': ['officer', 'approver', 'operator', 'admin'],
  'airtime.write': ['officer', 'operator', 'admin'],
  'device.read': ['officer', 'approver', 'operator', 'admin'],
  'device.write': ['officer', 'admin'],
  // An operator: of the own communes only, which the use cases see to.
  'board.read': ['officer', 'approver', 'operator', 'admin'],
  'board.manage': ['officer', 'admin'],
  'pronunciation.read': ['officer', 'approver', 'admin'],
  'pronunciation.write': ['officer', 'admin'],
  'citizen.import': ['officer', 'admin'],
  'citizen.history': ['officer', 'approver', 'admin'],
  'place.manage': ['admin'],
  'account.manage': ['admin'],
  'system.read': ['officer', 'approver', 'operator', 'admin'],
} as const satisfies Record<string, readonly Role[]>
export type Permission = keyof typeof permissions

/** True when the role may do it. */
export function may(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role)
}

/**
 * The same question where the answer must be yes: use cases ask it themselves, whoever calls them.
 * @throws AppError auth.forbidden
 */
export function requirePermission(actor: Actor, permission: Permission): void {
  if (may(actor.role, permission)) return
  throw new AppError('auth.forbidden', {
    vi: 'Tài khoản của Ông/Bà không có quyền thực hiện việc này.',
    en: 'Your account is not allowed to do this.',
  })
}
