import { type Actor, requirePermission } from '../../domain/accounts.ts'
import type { BoardKind } from '../../domain/board.ts'
import { type BoardState, boardStates, type TileState, tileStates, vietNamClock } from '../../domain/board-state.ts'
import { communesOf } from '../../store/areas.ts'
import type { Sql } from '../../store/db.ts'
import { stateParams, stateSql } from './list.ts'
import { boardsOfScope } from './scope.ts'

export type StateCounts = Record<BoardState, number>

/** One commune that has boards. */
export interface BoardTile {
  areaCode: string
  areaName: string
  provinceCode: string
  provinceName: string
  boards: number
  /** The worst of its boards; see tileStates. */
  worst: TileState
  /** How many are in each state; states without any are absent. */
  counts: Partial<StateCounts>
}

export interface BoardSummary {
  byState: StateCounts
  /** Of those in use. */
  boards: number
  paired: number
  /** Late or offline outside their operating hours. */
  resting: number
  openAlerts: number
  tiles: BoardTile[]
  groups: string[]
}

/** True when a board is outside its operating hours; `$5` is the time of day. The defaults are boardSettingsSchema's. */
const outsideHours = `(with h as (
    select coalesce(b.settings->'hours'->>'from', '06:00') as f, coalesce(b.settings->'hours'->>'to', '22:00') as t
  ) select case when f = t then false when f < t then $5::text < f or $5 >= t else $5 < f and $5 >= t end from h)`

const noCounts = () => Object.fromEntries(boardStates.map(state => [state, 0])) as StateCounts

/**
 * All boards of a person in numbers: by state, and by commune for the map of tiles. One pass over the boards.
 * @throws AppError auth.forbidden
 */
export async function boardSummary(
  sql: Sql,
  actor: Actor,
  filter: { group?: string | undefined; kind?: BoardKind | undefined },
  now: Date,
): Promise<BoardSummary> {
  requirePermission(actor, 'board.read')
  const params = [...stateParams(actor, now), vietNamClock(now)]
  const { rows } = await sql.query<
    Omit<BoardTile, 'worst' | 'counts' | 'boards'> & {
      state: BoardState
      rests: boolean
      n: number
      paired: number
      alerts: number
    }
  >(
    `select x.area_code as "areaCode", a.name as "areaName", coalesce(p.code, '') as "provinceCode",
       coalesce(p.name, '') as "provinceName", x.state, x.rests, count(*)::int as n,
       count(x.paired_at)::int as paired, sum(x.alerts)::int as alerts
     from (
       select b.area_code, b.paired_at, ${stateSql} as state, ${outsideHours} as rests,
         (select count(*) from board_alerts l where l.board_id = b.id and l.ended_at is null) as alerts
       from boards b join areas a on a.code = b.area_code
       where ${boardsOfScope} and ($6::text is null or b.group_name = $6) and ($7::text is null or b.kind = $7)
     ) x join areas a on a.code = x.area_code left join areas p on p.code = a.parent_code
     group by x.area_code, a.name, p.code, p.name, x.state, x.rests order by p.code, x.area_code`,
    [...params, filter.group ?? null, filter.kind ?? null],
  )
  const groups = await sql.query<{ name: string }>(
    `select distinct b.group_name as name from boards b join areas a on a.code = b.area_code
     where ${boardsOfScope} and b.retired_at is null and b.group_name <> '' order by 1 limit 500`,
    params.slice(0, 1),
  )
  const summary: BoardSummary = {
    byState: noCounts(),
    boards: 0,
    paired: 0,
    resting: 0,
    openAlerts: 0,
    tiles: [],
    groups: groups.rows.map(row => row.name),
  }
  const tiles = new Map<string, BoardTile>()
  for (const { state, rests, n, paired, alerts, ...area } of rows) {
    summary.byState[state] += n
    if (state === 'retired') continue
    const silent = state === 'late' || state === 'offline'
    summary.boards += n
    summary.paired += paired
    summary.openAlerts += alerts
    if (silent && rests) summary.resting += n
    const tile = tiles.get(area.areaCode) ?? { ...area, boards: 0, worst: 'paper', counts: {} }
    tiles.set(area.areaCode, tile)
    tile.boards += n
    tile.counts[state] = (tile.counts[state] ?? 0) + n
    const told: TileState = silent && rests ? 'resting' : state
    if (tileStates.indexOf(told) < tileStates.indexOf(tile.worst)) tile.worst = told
  }
  return { ...summary, tiles: [...tiles.values()] }
}

/** Whom an emergency for some areas would reach, as the boards are now. */
export interface BoardReach {
  communes: number
  boards: number
  byState: StateCounts
  byKind: Record<BoardKind, number>
  /** Communes of the areas that have no board at all; the first hundred by code. */
  without: { code: string; name: string }[]
  withoutCount: number
}

/**
 * Counts the boards of some areas by state and kind: what a dispatch to them would meet. Index: boards_area.
 * @throws AppError auth.forbidden | audience.unknown-area
 */
export async function boardReach(sql: Sql, actor: Actor, areas: string[], now: Date): Promise<BoardReach> {
  requirePermission(actor, 'place.read')
  const communes = await communesOf(sql, areas)
  const { rows } = await sql.query<{ state: BoardState; kind: BoardKind; n: number }>(
    `select ${stateSql} as state, b.kind, count(*)::int as n
     from boards b join areas a on a.code = b.area_code
     where ${boardsOfScope} and b.area_code = any($5::text[]) and b.retired_at is null group by 1, 2`,
    [...stateParams(actor, now), communes],
  )
  const { rows: without } = await sql.query<{ code: string; name: string }>(
    `select code, name from areas a where code = any($1::text[])
       and not exists (select from boards b where b.area_code = a.code and b.retired_at is null)
     order by code`,
    [communes],
  )
  const reach: BoardReach = {
    communes: communes.length,
    boards: 0,
    byState: noCounts(),
    byKind: { screen: 0, led: 0, paper: 0 },
    without: without.slice(0, 100),
    withoutCount: without.length,
  }
  for (const { state, kind, n } of rows) {
    reach.boards += n
    reach.byState[state] += n
    reach.byKind[kind] += n
  }
  return reach
}
