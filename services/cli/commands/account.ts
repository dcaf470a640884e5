import { type Command, InvalidArgumentError } from 'commander'
import { type Role, roles } from '../../domain/accounts.ts'
import type { Account, AccountPassword } from '../../http/schemas-registry.ts'
import { accountByEmail, withAccounts } from '../accounts-access.ts'
import { table } from '../show/table.ts'

interface Choices {
  json?: boolean
  /** Data folder of a stopped instance. */
  data?: string
}

interface AddChoices extends Choices {
  email: string
  name: string
  role: Role
  areas: string[]
}

const roleNames: Record<Role, string> = {
  officer: 'chuyên viên',
  approver: 'người phê duyệt',
  operator: 'người vận hành đài',
  admin: 'quản trị',
}

function common(command: Command): Command {
  return command
    .option(
      '--data <dir>',
      'thư mục dữ liệu của hệ thống đang dừng (khi mất mật khẩu quản trị) · data folder of a stopped instance (when no administrator can sign in)',
    )
    .option('--json', 'in JSON · print JSON')
}

/** Adds `loa account add|list|reset-password|disable|enable`. */
export function register(program: Command): void {
  const parent = program
    .command('account')
    .description('Quản lý tài khoản đăng nhập · accounts of the people who sign in (as an administrator)')
  common(parent.command('add'))
    .description('Thêm tài khoản; mật khẩu chỉ hiện một lần · make an account; its password is shown once')
    .requiredOption('--email <address>', 'địa chỉ thư điện tử, là tên đăng nhập · email address, the sign-in name')
    .requiredOption('--name <name>', 'họ tên · name')
    .requiredOption('--role <role>', `vai trò · role: ${roles.map(r => `${r} (${roleNames[r]})`).join(', ')}`, roleOf)
    .option('--areas <codes>', 'mã địa bàn, cách nhau bằng dấu phẩy · area codes, separated by commas', codesOf, [])
    .action(async ({ json = false, data, ...input }: AddChoices) => {
      tellPassword(await withAccounts(accounts => accounts.add(input), data), json)
    })
  common(parent.command('list'))
    .description('Liệt kê tài khoản · list the accounts')
    .action(async ({ json = false, data }: Choices) => {
      const accounts = await withAccounts(all => all.list(), data)
      process.stdout.write(json ? `${JSON.stringify(accounts)}\n` : `${accountTable(accounts)}\n`)
    })
  common(parent.command('reset-password <email>'))
    .description('Đặt mật khẩu mới và kết thúc mọi phiên · a new password; all sessions end')
    .action(async (email: string, { json = false, data }: Choices) => {
      tellPassword(
        await withAccounts(async all => all.resetPassword((await accountByEmail(all, email)).id), data),
        json,
      )
    })
  for (const inUse of [false, true]) {
    common(parent.command(`${inUse ? 'enable' : 'disable'} <email>`))
      .description(
        inUse ? 'Mở khóa tài khoản · let an account sign in again' : 'Khóa tài khoản · disable; its sessions end',
      )
      .action(async (email: string, { json = false, data }: Choices) => {
        const account = await withAccounts(
          async all => all.setInUse((await accountByEmail(all, email)).id, inUse),
          data,
        )
        process.stdout.write(json ? `${JSON.stringify(account)}\n` : `${accountTable([account])}\n`)
      })
  }
}

/** @throws InvalidArgumentError for a role that is none */
function roleOf(text: string): Role {
  const role = roles.find(one => one === text)
  if (role) return role
  throw new InvalidArgumentError(`one of ${roles.join(', ')}`)
}

function codesOf(text: string): string[] {
  return text
    .split(/[,;\s]+/)
    .map(code => code.trim())
    .filter(Boolean)
}

function tellPassword(made: AccountPassword, json: boolean): void {
  process.stdout.write(
    json
      ? `${JSON.stringify(made)}\n`
      : `${table(
          ['Vai trò', 'Tên đăng nhập', 'Mật khẩu (chỉ hiện một lần)'],
          [[roleNames[made.account.role], made.account.email, made.password]],
        )}\n`,
  )
}

/** Accounts for a terminal. */
export function accountTable(accounts: Account[]): string {
  return table(
    ['Tên đăng nhập', 'Họ tên', 'Vai trò', 'Địa bàn', 'Trạng thái'],
    accounts.map(a => [
      a.email,
      a.name,
      roleNames[a.role],
      a.areas.length > 6 ? `${a.areas.slice(0, 6).join(', ')} … (${a.areas.length})` : a.areas.join(', '),
      a.disabledAt ? 'đã khóa · disabled' : 'đang dùng · in use',
    ]),
  )
}
