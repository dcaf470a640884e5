import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { progressOf } from '../../../services/dispatch/progress.ts'
import { createProducer } from '../../../services/queue/producer.ts'
import { startWorkers } from '../../../workers/main.ts'
import {
  addCitizens,
  approvedAnnouncement,
  countsOf,
  dispatchContext,
  dispatchId,
  scriptedChannel,
  seedRegistry,
} from '../../support/dispatch.ts'
import type { TestDatabase } from '../../support/postgres.ts'
import { testDatabase } from '../../support/postgres.ts'
import type { TestRedis } from '../../support/redis.ts'
import { testRedis } from '../../support/redis.ts'
import { until } from '../../support/wait.ts'

describe('workers on a real Redis', () => {
  let database: TestDatabase
  let redis: TestRedis

  beforeAll(async () => {
    database = await testDatabase()
    redis = await testRedis()
    await seedRegistry(database.db, 2_500)
  })
  afterAll(() => database.drop())

  function run(channels: ReturnType<typeof scriptedChannel>[], sweepEveryMs: number) {
    const ctx = dispatchContext(database.db, channels)
    const workers = startWorkers(ctx, {
      databaseUrl: database.url,
      redisUrl: redis.url,
      channels: channels.map(c => c.channel.id),
      withWorkDir: async work => await work(''),
      openSession: async id => {
        const found = channels.find(c => c.channel.id === id)
        if (!found) throw new Error(id)
        return await found.session()
      },
      sweepEveryMs,
    })
    return { ctx, workers }
  }

  const completed = async (id: string) => {
    const { rows } = await database.db.query(`select 1 from announcements where id = $1 and state = 'completed'`, [id])
    return rows.length > 0
  }

  test('an approval travels by outbox, relay and queue to everybody, without any sweep', async () => {
    const sms = scriptedChannel('sms')
    const { ctx, workers } = run([sms], 3_600_000)
    try {
      const id = await approvedAnnouncement(ctx)
      await until('the announcement completes', () => completed(id))
      expect(new Set(sms.sentTo).size).toBe(2_500)
      expect(sms.sentTo).toHaveLength(2_500)
      const progress = await progressOf(ctx, id)
      expect(progress.dispatches[0]?.counts).toMatchObject({ audience: 2_500, accepted: 2_500 })
    } finally {
      await workers.close()
    }
  })

  test('an emptied Redis in the middle of a dispatch loses nobody and repeats nobody', async () => {
    const sms = scriptedChannel('sms')
    const usual = sms.script
    let wiped = false
    sms.script = async (batch, signal) => {
      if (!wiped && sms.sentTo.length > 500) {
        wiped = true
        await redis.wipe()
      }
      return await usual(batch, signal)
    }
    const { ctx, workers } = run([sms], 200)
    try {
      const id = await approvedAnnouncement(ctx)
      await until('the announcement completes', () => completed(id), 45_000)
      expect(wiped).toBe(true)
      expect(sms.sentTo).toHaveLength(2_500)
      expect(new Set(sms.sentTo).size).toBe(2_500)
    } finally {
      await workers.close()
    }
  })

  describe('while a province-wide dispatch holds every lane of a vendor that does not answer', () => {
    beforeAll(() => addCitizens(database.db, 5, ['19742']))
    afterAll(() => database.db.query(`delete from citizens where area_code = '19742'`))

    /** Two lanes of a channel, both in a flush of the large dispatch until `answer` is called. */
    async function busy() {
      const sms = scriptedChannel('sms')
      const usual = sms.script
      let answer: () => void = () => undefined
      const answered = new Promise<void>(resolve => {
        answer = resolve
      })
      let large = ''
      sms.script = async (batch, signal) => {
        if (batch.announcementId === large) await answered
        return await usual(batch, signal)
      }
      const { ctx, workers } = run([sms], 3_600_000)
      large = await approvedAnnouncement(ctx, { audience: { areas: ['19333'] } })
      await until('both lanes are busy', () => sms.sentTo.length >= 40)
      return { sms, ctx, workers, large, answer }
    }
    const few = { audience: { areas: ['19742'] } }

    test('a notice to one commune goes before the later chunks of the province', async () => {
      const { sms, ctx, workers, large, answer } = await busy()
      const connection = new Redis(redis.url, { maxRetriesPerRequest: null })
      const queue = new Queue('deliver-sms', { connection })
      try {
        const notice = await approvedAnnouncement(ctx, few)
        await until('the notice waits behind the province', async () => (await queue.getPrioritizedCount()) >= 2)
        answer()
        await until('both complete', async () => (await completed(notice)) && (await completed(large)))
        const { rows } = await database.db.query(
          `select target_ids[1] as first from chunks where dispatch_id in ($1, $2) order by dispatch_id, id`,
          [await dispatchId(database.db, large, 'sms'), await dispatchId(database.db, notice, 'sms')],
        )
        const [, , third, own] = rows.map(r => sms.sentTo.indexOf(r.first))
        // Both lanes may come free in one moment: the other one then begins the third chunk, by a flush of 50, beside it.
        expect(own).toBeLessThan((third ?? 0) + 100)
        expect(sms.sentTo).toHaveLength(2_505)
        expect(new Set(sms.sentTo).size).toBe(2_505)
      } finally {
        answer()
        await workers.close()
        await queue.close()
        connection.disconnect()
      }
    })

    test('an emergency has a lane of its own: it is sent before the vendor answers for anybody else', async () => {
      const { sms, ctx, workers, large, answer } = await busy()
      try {
        const emergency = await approvedAnnouncement(ctx, { ...few, priority: 'emergency', urgencyReason: 'Lũ quét' })
        await until('the emergency completes', () => completed(emergency))
        expect(await completed(large)).toBe(false)
        expect(sms.sentTo.length).toBeLessThan(100)
        answer()
        await until('the large one completes', () => completed(large))
        expect(new Set(sms.sentTo).size).toBe(2_505)
      } finally {
        answer()
        await workers.close()
      }
    })
  })

  test('stopping in the middle and starting again goes on where it was', async () => {
    const sms = scriptedChannel('sms')
    const first = run([sms], 200)
    const id = await approvedAnnouncement(first.ctx)
    await until('some were sent', () => sms.sentTo.length > 100)
    await first.workers.close()
    const between = await countsOf(database.db, await dispatchId(database.db, id, 'sms'))
    expect(between.sending).toBe(0)
    expect(between.unknown).toBe(0)
    const second = run([sms], 200)
    try {
      await until('the announcement completes', () => completed(id))
      expect(sms.sentTo).toHaveLength(2_500)
      expect(new Set(sms.sentTo).size).toBe(2_500)
    } finally {
      await second.workers.close()
    }
  })

  test('a job of an older version fails loudly and its work is asked for again', async () => {
    const sms = scriptedChannel('sms')
    const ctx = dispatchContext(database.db, [sms])
    const id = await approvedAnnouncement(ctx)
    // What an older release would have left in the queue, and nothing else.
    await database.db.query('delete from outbox')
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null })
    const queue = new Queue('plan', { connection })
    const old = await queue.add('plan', { dispatch: await dispatchId(database.db, id, 'sms') })
    const { workers } = run([sms], 200)
    try {
      await until('the announcement completes', () => completed(id))
      const failed = await queue.getJob(old.id ?? '')
      expect(failed?.failedReason).toMatch(/payload version none, expected 1/)
      expect(sms.sentTo).toHaveLength(2_500)
    } finally {
      await workers.close()
      await queue.close()
      connection.disconnect()
    }
  })

  test('a resume while the paused chunk is still being given back is not swallowed by its old job', async () => {
    const producer = createProducer(redis.url)
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null })
    const job = {
      job: 'deliver' as const,
      payload: { v: 1, dispatchId: '1', chunkId: '77', channel: 'once' },
      priority: 'routine' as const,
    }
    let runs = 0
    const worker = new Worker(
      'deliver-once',
      async () => {
        runs += 1
        // Rung three times while the first one works: that is one more run, not three and not none.
        if (runs === 1) for (let n = 0; n < 3; n++) await producer.add([job])
      },
      { connection },
    )
    const queue = new Queue('deliver-once', { connection })
    try {
      await producer.add([job, job])
      await until('the second run', () => runs === 2)
      await until('the queue is empty', async () => {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized')
        return Object.values(counts).every(n => n === 0)
      })
      expect(runs).toBe(2)
    } finally {
      await worker.close()
      await queue.close()
      await producer.close()
      connection.disconnect()
    }
  })

  test('a worker that dies again and again with a job does not keep the chunk from being asked for', async () => {
    const producer = createProducer(redis.url)
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null })
    const job = {
      job: 'deliver' as const,
      payload: { v: 1, dispatchId: '1', chunkId: '78', channel: 'stalled' },
      priority: 'routine' as const,
    }
    // Takes the job and is never heard of again: its lock runs out.
    const dying = new Worker('deliver-stalled', null, { connection, lockDuration: 50, skipStalledCheck: true })
    const queue = new Queue('deliver-stalled', { connection })
    let runs = 0
    const worker = new Worker(
      'deliver-stalled',
      async () => {
        runs += 1
      },
      {
        connection,
        autorun: false,
        stalledInterval: 50,
        maxStalledCount: 0,
      },
    )
    worker.on('error', () => undefined)
    try {
      await producer.add([job])
      const taken = await dying.getNextJob('a token of its own')
      expect(taken?.data).toMatchObject({ chunkId: '78' })
      // The sweep asks while Redis still believes that somebody works on it.
      await producer.add([job])
      void worker.run()
      await until('it runs after all', async () => {
        if (runs > 0) return true
        await producer.add([job])
        return false
      })
    } finally {
      await dying.close(true)
      await worker.close()
      await queue.obliterate({ force: true })
      await queue.close()
      await producer.close()
      connection.disconnect()
    }
  })

  test('plans and renders that wait already are not queued again by every sweep', async () => {
    const producer = createProducer(redis.url)
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null })
    const queue = new Queue('render', { connection })
    try {
      await queue.obliterate({ force: true })
      for (let n = 0; n < 3; n++) {
        await producer.add([{ job: 'render', payload: { v: 1, dispatchId: '5' }, priority: 'routine' }])
      }
      const counts = await queue.getJobCounts('waiting', 'delayed', 'prioritized')
      expect(Object.values(counts).reduce((a, b) => a + b)).toBe(1)
    } finally {
      await queue.obliterate({ force: true })
      await queue.close()
      await producer.close()
      connection.disconnect()
    }
  })

  test('adding jobs fails soon when Redis takes the connection and never answers', async () => {
    const silent = createServer(socket => socket.resume())
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const producer = createProducer(`redis://127.0.0.1:${port}`)
    try {
      const add = producer.add([{ job: 'receipts', payload: { v: 1 }, priority: 'routine' }])
      const tooLate = new Promise((_, reject) => setTimeout(reject, 15_000, new Error('still holding')).unref())
      await expect(Promise.race([add, tooLate])).rejects.not.toThrow('still holding')
    } finally {
      await producer.close()
      silent.close()
    }
  })

  test('adding jobs fails at once while Redis is away, so that the outbox keeps them', async () => {
    const producer = createProducer('redis://127.0.0.1:1')
    try {
      await expect(producer.add([{ job: 'receipts', payload: { v: 1 }, priority: 'routine' }])).rejects.toThrow()
    } finally {
      await producer.close()
    }
  })
})
