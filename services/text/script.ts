import type { AnnouncementContent } from '../domain/announcement.ts'
import type { ScriptReading } from '../domain/reading.ts'
import { speechText } from './derive.ts'
import type { Dictionary } from './speech/dictionary.ts'
import { type DocumentStyle, type ProfileName, readAloud, readerVersion } from './speech/index.ts'

/** How a channel that speaks wants its texts read. */
export interface ReadingSettings {
  profile: ProfileName
  documents: DocumentStyle
}

/**
 * The announcer's script of an announcement and how it is said: what previews show, what is pinned at the submission, and
 * what the voice is given.
 */
export function readScript(
  content: AnnouncementContent,
  settings: ReadingSettings,
  dictionary?: Dictionary,
): ScriptReading {
  const script = speechText(content)
  const reading = readWritten(script.text, settings, dictionary)
  return { ...reading, warnings: [...script.warnings.map(w => ({ ...w, at: null })), ...reading.warnings] }
}

/** Any text as a reading of its own, for trying words out. */
export function readWritten(
  text: string,
  { profile, documents }: ReadingSettings,
  dictionary?: Dictionary,
): ScriptReading {
  const { written: script, text: spoken, spans, warnings } = readAloud(text, { profile, documents, dictionary })
  return { script, spoken, spans, warnings, profile, documents, readerVersion }
}
