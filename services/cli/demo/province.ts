import { randomBytes } from 'node:crypto'
import { demoAreasValidFrom, demoCommunes, demoProvince } from '../../../config/demo/areas-44.ts'
import { demoCitizens } from '../../../config/demo/citizens.ts'
import { demoBoards, demoStations } from '../../../config/demo/places.ts'
import { demoProgrammes } from '../../../config/demo/programmes.ts'
import { AppError } from '../../domain/errors.ts'
import { programmeSchema } from '../../domain/programme.ts'
import type { Db, Sql } from '../../store/db.ts'
import { transaction } from '../../store/db.ts'

export interface DemoProvince {
  communes: number
  citizens: number
  stations: number
  boards: number
}

/**
 * Fills an empty database with the demo province: areas, citizens with consents and refusals, stations, boards, and
 * the mark that makes the instance a demo for good. One transaction; loading again adds only what is missing and
 * never takes back what people changed since (a refusal that was undone stays undone).
 * @returns how many of each the instance has now
 * @throws AppError setup.demo-provider when this is a real instance: invented people never mix with real ones
 */
export function loadDemoProvince(db: Db, { now }: { now: () => Date }): Promise<DemoProvince> {
  return transaction(db, async sql => {
    await markAsDemo(sql)
    await loadAreas(sql)
    await loadCitizens(sql, now())
    await loadPlaces(sql)
    await loadProgrammes(sql, now())
    const { rows } = await sql.query<DemoProvince>(
      `select (select count(*) from areas where kind = 'commune')::int as communes,
              (select count(*) from citizens)::int as citizens,
              (select count(*) from stations where retired_at is null)::int as stations,
              (select count(*) from boards where retired_at is null)::int as boards`,
    )
    return rows[0] ?? { communes: 0, citizens: 0, stations: 0, boards: 0 }
  })
}

async function markAsDemo(sql: Sql): Promise<void> {
  await sql.query('insert into instance (demo) values (true) on conflict do nothing')
  const { rows } = await sql.query<{ demo: boolean }>('select demo from instance')
  if (rows[0]?.demo) return
  throw new AppError('setup.demo-provider', {
    vi: 'Cơ sở dữ liệu này đang được dùng thật nên không nạp dữ liệu trình diễn vào. Ông/Bà vui lòng chọn thư mục dữ liệu hoặc cơ sở dữ liệu khác, còn trống.',
    en: 'This database belongs to a real instance, so demo data are not loaded into it. Choose another, empty data folder or database.',
  })
}

async function loadAreas(sql: Sql): Promise<void> {
  const upsert = `insert into areas (code, kind, name, parent_code, valid_from)
    select code, $2, name, $3, $4 from json_to_recordset($1) as row (code text, name text)
    on conflict (code) do update set kind = excluded.kind, name = excluded.name,
      parent_code = excluded.parent_code, valid_from = excluded.valid_from`
  await sql.query(upsert, [JSON.stringify([demoProvince]), 'province', null, demoAreasValidFrom])
  await sql.query(upsert, [JSON.stringify(demoCommunes), 'commune', demoProvince.code, demoAreasValidFrom])
}

/** Consents and refusals come with the person only, so that a second load does not restore what somebody changed. */
async function loadCitizens(sql: Sql, now: Date): Promise<void> {
  await sql.query(
    `with given as (
       select * from json_to_recordset($1) as row
         ("fullName" text, phone text, email text, "areaCode" text, tags json, consent boolean, refuses json)
     ), added as (
       insert into citizens (full_name, phone, email, area_code, tags, created_at, updated_at)
       select "fullName", phone, email, "areaCode", array(select json_array_elements_text(tags)), $2, $2 from given
       on conflict do nothing
       returning id, phone, email
     ), agreed as (
       insert into consents (citizen_id, purpose, given_at, source)
       select added.id, 'announcements', $2, 'demo'
       from added join given on coalesce(given.phone, given.email) = coalesce(added.phone, added.email)
       where given.consent
     )
     insert into opt_outs (channel, address, at, source)
     select channel, case channel when 'sms' then added.phone else added.email end, $2, 'demo'
     from added join given on coalesce(given.phone, given.email) = coalesce(added.phone, added.email)
       cross join json_array_elements_text(given.refuses) as channel
     on conflict do nothing`,
    [JSON.stringify(demoCitizens()), now],
  )
}

/** Tokens open the feeds to whoever holds them, so they are drawn anew for every instance. */
async function loadPlaces(sql: Sql): Promise<void> {
  const withToken = <T>(places: T[]) => places.map(p => ({ ...p, token: randomBytes(18).toString('base64url') }))
  await sql.query(
    `insert into stations (area_code, name, operator_email, feed_token)
     select "areaCode", name, "operatorEmail", token
     from json_to_recordset($1) as given ("areaCode" text, name text, "operatorEmail" text, token text)
     where not exists (select from stations where area_code = given."areaCode" and name = given.name)`,
    [JSON.stringify(withToken(demoStations()))],
  )
  await sql.query(
    `insert into boards (area_code, name)
     select "areaCode", name from json_to_recordset($1) as given ("areaCode" text, name text)
     where not exists (select from boards where area_code = given."areaCode" and name = given.name)`,
    [JSON.stringify(demoBoards())],
  )
}

/** Programmes that somebody changed since stay as they are. */
async function loadProgrammes(sql: Sql, now: Date): Promise<void> {
  const rows = demoProgrammes.map(({ areaCode, body }) => ({ areaCode, body: programmeSchema.parse(body) }))
  await sql.query(
    `insert into programmes (area_code, body, updated_by, updated_at)
     select "areaCode", body, 'Loa', $2 from json_to_recordset($1) as given ("areaCode" text, body jsonb)
     on conflict (area_code) do nothing`,
    [JSON.stringify(rows), now],
  )
}
