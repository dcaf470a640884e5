import type { ServerResponse } from 'node:http'
import type { DispatchContext } from '../dispatch/context.ts'
import { onShelfChange, type ShelfChange } from './events.ts'
import { createOpenStreams } from './open-streams.ts'

/** Pokes that come close together (a dispatch arrives in chunks) are answered with one look at the shelf. */
const gatherMs = 100

/** Who listens: `placeId` is what changes are told of, `key` what may be shut out and what a version is looked up for. */
export interface Listening {
  key: string
  placeId: string
}

/** Server-sent events to the places that are connected to this process. */
export interface PlaceStreams<L extends Listening> {
  /** Takes over the response until the place goes away. */
  add(who: L, version: string, res: ServerResponse): void
}

export interface StreamKind<L extends Listening> {
  kind: ShelfChange['kind']
  /** Present version by key; whoever is missing has no business here any more and is cut off. */
  versions(listening: L[]): Promise<Map<string, string>>
  /** The event that carries a version. */
  event(version: string): string
}

/**
 * Speed by poke: a stream carries only the version of the manifest, so losing an event costs at most one poll. All
 * connected places that a change concerns are looked up together. Without any connected place nothing is listened
 * to and no timer runs.
 */
export function createPlaceStreams<L extends Listening>(
  ctx: Pick<DispatchContext, 'db' | 'log'>,
  { kind, versions, event }: StreamKind<L>,
): PlaceStreams<L> {
  const streams = createOpenStreams<L>(() => {
    if (streams.size === 0) end()
  })
  const due = new Map<string, L>()
  let stop: (() => void) | undefined
  let gathering: NodeJS.Timeout | undefined
  let looking = false

  const look = async () => {
    gathering = undefined
    if (looking) return
    looking = true
    const asked = new Map(due)
    due.clear()
    try {
      const now = await versions([...asked.values()])
      for (const stream of [...streams]) {
        const version = now.get(stream.who.key)
        if (version === undefined && asked.has(stream.who.key)) streams.end(stream)
        if (version === undefined || version === stream.version) continue
        stream.version = version
        streams.send(stream, event(version))
      }
    } catch (error) {
      ctx.log.warn(
        { [kind]: asked.size, error },
        'a change could not be announced to places, the next poll will find it',
      )
    } finally {
      looking = false
    }
    if (due.size > 0) gather()
  }
  const gather = () => {
    gathering ??= setTimeout(() => void look(), gatherMs)
  }

  const start = () => {
    stop = onShelfChange(ctx.db, change => {
      if (change.kind !== kind) return
      const concerned = change.placeIds === 'all' ? undefined : new Set(change.placeIds)
      for (const { who } of streams) if (!concerned || concerned.has(who.placeId)) due.set(who.key, who)
      if (due.size > 0) gather()
    })
  }

  const end = () => {
    stop?.()
    clearTimeout(gathering)
    gathering = undefined
    due.clear()
  }

  return {
    add(who, version, res) {
      if (streams.size === 0) start()
      const stream = streams.add(who.key, who, version, res)
      streams.send(stream, `retry: 5000\n\n${event(version)}`)
      // What changed between reading the version and listening would be missed without this look.
      due.set(who.key, who)
      gather()
    },
  }
}
