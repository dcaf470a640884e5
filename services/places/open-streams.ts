import type { ServerResponse } from 'node:http'

/** Proxies cut a silent connection after a minute, some after 30 s. */
const keepAliveMs = 20_000
/** Comments go out to one in so many streams at a time, so that ten thousand of them do not hold up everything else. */
const turns = 100

/**
 * Streams that one place may hold: its device, the console's view of it, and lines that died without a word. The address
 * of a board is no secret on a public square, and connections are what a server has few of. The oldest gives way: a
 * device that reconnects is never the one left out, and whoever is cut off still polls.
 */
export const streamsPerPlace = 8

/** A server-sent event stream to a place; `version` is what it was told last. */
export interface OpenStream<Who> {
  who: Who
  key: string
  res: ServerResponse
  version: string
  /** Its turn for the comments that keep it open. */
  turn: number
}

export interface OpenStreams<Who> {
  readonly size: number
  [Symbol.iterator](): Iterator<OpenStream<Who>>
  of(key: string): Iterable<OpenStream<Who>>
  /** Takes over the response until the place goes away. */
  add(key: string, who: Who, version: string, res: ServerResponse): OpenStream<Who>
  /** Gives up a place that does not read. */
  send(stream: OpenStream<Who>, text: string): void
  end(stream: OpenStream<Who>): void
}

/** @param closed called whenever a stream is no more, however that came about */
export function createOpenStreams<Who>(closed: (stream: OpenStream<Who>) => void): OpenStreams<Who> {
  const streams = new Set<OpenStream<Who>>()
  /** Oldest first; mostly one. */
  const ofKey = new Map<string, OpenStream<Who>[]>()
  let beat: NodeJS.Timeout | undefined
  let turn = 0

  const send = ({ res }: OpenStream<Who>, text: string) => {
    // A device that does not read (power cut) is given up instead of filling our memory; it will come back.
    if (res.writableLength > 65_536) res.destroy()
    else res.write(text)
  }
  const keepAlive = () => {
    turn = (turn + 1) % turns
    for (const stream of streams) if (stream.turn === turn) send(stream, ': \n\n')
  }
  /** Nothing is written to it any more; called when it closes, and before we end it. */
  const forget = (stream: OpenStream<Who>) => {
    if (!streams.delete(stream)) return
    const siblings = ofKey.get(stream.key)?.filter(s => s !== stream) ?? []
    if (siblings.length === 0) ofKey.delete(stream.key)
    else ofKey.set(stream.key, siblings)
    if (streams.size === 0) {
      clearInterval(beat)
      beat = undefined
    }
    closed(stream)
  }
  const end = (stream: OpenStream<Who>) => {
    forget(stream)
    stream.res.end()
  }

  return {
    get size() {
      return streams.size
    },
    [Symbol.iterator]: () => streams.values(),
    of: key => ofKey.get(key) ?? [],
    send,
    end,
    add(key, who, version, res) {
      const stream = { who, key, res, version, turn: streams.size % turns }
      streams.add(stream)
      if (!beat) {
        beat = setInterval(keepAlive, keepAliveMs / turns)
        beat.unref()
      }
      const siblings = [...(ofKey.get(key) ?? []), stream]
      ofKey.set(key, siblings)
      if (siblings[0] && siblings.length > streamsPerPlace) end(siblings[0])
      res.on('close', () => forget(stream))
      return stream
    },
  }
}
