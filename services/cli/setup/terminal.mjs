/** One line for the person who waits. Always stderr: stdout belongs to the answer of the command. */
export function say(line) {
  process.stderr.write(`${line}\n`)
}

/** Ends with a clear sentence in both languages and exit status 1. */
export class SetupError extends Error {
  /**
   * @param {{vi: string, en: string}} sentence what is wrong and what to do
   * @param {string} [details] the last words of a program that failed
   */
  constructor(sentence, details) {
    super(sentence.en)
    this.sentence = sentence
    this.details = details
  }
}

/** Shows an error of set-up; anything else is a bug and keeps its stack. */
export function showError(error) {
  if (!(error instanceof SetupError)) {
    say(error?.stack ?? String(error))
    return
  }
  if (error.details) say(error.details)
  say(`✗ ${error.sentence.vi}`)
  say(`  ${error.sentence.en}`)
}

/**
 * Runs one step of set-up between a line that says what happens and one that says how long it took.
 * @template T
 * @param {string} what in both languages
 * @param {() => Promise<T>} work
 */
export async function step(what, work) {
  const start = performance.now()
  say(`… ${what}`)
  const result = await work()
  say(`✓ ${what} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  return result
}
