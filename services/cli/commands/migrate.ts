import type { Command } from 'commander'
import { readEnv } from '../../../config/env.ts'
import { AppError } from '../../domain/errors.ts'
import { prepareDatabase } from '../instance/run.ts'
import { table } from '../show/table.ts'

/** Adds `loa migrate`: brings a given database up to date and sets up a new one. */
export function register(program: Command): void {
  program
    .command('migrate')
    .description('Tạo hoặc nâng cấp cơ sở dữ liệu tại DATABASE_URL · create or upgrade the database')
    .option('--demo', 'khởi tạo bản diễn tập với tỉnh mẫu · set up a new database as a demo with its province')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (choices: { demo?: boolean; json?: boolean }) => {
      const { env } = readEnv()
      if (!env.DATABASE_URL) {
        throw new AppError('setup.configuration', {
          vi: 'Cần đặt DATABASE_URL. Khi chạy "loa start" không có biến này, cơ sở dữ liệu kèm theo tự nâng cấp.',
          en: 'DATABASE_URL is needed. Without it, "loa start" upgrades its embedded database by itself.',
        })
      }
      const result = await prepareDatabase(env.DATABASE_URL, choices.demo ?? false)
      if (choices.json) {
        process.stdout.write(`${JSON.stringify(result)}\n`)
        return
      }
      process.stdout.write(
        `Đã áp dụng · applied: ${result.migrations.join(', ') || '(không có gì mới · nothing new)'}\n`,
      )
      if (result.newAccounts.length > 0) {
        process.stdout.write(
          `${table(
            ['Vai trò', 'Tên đăng nhập', 'Mật khẩu (chỉ hiện một lần)'],
            result.newAccounts.map(a => [a.name, a.email, a.password]),
          )}\n`,
        )
      }
    })
}
