import type { Sentence } from '../domain/errors.ts'
import type { Sql } from '../store/db.ts'
import { tagSeparator } from './rows.ts'

/**
 * Turning staged rows into people of the register, inside one transaction and in sets.
 *
 * An address belongs to one person. Rows that share a phone number are one person; so are rows that share an email
 * unless they bring different phone numbers. A registered person is recognised by phone number first, then by email.
 *
 * Most rows of a first import name somebody whom neither the register nor another row knows: they are written as they
 * stand. Only the others, the *tangled* ones, get the key of the person they speak of and are merged.
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

export interface MergeResult {
  added: number
  updated: number
  /** Rows that spoke of a person whom another row of the file named already. */
  merged: number
  /** People whom the file says to agree, but who withdrew their consent earlier: the withdrawal stands. */
  keptWithdrawn: number
}

/**
 * Writes the staged rows into the register; rows that cannot be merged get their reason, like those refused before. One
 * import at a time: the lock makes the look-up of owners and the writing one step for everybody else who imports.
 * @param options.source recorded with each new consent: on what basis it is held
 * @param options.dryRun count what would be written and write nothing
 */
export async function mergeStaged(
  sql: Sql,
  { now, source, dryRun }: { now: Date; source: string; dryRun: boolean },
): Promise<MergeResult> {
  await sql.query(`select pg_advisory_xact_lock(hashtext('loa.import-citizens'))`)
  // A million rows fit: what spills to disk takes twice as long. Only one import runs at a time.
  await sql.query(`set local work_mem = '128MB'`)
  await sql.query('analyze import_rows (row, id, phone, email, vi)')
  await findTangled(sql)
  await findOwners(sql)
  await findPeople(sql)
  await mergeRows(sql)
  await markProblems(sql)
  const counts = await countPeople(sql)
  if (!dryRun) {
    await writePeople(sql, now)
    await writeConsents(sql, now, source)
  }
  return counts
}

/** Rows that share an address with another row or with the register. Served by the unique indexes of phone and email. */
async function findTangled(sql: Sql): Promise<void> {
  const repeated = (column: 'phone' | 'email') => `
    select id from import_rows where ${column} in (
      select ${column} from import_rows where ${column} is not null group by ${column} having count(*) > 1)
    union all
    select r.id from import_rows r join citizens c on c.${column} = r.${column}`
  await sql.query(
    `create temp table import_tangled on commit drop as
     select * from import_rows where id in (${repeated('phone')} union all ${repeated('email')})`,
  )
  await sql.query('create unique index on import_tangled (id)')
  await sql.query('analyze import_tangled')
}

/** Rows that stand alone: a new person each. */
const alone = `import_rows r where r.vi is null and not exists (select from import_tangled t where t.id = r.id)`

/**
 * Whom of the register does each row name? Somebody known by email gets a new phone number only under the same name, and
 * only when the file does not give the present number too: families share mailboxes, and one of them must not take the
 * other's place. (A row that gives the present number is tangled itself.)
 */
async function findOwners(sql: Sql): Promise<void> {
  await sql.query(
    `create temp table import_owned on commit drop as
     select r.*, coalesce(by_phone.id, by_email.id) as owner,
       case
         when by_phone.id <> by_email.id then 'two-people'
         when by_phone.id is null and r.phone <> by_email.phone
           and (r.name is null or lower(r.name) <> lower(by_email.full_name)
             or by_email.phone in (select phone from import_tangled where phone is not null)) then 'email-of-another'
       end as problem
     from import_tangled r
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
       select key, id, name, phone, email, area, language, tags, consent from good where rows_of_person = 1
       union all
       select key, min(id), ${['name', 'phone', 'email', 'area', 'language'].map(last).join(', ')},
         string_agg(tags, $1 order by row), bool_and(consent)
       from good where rows_of_person > 1 group by key
     )
     select case when key > 0 then key else id end as id, key > 0 as known, name, phone, email, area, language, consent,
       case when tags is not null then array(select distinct tag from unnest(string_to_array(tags, $1)) as tag order by tag) end as tags
     from people`,
    [tagSeparator],
  )
  await sql.query('analyze import_people')
}

