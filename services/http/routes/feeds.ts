import { createHash } from 'node:crypto'
import type { Request, Response } from 'express'
import { z } from 'zod'
import { type FeedItem, type FeedOwner, type FeedSlot, m3uPlaylist, rssFeed } from '../../places/feed.ts'
import { stationFileUrl, stationSlotUrl } from '../../places/links.ts'
import { audioOf } from '../../places/operator.ts'
import { heardUntil, itemsOfStations, stationChangedAt } from '../../places/shelf.ts'
import { slotsToAir } from '../../places/station-slots.ts'
import { type StationRow, stationByToken, stationsOfArea } from '../../places/stations.ts'
import type { HttpDeps } from '../deps.ts'
import { notFound } from '../problem.ts'
import { type RouteDef, route } from '../route.ts'

const types = { xml: 'application/rss+xml; charset=utf-8', m3u: 'audio/x-mpegurl; charset=utf-8' } as const
type Ending = keyof typeof types

/** Pull feeds: whoever has the token gets what that one station, or the stations of that one commune, may air now. */
export function feedRoutes(deps: HttpDeps): RouteDef[] {
  const station = (ending: Ending) =>
    route({
      method: 'get',
      path: `/feeds/stations/:token.${ending}`,
      summary: `What the station may air now, as ${ending === 'xml' ? 'a podcast feed (RSS 2.0)' : 'a playlist (M3U)'}`,
      tag: 'stations',
      access: 'token',
      params: z.object({ token: z.string() }),
      async handle({ params, req, res }) {
        const found = await stationByToken(deps.db, params.token)
        if (!found) throw notFound()
        const selfUrl = stationFeedUrl(deps.links.publicUrl, found.feedToken)
        await sendFeed(deps, { owner: found, stations: [found], areaCode: found.areaCode, selfUrl }, ending, req, res)
      },
    })
  const commune = (ending: Ending) =>
    route({
      method: 'get',
      path: `/feeds/communes/:token.${ending}`,
      summary: `What the stations of a commune may air now, as ${ending === 'xml' ? 'a podcast feed' : 'a playlist'}`,
      tag: 'stations',
      access: 'token',
      params: z.object({ token: z.string() }),
      async handle({ params, req, res }) {
        const areaCode = deps.links.readAreaFeedToken(params.token)
        const stations = await stationsOfArea(deps.db, areaCode)
        const [first] = stations
        if (!first) throw notFound()
        const owner = { name: `Truyền thanh ${first.areaName}` }
        const selfUrl = communeFeedUrl(deps, areaCode)
        await sendFeed(deps, { owner, stations, areaCode, selfUrl }, ending, req, res)
      },
    })
  return [station('xml'), station('m3u'), commune('xml'), commune('m3u')]
}

/** Absolute address of a station's podcast feed. */
export function stationFeedUrl(publicUrl: string, feedToken: string): string {
  return `${publicUrl}/feeds/stations/${feedToken}.xml`
}

/** Absolute address of a commune's podcast feed. */
export function communeFeedUrl({ links }: Pick<HttpDeps, 'links'>, areaCode: string): string {
  return `${links.publicUrl}/feeds/communes/${links.areaFeedToken(areaCode)}.xml`
}

/** The same feed as a playlist for players that know no podcasts. */
export function playlistUrl(feedUrl: string): string {
  return feedUrl.replace(/\.xml$/, '.m3u')
}

interface Feed {
  owner: FeedOwner
  stations: StationRow[]
  areaCode: string
  selfUrl: string
}

async function sendFeed(deps: HttpDeps, feed: Feed, ending: Ending, req: Request, res: Response): Promise<void> {
  const now = deps.now()
  const items = await readItems(deps, feed.stations, now)
  const slots = await readSlots(deps, feed, now)
  const changes = await Promise.all(feed.stations.map(s => stationChangedAt(deps.db, s.id, now)))
  const changed = changes.flatMap(at => at?.getTime() ?? [])
  const changedAt = changed.length > 0 ? new Date(Math.max(...changed)) : undefined
  const text = ending === 'xml' ? rssFeed(feed.owner, items, feed.selfUrl, changedAt, slots) : m3uPlaylist(items, slots)
  const body = Buffer.from(text, 'utf8')
  res.set({
    'Content-Type': types[ending],
    ETag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"`,
    'Cache-Control': 'private, no-cache',
    'X-Content-Type-Options': 'nosniff',
    // Sessions come and go without a change of the shelf: then the ETag alone says what is new.
    ...(changedAt && slots.length === 0 && { 'Last-Modified': upToSecond(changedAt).toUTCString() }),
  })
  if (req.fresh) res.status(304).end()
  else res.send(body)
}

/** Items of all stations that are for the air now, each once. A player plays the first of a feed: no emergency that is over. */
async function readItems(deps: HttpDeps, stations: StationRow[], now: Date): Promise<FeedItem[]> {
  const byStation = await itemsOfStations(
    deps.db,
    stations.map(s => s.id),
    now,
  )
  const seen = new Set<string>()
  return stations.flatMap(({ id, feedToken }) =>
    (byStation.get(id) ?? []).flatMap(item => {
      const file = audioOf(item.files)
      if (!file || seen.has(item.dispatchId) || heardUntil(item) <= now) return []
      seen.add(item.dispatchId)
      const url = stationFileUrl(deps.links, { ...item, feedToken }, file)
      return [{ ...item, enclosure: { url, mime: file.mime, sizeBytes: file.sizeBytes } }]
    }),
  )
}

async function readSlots(deps: HttpDeps, { areaCode, stations }: Feed, now: Date): Promise<FeedSlot[]> {
  const [first] = stations
  if (!first) return []
  return (await slotsToAir(deps.db, areaCode, now)).map(slot => ({
    slotId: slot.slotId,
    startsAt: slot.startsAt,
    titles: [...new Set(slot.parts.map(p => p.title))],
    dispatchIds: slot.parts.map(p => p.dispatchId),
    durationSeconds: slot.durationMs / 1000,
    sha256: slot.sha256,
    enclosure: { url: stationSlotUrl(deps.links, slot, first.feedToken), mime: 'audio/mpeg', sizeBytes: slot.bytes },
  }))
}

/** HTTP dates have whole seconds; rounding down would make a change within the second look old. */
function upToSecond(at: Date): Date {
  return new Date(Math.ceil(at.getTime() / 1000) * 1000)
}
