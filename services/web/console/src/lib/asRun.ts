const shown = [
  'title',
  'titles',
  'deviceName',
  'by',
  'approvedBy',
  'reason',
  'text',
  'voice',
  'position',
  'play',
] as const

const shortHash = (hash: string) => hash.slice(0, 12)

/**
 * The facts of a log line that a person looks for, in a fixed order; what is not known stays away. Everything else is in the
 * raw entry below.
 * @param reasons words for the devices' reason codes; a person's own words are no code and stay
 */
export function lineFacts(entry: Record<string, unknown>, reasons: Readonly<Record<string, string>>): string[] {
  const facts: string[] = []
  for (const key of shown) {
    const value = entry[key]
    if (typeof value === 'string' && value !== '') facts.push(key === 'reason' ? (reasons[value] ?? value) : value)
    else if (key === 'play' && typeof value === 'number') facts.push(`#${value}`)
    else if (Array.isArray(value)) facts.push(...value.filter(one => typeof one === 'string'))
  }
  const items = entry.items
  if (Array.isArray(items)) {
    for (const item of items) {
      const title = (item as Record<string, unknown> | null)?.title
      if (typeof title === 'string') facts.push(title)
    }
  }
  if (typeof entry.lufs === 'number') facts.push(`${entry.lufs.toFixed(1)} LUFS`)
  if (typeof entry.sha256 === 'string') facts.push(`SHA-256 ${shortHash(entry.sha256)}…`)
  return facts
}
