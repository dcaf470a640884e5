import { steadyMs } from './dom.js'

/*
 * Questions to the server. Every one has an end, none throws: a server that is away is an everyday thing for a board.
 */

const ANSWER_WITHIN = 10000

/**
 * @typedef {object} Answer
 * @property {number} status 0: no answer
 * @property {string} text
 * @property {(name: string) => string | null} header
 * @property {() => any} json undefined when the body is not JSON
 */

/**
 * @typedef {object} Net
 * @property {(method: string, path: string, options?: { headers?: Record<string, string>, body?: unknown }) => Promise<Answer>} ask
 * @property {() => number} lastAnswerAt when an answer last came, by the steady counter; -Infinity: never
 */

/**
 * @param {{ heard: (serverMs: number, waitedMs: number) => void }} clock is told the server's time with each good answer
 * @returns {Net}
 */
export function createNet(clock) {
  let lastAnswer = -Infinity

  return {
    lastAnswerAt: () => lastAnswer,
    ask: (method, path, options) =>
      new Promise(resolve => {
        const wanted = options || {}
        const xhr = new XMLHttpRequest()
        const sentAt = steadyMs()
        xhr.open(method, path)
        xhr.timeout = ANSWER_WITHIN
        const headers = wanted.headers || {}
        Object.keys(headers).forEach(name => {
          xhr.setRequestHeader(name, headers[name])
        })
        xhr.onloadend = () => {
          if (xhr.status > 0) lastAnswer = steadyMs()
          const told = xhr.status > 0 && xhr.status < 500 ? xhr.getResponseHeader('Loa-Time') : null
          const waited = steadyMs() - sentAt
          // A set that slept in between has an answer of another hour.
          if (told && waited <= ANSWER_WITHIN) clock.heard(Date.parse(told), waited)
          resolve({
            status: xhr.status,
            text: xhr.status > 0 ? xhr.responseText : '',
            header: name => (xhr.status > 0 ? xhr.getResponseHeader(name) : null),
            json: () => parsed(xhr.responseText),
          })
        }
        if (wanted.body === undefined) xhr.send()
        else {
          xhr.setRequestHeader('Content-Type', 'application/json')
          xhr.send(JSON.stringify(wanted.body))
        }
      }),
  }
}

function parsed(text) {
  try {
    return JSON.parse(text)
  } catch (_error) {
    return undefined
  }
}
