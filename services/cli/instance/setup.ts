import { demoProvince } from '../../../config/demo/areas-44.ts'
import { createAccount, listAccounts } from '../../accounts/accounts.ts'
import type { Role } from '../../domain/accounts.ts'
import type { Db } from '../../store/db.ts'
import { loadDemoProvince } from '../demo/province.ts'

/** An account that was made just now; its password is shown once and kept nowhere. */
export interface NewAccountNote {
  role: Role
  name: string
  email: string
  password: string
}

/** The people of a demo instance. Their names are their duties: nobody real is meant. */
const demoAccounts: { email: string; name: string; role: Role; areas: string[] }[] = [
  { email: 'chuyenvien@loa.example', name: 'Chuyên viên (diễn tập)', role: 'officer', areas: [demoProvince.code] },
  { email: 'lanhdao@loa.example', name: 'Lãnh đạo phê duyệt (diễn tập)', role: 'approver', areas: [demoProvince.code] },
  { email: 'truyenthanh@loa.example', name: 'Người vận hành đài (diễn tập)', role: 'operator', areas: ['19333'] },
]

/** A real instance begins with one administrator, who makes the other accounts. */
const firstAdmin = { email: 'admin@loa.example', name: 'Quản trị', role: 'admin' as const, areas: [] }

/**
 * Makes the instance what it is to be, once: a demo with its province and people, or an empty one with its first
 * administrator. Calling it again changes nothing.
 * @returns accounts made now, with their passwords, to be printed once
 */
export async function setUpInstance(db: Db, demo: boolean, now: () => Date): Promise<NewAccountNote[]> {
  const { rows } = await db.query('select demo from instance')
  if (rows[0] === undefined && !demo)
    await db.query('insert into instance (demo) values (false) on conflict do nothing')
  if (demo) await loadDemoProvince(db, { now })
  const known = new Set((await listAccounts(db)).map(a => a.email))
  const wanted = demo ? demoAccounts : known.size === 0 ? [firstAdmin] : []
  const made: NewAccountNote[] = []
  for (const account of wanted) {
    if (known.has(account.email)) continue
    const { password } = await createAccount(db, account)
    made.push({ role: account.role, name: account.name, email: account.email, password })
  }
  return made
}
