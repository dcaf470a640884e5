import { administration } from './abbreviations/administration.ts'
import { economy } from './abbreviations/economy.ts'
import { security } from './abbreviations/security.ts'
import { society } from './abbreviations/society.ts'
import { state } from './abbreviations/state.ts'
import { technology } from './abbreviations/technology.ts'

/**
 * The abbreviations of administrative writing, collected from practice; keys are as written, without `&`, `-` and `.`
 * (TT&TT and TT-TT are found as TTTT). What depends on its neighbours is decided in `acronyms.ts` and `ambiguous.ts`.
 */
export { documentTypes, issuers, matters } from './abbreviations/documents.ts'
export { fields } from './abbreviations/fields.ts'
export { knownWords, smallForms, surnames, titles } from './abbreviations/names.ts'

/** Terms and bodies inside a sentence. */
export const terms: Record<string, string> = {
  ...state,
  ...administration,
  ...security,
  ...society,
  ...economy,
  ...technology,
}
