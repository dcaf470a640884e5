import type { AnnouncementContent, limits } from '../../../../domain/announcement.ts'

/** Longest title; the type makes the compiler compare it with the domain's own limit. */
export const titleMax: typeof limits.titleCharacters = 300
/** Longest body, compared with the domain's limit in the same way. */
export const bodyMax: typeof limits.bodyCharacters = 20_000

/** What a new announcement starts from: everything empty, the lowest priority. */
export function emptyContent(): AnnouncementContent {
  return {
    title: '',
    body: '',
    issuer: '',
    documentNumber: '',
    priority: 'routine',
    urgencyReason: '',
    topics: [],
    audience: { areas: [], tags: [] },
    channels: [],
    variants: {},
    scheduleAt: null,
    expiresAt: null,
  }
}

/** A stable spelling for comparing: sorted keys, lists without meaning in their order sorted, empty variants dropped. */
export function contentKey(content: AnnouncementContent): string {
  const variants = Object.fromEntries(
    Object.entries(content.variants)
      .map(([name, variant]) => [name, dropEmpty(variant ?? {})] as const)
      .filter(([, variant]) => Object.keys(variant).length > 0),
  )
  return stable({
    ...content,
    variants,
    topics: [...content.topics].sort(),
    channels: [...content.channels].sort(),
    audience: { areas: [...content.audience.areas].sort(), tags: [...content.audience.tags].sort() },
  })
}

function dropEmpty(variant: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(variant).filter(([, value]) => value !== undefined && value !== ''))
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${entries.map(([key, v]) => `${JSON.stringify(key)}:${stable(v)}`).join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

/** True when both say the same to everybody who receives them. */
export function sameContent(a: AnnouncementContent, b: AnnouncementContent): boolean {
  return contentKey(a) === contentKey(b)
}

/** True when nobody has written anything worth keeping. */
export function isBlank(content: AnnouncementContent): boolean {
  return sameContent(content, emptyContent())
}

/** Names of the parts of a content, for saying what differs between two versions. */
export type ContentField = Exclude<keyof AnnouncementContent, 'audience' | 'variants'> | 'areas' | 'tags' | 'variants'

/** The fields in which two versions differ, in the order of the form. */
export function changedFields(a: AnnouncementContent, b: AnnouncementContent): ContentField[] {
  const parts = (c: AnnouncementContent): [ContentField, string][] => [
    ['title', c.title],
    ['body', c.body],
    ['issuer', c.issuer],
    ['documentNumber', c.documentNumber],
    ['topics', stable([...c.topics].sort())],
    ['areas', stable([...c.audience.areas].sort())],
    ['tags', stable([...c.audience.tags].sort())],
    ['channels', stable([...c.channels].sort())],
    ['priority', c.priority],
    ['urgencyReason', c.urgencyReason],
    ['scheduleAt', stable(c.scheduleAt)],
    ['expiresAt', stable(c.expiresAt)],
    ['variants', contentKey({ ...emptyContent(), variants: c.variants })],
  ]
  const other = new Map(parts(b))
  return parts(a)
    .filter(([field, value]) => other.get(field) !== value)
    .map(([field]) => field)
}

/** What is still missing before an announcement can be submitted; the server decides, this only says it sooner. */
export type Gap =
  | 'title'
  | 'titleLong'
  | 'body'
  | 'bodyLong'
  | 'areas'
  | 'channels'
  | 'urgencyReason'
  | 'control'
  | 'boardCaption'
  | 'schedulePast'
  | 'expiryPast'
  | 'expiryBeforeStart'

/** True when a text holds a character that nobody sees and no carrier takes; line breaks and tabs are none. */
export function hasControl(text: string): boolean {
  return /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/.test(text)
}

/** The gaps in the order of the form; empty when it is ready. */
export function findGaps(content: AnnouncementContent, now: Date): Gap[] {
  const gaps: Gap[] = []
  const start = content.scheduleAt === null ? now.getTime() : new Date(content.scheduleAt).getTime()
  const end = content.expiresAt === null ? undefined : new Date(content.expiresAt).getTime()
  if (content.title.trim() === '') gaps.push('title')
  if ([...content.title].length > titleMax) gaps.push('titleLong')
  if (content.body.trim() === '') gaps.push('body')
  if ([...content.body].length > bodyMax) gaps.push('bodyLong')
  if (hasControl(content.title) || hasControl(content.body)) gaps.push('control')
  if (content.variants.board?.media?.some(media => media.caption.trim() === '')) gaps.push('boardCaption')
  if (content.audience.areas.length === 0) gaps.push('areas')
  if (content.channels.length === 0) gaps.push('channels')
  if (content.priority === 'emergency' && content.urgencyReason.trim() === '') gaps.push('urgencyReason')
  if (content.scheduleAt !== null && start < now.getTime()) gaps.push('schedulePast')
  if (end !== undefined && end <= now.getTime()) gaps.push('expiryPast')
  else if (end !== undefined && end <= start) gaps.push('expiryBeforeStart')
  return gaps
}
