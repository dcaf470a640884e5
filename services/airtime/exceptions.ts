import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import { vietNamDay } from '../domain/airtime/calendar.ts'
import { recordAirtimeChange } from '../store/airtime/changes.ts'
import { markCommunesStale, markStale } from '../store/airtime/plans.ts'
import {
  type AreaProgramme,
  type ExceptionRow,
  exceptionsOf,
  findException,
  insertException,
  programmeOf,
  removeException,
} from '../store/airtime/programmes.ts'
import { type Sql, transaction } from '../store/db.ts'
import { checkedException, dropProblems, type ExceptionWish } from './exception-rules.ts'
import { planAreas } from './planning.ts'
import { refuse } from './programmes.ts'
import { noSuchArea, requireArea } from './scope.ts'

/**
 * Exceptions of an area from a day on (today when absent).
 * @throws AppError not-found
 */
export async function listExceptions(
  ctx: DispatchContext,
  actor: Actor,
  areaCode: string,
  from: string | undefined,
): Promise<ExceptionRow[]> {
  requireArea(actor, await programmeOf(ctx.db, areaCode))
  return exceptionsOf(ctx.db, [areaCode], from ?? vietNamDay(ctx.now()), '9999-12-31')
}

/**
 * Makes a day differ from the programme, with a reason. What is over the quota (one more session, longer ones) is for
 * officers; an operator stays within it.
 * @throws AppError not-found | airtime.rule-broken
 */
export async function addException(ctx: DispatchContext, actor: Actor, wish: ExceptionWish): Promise<ExceptionRow> {
  const row = await transaction(ctx.db, async sql => {
    const area = await programmeOf(sql, wish.areaCode)
    requireArea(actor, area)
    if (!area) throw noSuchArea()
    const now = ctx.now()
    // First of all: of two at once, the second sees what the first has made.
    await markStale(sql, [area.areaCode])
    const others = await exceptionsOf(sql, [wish.areaCode], wish.date, wish.date)
    const { exception, problems } = checkedException(wish, area, others, vietNamDay(now), actor.role === 'operator')
    refuse(problems)
    const { areaCode, reason } = wish
    const added = await insertException(sql, { ...exception, areaCode, reason, madeBy: actor.name, madeAt: now })
    await recordAirtimeChange(sql, actor, { areaCode, action: 'exception', at: now }, { exception: added })
    await staleWith(sql, area)
    return added
  })
  await planAreas(ctx, [wish.areaCode])
  return row
}

/**
 * Takes an exception back. An operator stays within the quota by that, too.
 * @throws AppError not-found | airtime.rule-broken
 */
export async function dropException(ctx: DispatchContext, actor: Actor, id: string): Promise<ExceptionRow> {
  const row = await transaction(ctx.db, async sql => {
    const found = await findException(sql, id, true)
    const area = found && (await programmeOf(sql, found.areaCode))
    requireArea(actor, area)
    if (!found || !area) throw noSuchArea()
    await markStale(sql, [area.areaCode])
    if (actor.role === 'operator') {
      refuse(dropProblems(found, area, await exceptionsOf(sql, [found.areaCode], found.day, found.day)))
    }
    await removeException(sql, id, ctx.now())
    const change = { areaCode: found.areaCode, action: 'exception-removed' as const, at: ctx.now() }
    await recordAirtimeChange(sql, actor, change, { exception: found })
    await staleWith(sql, area)
    return found
  })
  await planAreas(ctx, [row.areaCode])
  return row
}

async function staleWith(sql: Sql, area: AreaProgramme): Promise<void> {
  await markStale(sql, [area.areaCode])
  if (area.kind === 'province') await markCommunesStale(sql, [area.areaCode])
}
