import type { DispatchContext } from '../dispatch/context.ts'
import type { Actor } from '../domain/accounts.ts'
import { programmeProblems } from '../domain/airtime/rules.ts'
import { AppError, type Sentence } from '../domain/errors.ts'
import type { Programme } from '../domain/programme.ts'
import type { EffectiveProgramme } from '../http/schemas-airtime.ts'
import { type AirtimeChange, airtimeChanges, recordAirtimeChange } from '../store/airtime/changes.ts'
import { markCommunesStale, markStale } from '../store/airtime/plans.ts'
import { type AreaProgramme, programmeOf, putProgramme } from '../store/airtime/programmes.ts'
import { type Sql, transaction } from '../store/db.ts'
import { pokeStationsOf } from '../store/shelf.ts'
import { planAreas } from './planning.ts'
import { noSuchArea, requireArea } from './scope.ts'

/** The programme of one area as the person may see it. @throws AppError not-found */
export async function getProgramme(ctx: DispatchContext, actor: Actor, areaCode: string): Promise<EffectiveProgramme> {
  const area = await programmeOf(ctx.db, areaCode)
  requireArea(actor, area)
  if (!area) throw noSuchArea()
  return presentProgramme(area)
}

/** A programme with what is wrong in it now; one that was right may break a province's rule made later. */
export function presentProgramme(area: AreaProgramme): EffectiveProgramme {
  return {
    areaCode: area.areaCode,
    areaName: area.areaName,
    from: area.from,
    programme: area.programme,
    boundBy: area.bound,
    problems: programmeProblems(area.programme, area.bound),
    updatedBy: area.updatedBy,
    updatedAt: area.updatedAt?.toISOString() ?? null,
  }
}

/**
 * Stores the programme of an area and plans anew. Nothing is stored while a rule is broken.
 * @throws AppError not-found | airtime.rule-broken with one sentence per broken rule
 */
export async function saveProgramme(
  ctx: DispatchContext,
  actor: Actor,
  areaCode: string,
  programme: Programme,
): Promise<EffectiveProgramme> {
  await transaction(ctx.db, async sql => {
    const area = await programmeOf(sql, areaCode)
    requireArea(actor, area)
    if (!area) throw noSuchArea()
    refuse(programmeProblems(programme, area.kind === 'commune' ? area.bound : null))
    const before = await putProgramme(sql, areaCode, programme, actor.name, ctx.now())
    await recordAirtimeChange(
      sql,
      actor,
      { areaCode, action: 'programme', at: ctx.now() },
      { before, after: programme },
    )
    await markStale(sql, [areaCode])
    if (area.kind === 'province') await markCommunesStale(sql, [areaCode])
    // Also what is not a slot is in the manifest: how an emergency is repeated.
    await pokeStationsOf(sql, await areasWith(sql, areaCode))
  })
  await planAreas(ctx, [areaCode])
  return getProgramme(ctx, actor, areaCode)
}

async function areasWith(sql: Sql, areaCode: string): Promise<string[]> {
  const { rows } = await sql.query<{ code: string }>('select code from areas where code = $1 or parent_code = $1', [
    areaCode,
  ])
  return rows.map(r => r.code)
}

/** Refuses what breaks rules, a sentence each. @throws AppError airtime.rule-broken */
export function refuse(problems: Sentence[]): void {
  if (problems.length === 0) return
  throw new AppError(
    'airtime.rule-broken',
    { vi: problems.map(p => p.vi).join(' '), en: problems.map(p => p.en).join(' ') },
    { details: { errors: problems.map(p => ({ path: 'sessions', message: p.vi })) } },
  )
}

/** The newest 100 changes to the airtime of an area. @throws AppError not-found */
export async function programmeHistory(ctx: DispatchContext, actor: Actor, areaCode: string): Promise<AirtimeChange[]> {
  requireArea(actor, await programmeOf(ctx.db, areaCode))
  return airtimeChanges(ctx.db, areaCode, 100)
}
