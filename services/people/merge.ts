import type { Sentence } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'
import type { PersonRow } from './rows.ts'
import { tagSeparator } from './rows.ts'

/**
 * Turning rows of a file into people of the register, inside one transaction and in sets: a temporary table takes the
 * rows, each row gets the key of the person it speaks of, rows with one key become one person, people are written.
 *
 * An address belongs to one person. Rows that share a phone number are one person; so are rows that share an email
 * unless they bring different phone numbers. A registered person is recognised by phone number first, then by email.
 */
const problems = {
  'two-people': {
    vi: 'Số điện thoại và email thuộc hai người khác nhau đã có trong danh sách.',
    en: 'The phone number and the email belong to two different people in the register.',
  },
  'email-of-another': {
    vi: 'Email này đã đăng ký cho một người có số điện thoại khác. Nếu người đó đổi số, hãy ghi đúng họ tên đã đăng ký và chỉ ghi số mới.',
    en: 'This email is registered for somebody with another phone number. If that person has changed it, give the registered name and the new number only.',
  },
  'phone-twice': {
    vi: 'Số điện thoại này đã thuộc một người khác ở dòng khác trong tệp.',
    en: 'Another row of the file gives this phone number to somebody else.',
  },
  'email-twice': {
    vi: 'Email này đã thuộc một người khác ở dòng khác trong tệp.',
    en: 'Another row of the file gives this email to somebody else.',
  },
} as const satisfies Record<string, Sentence>

/** Opens the temporary table; it goes with the transaction. */
export async function openStaging(sql: Sql): Promise<void> {
  await sql.query(
    `create temp table import_rows
       (row int not null, name text, phone text, email text, area text not null, tags text, consent boolean)
     on commit drop`,
  )
}

export async function stageRows(sql: Sql, people: PersonRow[]): Promise<void> {
  await sql.query(
    `insert into import_rows select * from json_to_recordset($1) as given
       (row int, name text, phone text, email text, area text, tags text, consent boolean)`,
    [JSON.stringify(people)],
  )
}

export interface MergeResult {
  added: number
  updated: number
  /** Rows that spoke of a person whom another row of the file named already. */
  merged: number
  /** People whom the file says to agree, but who withdrew their consent earlier: the withdrawal stands. */
  keptWithdrawn: number
  rejectedCount: number
  /** The first `keep` of them by row number. */
  rejected: { row: number; reason: Sentence }[]
}

/**
 * Writes the staged rows into the register. One import at a time: the lock makes the look-up of owners and the writing
 * one step for everybody else who imports.
 * @param source recorded with each new consent: on what basis it is held
 * @param keep how many rejected rows to name
 */
export async function mergeStaged(
  sql: Sql,
  { now, source, keep }: { now: Date; source: string; keep: number },
): Promise<MergeResult> {
  await sql.query(`select pg_advisory_xact_lock(hashtext('loa.import-citizens'))`)
  await sql.query(`set local work_mem = '64MB'`)
  await sql.query('analyze import_rows')
  await findOwners(sql)
  await findPeople(sql)
  await mergeRows(sql)
  const rejections = await readRejections(sql, keep)
  const written = await writePeople(sql, now)
  const keptWithdrawn = await writeConsents(sql, now, source)
  const { rows } = await sql.query<{ n: number }>('select count(*)::int as n from import_rows')
  const merged = (rows[0]?.n ?? 0) - rejections.rejectedCount - written.added - written.updated
  return { ...rejections, ...written, keptWithdrawn, merged }
}

/**
 * Whom of the register does each row name? Served by the unique indexes of phone and email. Somebody known by email gets a
 * new phone number only under the same name, and only when the file does not give the present number too: families share
 * mailboxes, and one of them must not take the other's place.
 */
async function findOwners(sql: Sql): Promise<void> {
  await sql.query(
    `create temp table import_owned on commit drop as
     select r.*, coalesce(by_phone.id, by_email.id) as owner,
       case
         when by_phone.id <> by_email.id then 'two-people'
         when by_phone.id is null and r.phone <> by_email.phone
           and (r.name is null or lower(r.name) <> lower(by_email.full_name)
             or by_email.phone in (select phone from import_rows where phone is not null)) then 'email-of-another'
       end as problem
     from import_rows r
       left join citizens by_phone on by_phone.phone = r.phone
       left join citizens by_email on by_email.email = r.email`,
  )
}

/**
 * The key of the person a row speaks of: the id of a registered person, or minus the number of the first row of a new one.
 * Where rows disagree about an address, the registered person keeps it, then the earlier row.
 */
