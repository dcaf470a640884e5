import type { Batch, Channel, CitizenTarget, RenderSource } from '../../channels/contract.ts'
import { dispatchSettings } from '../../config/queues.ts'
import { nextFlush } from '../dispatch/deliver.ts'
import { announcementContentSchema } from '../domain/announcement.ts'

/** One way of sending. @returns how many the vendor accepted */
export interface Side {
  send(targets: CitizenTarget[]): Promise<number>
  close(): Promise<void>
}

/** Lanes of the dispatch in one worker process; the bare client has as many messages under way as all of them. */
export const lanes = 2

/** What both sides of one bench need: the simulator's settings, and the very content that our channel sends. */
export interface ClientWorld<Config, Content> {
  config: Config
  content: Content
  unsubscribeUrl: (channelId: string, citizenId: string) => string
  /** A callback address as our channel makes it, with nobody behind it: the simulator sends no receipts in a bench. */
  publicUrl: string
}

const dispatchId = '1'
export const benchLog = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What is announced in these benches. */
export const source: RenderSource = {
  announcementId: '00000000-0000-4000-8000-000000000000',
  revision: 1,
  demo: false,
  content: announcementContentSchema.parse({
    title: 'Thông báo lịch cắt nước sinh hoạt',
    body: 'Nhà máy nước tạm ngừng cấp nước từ 8 giờ đến 17 giờ ngày mai để sửa đường ống. Đề nghị bà con trữ nước.',
    // One part, so that a text message is one request whatever the protocol.
    variants: { sms: { text: 'Cat nuoc tu 8h den 17h ngay mai de sua duong ong. De nghi ba con tru nuoc.' } },
  }),
}

/** Our session, called as the dispatch does: two lanes, each with flushes that it sizes by what the last one took. */
export async function ourSide<Config, Content>(
  channel: Channel<Config, Content>,
  world: ClientWorld<Config, Content>,
): Promise<Side> {
  const session = await channel.open(world.config, {
    log: benchLog,
    now: () => new Date(),
    publicUrl: world.publicUrl,
    signUrl: path => path,
    unsubscribeUrl: world.unsubscribeUrl,
    mail: { send: async () => ({ kind: 'rejected', code: 'no-mail-server' }) },
    shelf: { put: async () => undefined },
    news: { record: async () => undefined },
    pace: { take: async () => new Date() },
    vendors: { shares: async weights => weights, report: async () => undefined },
  })
  const { signal } = new AbortController()
  const most = Math.min(channel.traits.maxBatch, dispatchSettings.maxFlush)
  const sizes = Array.from({ length: lanes }, () => Math.min(dispatchSettings.firstFlush, most))

  async function flush(size: number, targets: CitizenTarget[]): Promise<{ accepted: number; size: number }> {
    const batch: Batch<Content> = {
      dispatchId,
      announcementId: source.announcementId,
      renditionId: 'bench',
      title: source.content.title,
      priority: 'routine',
      expiresAt: null,
      content: world.content,
      files: [],
      targets,
    }
    const { content } = world
    const slot = await session.reserve?.({ count: targets.length, content, priority: 'routine' }, signal)
    const started = performance.now()
    const outcomes = await session.send(slot ? { ...batch, slot } : batch, signal)
    return {
      accepted: outcomes.filter(o => o.kind === 'accepted').length,
      size: targets.length === size ? nextFlush(size, performance.now() - started, most) : size,
    }
  }
  return {
    async send(targets) {
      const addressed = channel.address === 'email' ? targets.map(withMailbox) : targets
      let next = 0
      let accepted = 0
      const lane = async (i: number) => {
        while (next < addressed.length) {
          const from = next
          const size = sizes[i] ?? most
          next = Math.min(from + size, addressed.length)
          const done = await flush(size, addressed.slice(from, next))
          accepted += done.accepted
          sizes[i] = done.size
        }
      }
      await Promise.all(sizes.map((_, i) => lane(i)))
      return accepted
    },
    close: () => session.close(),
  }
}

/** The same person by mail. */
export function withMailbox(target: CitizenTarget): CitizenTarget {
  return { ...target, address: `nguoi${target.id}@loa.example` }
}

/** Sends one by one with so many under way at once, as a program without a dispatch would. */
export async function inParallel<T>(
  items: Iterable<T>,
  atOnce: number,
  sendOne: (item: T) => Promise<boolean>,
): Promise<number> {
  const source = items[Symbol.iterator]()
  let accepted = 0
  const lane = async () => {
    for (let next = source.next(); !next.done; next = source.next()) {
      if (await sendOne(next.value)) accepted += 1
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return accepted
}
