import { EnvProblems } from '../../../config/env.ts'
import { isAppError } from '../../domain/errors.ts'

/** What a person reads when a command fails: our own sentence in both languages, never a stack for a known fault. */
export function failureText(error: unknown): string {
  if (isAppError(error)) return `${error.userMessage.vi}\n${error.userMessage.en}`
  if (error instanceof EnvProblems) return error.message
  return `Lỗi không lường trước · unexpected error\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

/** Prints the failure on stderr and ends the process with 1. */
export function failWith(error: unknown): never {
  process.stderr.write(`${failureText(error)}\n`)
  process.exit(1)
}