/** Gives rows that could not be merged their reason; they stay tangled, so they are not taken for new people. */
async function markProblems(sql: Sql): Promise<void> {
  await sql.query(
    `update import_rows r set vi = given.vi, en = given.en
     from (
       select id, problem from import_owned where problem is not null
       union all select id, conflict from import_keyed where conflict is not null
     ) p join json_to_recordset($1) as given (problem text, vi text, en text) on given.problem = p.problem
     where r.id = p.id`,
    [JSON.stringify(Object.entries(problems).map(([problem, reason]) => ({ problem, ...reason })))],
  )
}

async function countPeople(sql: Sql): Promise<MergeResult> {
  const { rows } = await sql.query<{ alone: number; good: number; known: number; people: number; kept: number }>(
    `select (select count(*) from ${alone})::int as alone,
       (select count(*) from import_rows where vi is null)::int as good,
       (select count(*) from import_people where known)::int as known,
       (select count(*) from import_people)::int as people,
       (select count(*) from import_people p join consents c on c.citizen_id = p.id
        where p.known and p.consent and c.purpose = 'announcements' and c.withdrawn_at is not null)::int as kept`,
  )
  const n = rows[0] ?? { alone: 0, good: 0, known: 0, people: 0, kept: 0 }
  return {
    added: n.alone + n.people - n.known,
    updated: n.known,
    merged: n.good - n.alone - n.people,
    keptWithdrawn: n.kept,
  }
}

async function writePeople(sql: Sql, now: Date): Promise<void> {
  // People about whom the file says nothing new are not rewritten: importing a list again costs the register nothing.
  await sql.query(
    `update citizens c set full_name = p.name, phone = p.phone, email = p.email, area_code = p.area, tags = p.tags,
       language = p.language, updated_at = $1
     from (
       select p.id, coalesce(p.name, o.full_name) as name, coalesce(p.phone, o.phone) as phone,
         coalesce(p.email, o.email) as email, p.area, coalesce(p.tags, o.tags) as tags,
         coalesce(p.language, o.language) as language
       from import_people p join citizens o on o.id = p.id where p.known
     ) p
     where c.id = p.id
       and (c.full_name, c.phone, c.email, c.area_code, c.tags, c.language)
         is distinct from (p.name, p.phone, p.email, p.area, p.tags, p.language)`,
    [now],
  )
  const into = `insert into citizens (id, full_name, phone, email, area_code, language, tags, created_at, updated_at)
     overriding system value`
  // In the order of the file, which is that of the ids.
  await sql.query(
    `${into} select id, coalesce(name, ''), phone, email, area, coalesce(language, 'vi'),
       case when tags is null then '{}' else string_to_array(tags, $2) end, $1, $1
     from ${alone}`,
    [now, tagSeparator],
  )
  await sql.query(
    `${into} select id, coalesce(name, ''), phone, email, area, coalesce(language, 'vi'), coalesce(tags, '{}'), $1, $1
     from import_people where not known order by id`,
    [now],
  )
}

/** An import never brings a withdrawn consent back: the same old file may be imported again after the withdrawal. */
async function writeConsents(sql: Sql, now: Date, source: string): Promise<void> {
  const into = `insert into consents (citizen_id, purpose, given_at, source) select id, 'announcements', $1, $2`
  await sql.query(`${into} from ${alone} and r.consent`, [now, source])
  await sql.query(`${into} from import_people where consent on conflict do nothing`, [now, source])
  await sql.query(
    `update consents c set withdrawn_at = $1 from import_people p
     where p.known and not p.consent and c.citizen_id = p.id and c.purpose = 'announcements' and c.withdrawn_at is null`,
    [now],
  )
}
