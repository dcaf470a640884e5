import { createHash } from 'node:crypto'
import { z } from 'zod'
import { type FeedItem, m3uPlaylist, rssFeed } from '../../places/feed.ts'
import { stationFileUrl } from '../../places/links.ts'
import { audioOf } from '../../places/operator.ts'
import { stationChangedAt, stationItems } from '../../places/shelf.ts'
import { type StationRow, stationByToken } from '../../places/stations.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'

/** Pull feeds of the stations: whoever has the token gets what that one station may air now. */
export function feedRoutes(deps: HttpDeps): RouteDef[] {
  const feed = (
    ending: 'xml' | 'm3u',
    type: string,
    write: (station: StationRow, items: FeedItem[], changedAt: Date | undefined) => string,
  ) =>
    route({
      method: 'get',
      path: `/feeds/stations/:token.${ending}`,
      summary: `What the station may air now, as ${ending === 'xml' ? 'a podcast feed (RSS 2.0)' : 'a playlist (M3U)'}`,
      tag: 'stations',
      access: 'token',
      params: z.object({ token: z.string() }),
      async handle({ params, req, res }) {
        const station = await stationByToken(deps.db, params.token)
        if (!station) throw notFound()
        const now = deps.now()
        const items = await readItems(deps, station, now)
        const changedAt = await stationChangedAt(deps.db, station.id, now)
        const body = Buffer.from(write(station, items, changedAt), 'utf8')
        res.set({
          'Content-Type': type,
          ETag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`,
          'Cache-Control': 'private, no-cache',
          'X-Content-Type-Options': 'nosniff',
          ...(changedAt && { 'Last-Modified': upToSecond(changedAt).toUTCString() }),
        })
        if (req.fresh) res.status(304).end()
        else res.send(body)
      },
    })
  return [
    feed('xml', 'application/rss+xml; charset=utf-8', (station, items, changedAt) =>
      rssFeed(station, items, stationFeedUrl(deps.links.publicUrl, station.feedToken), changedAt),
    ),
    feed('m3u', 'audio/x-mpegurl; charset=utf-8', (_station, items) => m3uPlaylist(items)),
  ]
}

/** Absolute address of a station's podcast feed. */
export function stationFeedUrl(publicUrl: string, feedToken: string): string {
  return `${publicUrl}/feeds/stations/${feedToken}.xml`
}

async function readItems(deps: HttpDeps, station: StationRow, now: Date): Promise<FeedItem[]> {
  const items = await stationItems(deps.db, station.id, now)
  return items.flatMap(item => {
    const file = audioOf(item.files)
    if (!file) return []
    const url = stationFileUrl(deps.links, { ...item, feedToken: station.feedToken }, file)
    return [{ ...item, enclosure: { url, mime: file.mime, sizeBytes: file.sizeBytes } }]
  })
}

/** HTTP dates have whole seconds; rounding down would make a change within the second look old. */
function upToSecond(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / 1000) * 1000)
}
