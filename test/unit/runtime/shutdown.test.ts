import { describe, expect, test } from '@jest/globals'
import { createShutdown } from '../../../services/runtime/shutdown.ts'
import { silentLog } from '../../support/server-keeper.ts'

function recorded() {
  const events: string[] = []
  const make = (forceAfterMs?: number) =>
    createShutdown({
      log: silentLog,
      exit: code => events.push(`exit ${code}`),
      ...(forceAfterMs === undefined ? {} : { forceAfterMs }),
    })
  const part = (name: string) => async () => {
    events.push(name)
  }
  return { events, make, part }
}

describe('shutdown', () => {
  test('closes the doors first, then the parts in reverse order', async () => {
    const { events, make, part } = recorded()
    const shutdown = make()
    shutdown.onClose('database', part('database'))
    shutdown.onClose('queue', part('queue'))
    shutdown.onDrain('api', async () => {
      await new Promise(resolve => setImmediate(resolve))
      events.push('api drained')
    })
    await shutdown.run('test')
    expect(events).toEqual(['api drained', 'queue', 'database'])
  })

  test('a part that fails does not keep the others open, and a second call changes nothing', async () => {
    const { events, make, part } = recorded()
    const shutdown = make()
    shutdown.onClose('database', part('database'))
    shutdown.onClose('queue', async () => {
      throw new Error('broken')
    })
    await Promise.all([shutdown.run('one'), shutdown.run('two')])
    expect(events).toEqual(['database'])
  })

  test('a part registered while things close is still closed', async () => {
    const { events, make, part } = recorded()
    const shutdown = make()
    shutdown.onClose('first', async () => {
      events.push('first')
      shutdown.onClose('late', part('late'))
    })
    await shutdown.run('test')
    expect(events).toEqual(['first', 'late'])
  })

  test('what hangs is forced: children are told to stop, then the process leaves with 1', async () => {
    const { events } = recorded()
    const left = new Promise<void>(resolve => {
      const shutdown = createShutdown({
        log: silentLog,
        forceAfterMs: 20,
        exit: code => {
          events.push(`exit ${code}`)
          resolve()
        },
      })
      shutdown.onClose(
        'database',
        () => new Promise(() => undefined),
        () => events.push('database forced'),
      )
      shutdown.onClose('hangs', () => new Promise(() => undefined))
      void shutdown.run('test')
    })
    await left
    expect(events).toEqual(['database forced', 'exit 1'])
  })
})
