import type { ErrorRequestHandler } from 'express'
import type { Log } from '../../channels/contract.ts'
import type { AppError } from '../domain/errors.ts'
import { factsOf, type RequestFacts } from './observe.ts'
import { type ProblemAnswer, problemOf, toAppError } from './problem.ts'

/** Long digit runs (phones) and addresses, which database messages like to quote. */
function masked(text: string): string {
  return text.replace(/\+?\d[\d .-]{6,}\d/g, '[digits]').replace(/[^\s"'(<=]+@[^\s"')>]+/g, '[address]')
}

function describe(error: AppError): Record<string, unknown> {
  const cause = error.cause as { message?: unknown; stack?: unknown; code?: unknown } | undefined
  const source = cause ?? error
  return {
    code: error.code,
    reason: masked(String(source.message ?? error.message)),
    causeCode: typeof cause?.code === 'string' ? cause.code : undefined,
    stack: typeof source.stack === 'string' ? masked(source.stack) : undefined,
  }
}

/**
 * What a thrown value is answered with (problem+json, RFC 9457). What is ours to mend (5xx) is logged with its stack; a
 * person's mistake is not.
 */
export function problemAnswer(log: Log, thrown: unknown, facts: RequestFacts): ProblemAnswer {
  const error = toAppError(thrown)
  facts.code = error.code
  if (error.status >= 500) {
    log.error({ requestId: facts.requestId, route: facts.route, ...describe(error) }, 'request failed unexpectedly')
  }
  return problemOf(error)
}

/** The last handler: every error becomes a problem+json answer. */
export function answerProblems(log: Log): ErrorRequestHandler {
  // express recognises an error handler by its four parameters.
  return (thrown, _req, res, _next) => {
    const { problem, headers } = problemAnswer(log, thrown, factsOf(res))
    // Too late for another answer: cut the connection, so that the caller does not take half for the whole.
    if (res.headersSent) {
      res.destroy()
      return
    }
    res.status(problem.status).set(headers).set('Cache-Control', 'no-store')
    res.type('application/problem+json').send(JSON.stringify(problem))
  }
}
