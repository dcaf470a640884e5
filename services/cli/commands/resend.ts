import type { Command } from 'commander'
import { InvalidArgumentError, Option } from 'commander'
import type { ResendableState } from '../../domain/delivery.ts'
import { resendableStates } from '../../domain/delivery.ts'
import { AppError, isAppError } from '../../domain/errors.ts'
import { leftOver } from '../../domain/rounds.ts'
import type { Instance, Progress } from '../../http/schemas.ts'
import type { ApiClient } from '../api-client.ts'
import { signedInClient } from '../api-client.ts'
import { roundName } from '../show/table.ts'

interface Choices {
  only: ResendableState[]
  channel?: string
  json?: boolean
}

/** Adds `loa resend ID`: the announcement once more to those whom its channels did not reach. */
export function register(program: Command): void {
  program
    .command('resend')
    .description(
      'Gửi lại cho người chưa nhận được, không gửi cho ai đã nhận · send again to those not reached, never to anybody reached',
    )
    .argument('<id>', 'mã thông báo · announcement id')
    .addOption(
      new Option('--only <states>', `các nhóm, cách nhau bằng dấu phẩy · groups, of ${resendableStates.join(', ')}`)
        .argParser(readStates)
        .default(['unknown', 'rejected'] satisfies ResendableState[], 'unknown,rejected'),
    )
    .option('--channel <id>', 'chỉ một kênh · one channel only')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (id: string, choices: Choices) => {
      const client = await signedInClient()
      const { progress, added, busy } = await resend(client, id, choices.only, choices.channel)
      for (const one of busy)
        process.stderr.write(`${one}: còn đang phát hành, chưa gửi lại · still being dispatched\n`)
      if (choices.json) {
        process.stdout.write(`${JSON.stringify(progress)}\n`)
        return
      }
      const { channels } = await client.get<Instance>('/api/instance')
      const names = new Map(channels.map(c => [c.id, c.name.vi]))
      const rounds = progress.dispatches.filter(d => added.includes(d.id))
      process.stdout.write(rounds.map(d => `${roundName(d, names)}: đã bắt đầu gửi lại · begun\n`).join(''))
      process.stdout.write(`Xem tiến độ · progress: loa status ${id}\n`)
    })
}

/** Reads `unknown,rejected`. @throws InvalidArgumentError for anything else */
export function readStates(text: string): ResendableState[] {
  const words = text.split(',').map(word => word.trim())
  const states = resendableStates.filter(state => words.includes(state))
  if (states.length !== new Set(words).size) {
    throw new InvalidArgumentError(`one or more of ${resendableStates.join(',')}`)
  }
  return states
}

/**
 * Adds a round to every channel that is done and has left somebody in one of the states, or to the one that is named.
 * @returns the progress afterwards, the ids of the dispatches that were added, and the channels that are still at work
 * @throws AppError channel.unknown | dispatch.wrong-state | dispatch.nobody-left when no round could be added: silence would
 *   pass for success
 */
export async function resend(
  client: ApiClient,
  id: string,
  states: ResendableState[],
  channel: string | undefined,
): Promise<{ progress: Progress; added: string[]; busy: string[] }> {
  const path = `/api/announcements/${encodeURIComponent(id)}/progress`
  const before = await client.get<Progress>(path)
  const { wanted, busy } = channelsFor(before, states, channel)
  let refusal: unknown
  for (const one of wanted) {
    const last = before.dispatches.findLast(d => d.channel === one)
    try {
      await client.post<Progress>(`/api/dispatches/${last?.id}/resend`, { states })
    } catch (error) {
      // A receipt may just have reached the last one of a channel; the other channels must not wait for that.
      if (!isAppError(error) || error.code !== 'dispatch.nobody-left') throw error
      refusal = error
    }
  }
  const progress = await client.get<Progress>(path)
  const known = new Set(before.dispatches.map(d => d.id))
  const added = progress.dispatches.filter(d => !known.has(d.id)).map(d => d.id)
  if (added.length === 0) throw refusal ?? nobodyLeft()
  return { progress, added, busy }
}

/** A channel that is named is left to the server to judge. */
function channelsFor(
  { dispatches }: Progress,
  states: ResendableState[],
  channel: string | undefined,
): { wanted: string[]; busy: string[] } {
  const channels = [...new Set(dispatches.map(d => d.channel))]
  if (channels.length === 0) {
    throw new AppError('dispatch.wrong-state', {
      vi: 'Thông báo này chưa được phê duyệt nên chưa phát hành qua kênh nào.',
      en: 'This announcement has not been approved, so no channel carries it yet.',
    })
  }
  if (channel !== undefined) {
    if (channels.includes(channel)) return { wanted: [channel], busy: [] }
    throw new AppError('channel.unknown', {
      vi: `Thông báo này không phát qua kênh "${channel}" (các kênh: ${channels.join(', ')}).`,
      en: `This announcement does not use the channel "${channel}" (its channels: ${channels.join(', ')}).`,
    })
  }
  const roundsOf = (one: string) => dispatches.filter(d => d.channel === one)
  const withSomebody = channels.filter(one => {
    const left = leftOver(roundsOf(one))
    return states.some(state => left[state] > 0)
  })
  if (withSomebody.length === 0) throw nobodyLeft()
  const wanted = withSomebody.filter(one => roundsOf(one).every(d => d.settledAt !== null))
  const busy = withSomebody.filter(one => !wanted.includes(one))
  // When all of them are still at work, the server's own sentence says so.
  return wanted.length > 0 ? { wanted, busy } : { wanted: busy.slice(0, 1), busy: [] }
}

function nobodyLeft(): AppError {
  return new AppError('dispatch.nobody-left', {
    vi: 'Không còn ai thuộc diện gửi lại trên các kênh của thông báo này.',
    en: 'Nobody is left to be sent to again on the channels of this announcement.',
  })
}
