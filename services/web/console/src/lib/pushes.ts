import type { PushKind } from '../../../../domain/station-push.ts'
import type { StationPush } from '../../../../http/schemas-devices.ts'

/** What a person types for one way of serving a station. */
export interface PushFields {
  url: string
  user: string
  /** Empty: the one that is kept stays. */
  password: string
  silence: boolean
}

export type FieldProblem = 'not-address' | 'account-in-address' | 'mount-missing' | 'missing' | 'too-long'
export type FieldProblems = Partial<Record<'url' | 'user' | 'password', FieldProblem>>

/** The fields as they stand: what is kept, or what a new way begins with. The password never comes back. */
export function fieldsOf(kind: PushKind, push: StationPush | undefined): PushFields {
  const text = (key: string) => (typeof push?.settings[key] === 'string' ? (push.settings[key] as string) : '')
  return {
    url: text('url'),
    user: text('user') || (kind === 'icecast' ? 'source' : ''),
    password: '',
    silence: push?.settings['silence'] !== false,
  }
}

/**
 * What is wrong with the fields, each by itself; the server's own rules (services/domain/station-push.ts) say the same, and a
 * password is asked for where none is kept, or where the address changes and the kept one would be dropped.
 */
export function checkFields(kind: PushKind, fields: PushFields, push: StationPush | undefined): FieldProblems {
  if (kind === 'mqtt') return {}
  const problems: FieldProblems = {}
  const url = checkAddress(kind, fields.url.trim())
  if (url) problems.url = url
  const user = fields.user.trim()
  if (user === '') problems.user = 'missing'
  else if (user.length > 100) problems.user = 'too-long'
  if (fields.password.length > 200) problems.password = 'too-long'
  else if (fields.password === '' && passwordNeeded(fields, push)) problems.password = 'missing'
  return problems
}

/** True when no kept password would serve these fields. */
export function passwordNeeded(fields: PushFields, push: StationPush | undefined): boolean {
  return !push?.hasPassword || push.settings['url'] !== fields.url.trim()
}

function checkAddress(kind: PushKind, text: string): FieldProblem | undefined {
  if (text === '') return 'missing'
  if (text.length > 300) return 'too-long'
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') return 'not-address'
  if (url.username !== '' || url.password !== '') return 'account-in-address'
  return kind === 'icecast' && url.pathname.length <= 1 ? 'mount-missing' : undefined
}

/** What is sent for the fields. */
export function settingsOf(kind: PushKind, fields: PushFields): Record<string, unknown> {
  if (kind === 'mqtt') return {}
  return {
    url: fields.url.trim(),
    user: fields.user.trim(),
    ...(fields.password !== '' && { password: fields.password }),
    ...(kind === 'icecast' && { silence: fields.silence }),
  }
}

/** How a way stands: `waiting` until it was tried for the first time since it was set. */
export function standingOf(push: StationPush): 'well' | 'failing' | 'waiting' {
  if (push.problem !== null) return 'failing'
  return push.triedAt === null || push.triedAt < push.updatedAt ? 'waiting' : 'well'
}