async function findPeople(sql: Sql): Promise<void> {
  await sql.query(
    `create temp table import_keyed on commit drop as
     with by_phone as (
       select *, case
           when owner is not null then owner
           when phone is not null then coalesce(max(owner) over same_phone, -min(row) over same_phone)
         end as first_key
       from import_owned where problem is null
       window same_phone as (partition by phone)
     ), keyed as (
       select *, coalesce(first_key, max(first_key) over same_email, -min(row) over same_email) as key
       from by_phone
       window same_email as (partition by email)
     )
     select *, case
         when phone is not null and key <> max(key) over (partition by phone) then 'phone-twice'
         when email is not null and key <> max(key) over (partition by email) then 'email-twice'
       end as conflict
     from keyed`,
  )
  await sql.query('analyze import_keyed')
}

/** Rows of one person become one: later rows win, empty cells take nothing away, tags add up, a "no" outweighs a "yes". */
async function mergeRows(sql: Sql): Promise<void> {
  const last = (column: string) => `(array_agg(${column} order by row desc) filter (where ${column} is not null))[1]`
  await sql.query(
    `create temp table import_people on commit drop as
     with good as (
       select *, count(*) over (partition by key) as rows_of_person from import_keyed where conflict is null
     ), people as (
       select key, row, name, phone, email, area, tags, consent from good where rows_of_person = 1
       union all
       select key, min(row), ${last('name')}, ${last('phone')}, ${last('email')}, ${last('area')},
         string_agg(tags, $1 order by row), bool_and(consent)
       from good where rows_of_person > 1 group by key
     )
     select case when key > 0 then key else nextval(pg_get_serial_sequence('citizens', 'id')) end as id,
       key > 0 as known, row, name, phone, email, area, consent,
       case when tags is not null then array(select distinct tag from unnest(string_to_array(tags, $1)) as tag order by tag) end as tags
     from (select * from people order by row) as in_order_of_the_file`,
    [tagSeparator],
  )
  await sql.query('analyze import_people')
}

async function readRejections(sql: Sql, keep: number): Promise<Pick<MergeResult, 'rejected' | 'rejectedCount'>> {
  const rejected = `select row, problem from import_owned where problem is not null
    union all select row, conflict from import_keyed where conflict is not null`
  const { rows: first } = await sql.query<{ row: number; problem: keyof typeof problems }>(
    `${rejected} order by row limit $1`,
    [keep],
  )
  const { rows: total } = await sql.query<{ n: number }>(`select count(*)::int as n from (${rejected}) as all_rejected`)
  return {
    rejected: first.map(({ row, problem }) => ({ row, reason: problems[problem] })),
    rejectedCount: total[0]?.n ?? 0,
  }
}

async function writePeople(sql: Sql, now: Date): Promise<{ added: number; updated: number }> {
  const { rows } = await sql.query<{ n: number }>('select count(*)::int as n from import_people where known')
  // People about whom the file says nothing new are not rewritten: importing a list again costs the register nothing.
  await sql.query(
    `update citizens c set full_name = p.name, phone = p.phone, email = p.email, area_code = p.area, tags = p.tags,
       updated_at = $1
     from (
       select p.id, coalesce(p.name, o.full_name) as name, coalesce(p.phone, o.phone) as phone,
         coalesce(p.email, o.email) as email, p.area, coalesce(p.tags, o.tags) as tags
       from import_people p join citizens o on o.id = p.id where p.known
     ) p
     where c.id = p.id
       and (c.full_name, c.phone, c.email, c.area_code, c.tags) is distinct from (p.name, p.phone, p.email, p.area, p.tags)`,
    [now],
  )
  const added = await sql.query(
    `insert into citizens (id, full_name, phone, email, area_code, tags, created_at, updated_at)
     overriding system value
     select id, coalesce(name, ''), phone, email, area, coalesce(tags, '{}'), $1, $1
     from import_people where not known order by row`,
    [now],
  )
  return { added: added.rowCount ?? 0, updated: rows[0]?.n ?? 0 }
}

/** An import never brings a withdrawn consent back: the same old file may be imported again after the withdrawal. */
async function writeConsents(sql: Sql, now: Date, source: string): Promise<number> {
  await sql.query(
    `insert into consents (citizen_id, purpose, given_at, source)
     select id, 'announcements', $1, $2 from import_people where consent
     on conflict do nothing`,
    [now, source],
  )
  await sql.query(
    `update consents c set withdrawn_at = $1 from import_people p
     where p.known and not p.consent and c.citizen_id = p.id and c.purpose = 'announcements' and c.withdrawn_at is null`,
    [now],
  )
  const { rows } = await sql.query<{ n: number }>(
    `select count(*)::int as n from import_people p join consents c on c.citizen_id = p.id
     where p.known and p.consent and c.purpose = 'announcements' and c.withdrawn_at is not null`,
  )
  return rows[0]?.n ?? 0
}
