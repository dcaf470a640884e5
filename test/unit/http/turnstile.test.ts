import { EventEmitter } from 'node:events'
import { expect, test } from '@jest/globals'
import type { Response } from 'express'
import { createTurnstile } from '../../../services/http/turnstile.ts'

const caller = () => Object.assign(new EventEmitter(), { closed: false }) as unknown as Response & EventEmitter

/** Work that ends when it is told to. */
function gate() {
  let open: (value: string) => void = () => undefined
  const done = new Promise<string>(resolve => {
    open = resolve
  })
  return { open, work: () => done }
}

test('runs so many at a time, in the order of arrival', async () => {
  const turnstile = createTurnstile(2, 10)
  const started: number[] = []
  const gates = [gate(), gate(), gate(), gate()]
  const results = gates.map(({ work }, i) =>
    turnstile.pass(caller(), () => {
      started.push(i)
      return work()
    }),
  )
  await new Promise(resolve => setImmediate(resolve))
  expect(started).toEqual([0, 1])
  gates[1]?.open('b')
  expect(await results[1]).toBe('b')
  await new Promise(resolve => setImmediate(resolve))
  expect(started).toEqual([0, 1, 2])
  for (const { open } of gates) open('x')
  await Promise.all(results)
  expect(started).toEqual([0, 1, 2, 3])
})

test('a failure frees the place', async () => {
  const turnstile = createTurnstile(1, 10)
  await expect(turnstile.pass(caller(), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await turnstile.pass(caller(), async () => 'next')).toBe('next')
})

test('who went away is not served and keeps no place', async () => {
  const turnstile = createTurnstile(1, 10)
  const first = gate()
  const running = turnstile.pass(caller(), first.work)
  const impatient = caller()
  let ran = false
  const given = turnstile.pass(impatient, async () => {
    ran = true
  })
  const refused = expect(given).rejects.toMatchObject({ code: 'request.malformed' })
  impatient.emit('close')
  await refused
  const last = turnstile.pass(caller(), async () => 'last')
  first.open('done')
  expect(await running).toBe('done')
  expect(await last).toBe('last')
  expect(ran).toBe(false)
})

test('a line that is too long is refused with a time to come back', async () => {
  const turnstile = createTurnstile(1, 1)
  const first = gate()
  const running = turnstile.pass(caller(), first.work)
  const waiting = turnstile.pass(caller(), async () => 'waited')
  await expect(turnstile.pass(caller(), async () => 'never')).rejects.toMatchObject({
    code: 'request.too-many',
    details: { retryAfterSeconds: 3 },
  })
  first.open('done')
  expect([await running, await waiting]).toEqual(['done', 'waited'])
})
