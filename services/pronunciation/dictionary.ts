import type { Sql } from '../store/db.ts'
import { entriesFor, provincesOf } from '../store/pronunciations.ts'
import { compileDictionary, type Dictionary, type DictionaryEntry } from '../text/speech/dictionary.ts'

/** An entry that is not saved yet, and the one it would replace. */
export interface Trial {
  entry: DictionaryEntry
  replaces: string | undefined
}

/**
 * The dictionary as it is now for people in these communes: entries of the whole instance, of their provinces and their own.
 * @param trial an entry to be tried out as if it were saved
 */
export async function loadDictionary(sql: Sql, communes: string[], trial?: Trial): Promise<Dictionary> {
  const audience = await provincesOf(sql, communes)
  const provinces = new Set(audience.flatMap(a => (a.provinceCode === null ? [] : [a.provinceCode])))
  const saved = await entriesFor(sql, [...communes, ...provinces])
  if (trial === undefined) return compileDictionary(saved, audience)
  const { entry, replaces } = trial
  const others = saved.filter(e => e.id !== replaces && !(e.areaCode === entry.areaCode && e.written === entry.written))
  return compileDictionary([entry, ...others], audience)
}
