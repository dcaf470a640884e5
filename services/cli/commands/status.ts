import type { Command } from 'commander'
import type { Instance, Progress } from '../../http/schemas.ts'
import { signedInClient } from '../api-client.ts'
import { stateWords } from '../show/states.ts'
import { resultTable } from '../show/table.ts'

/** Adds `loa status ID`: the equation of every channel at this moment. */
export function register(program: Command): void {
  program
    .command('status')
    .description('Xem tiến độ phát hành của một thông báo · show how far an announcement is')
    .argument('<id>', 'mã thông báo · announcement id')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (id: string, choices: { json?: boolean }) => {
      const client = await signedInClient()
      const progress = await client.get<Progress>(`/api/announcements/${encodeURIComponent(id)}/progress`)
      if (choices.json) {
        process.stdout.write(`${JSON.stringify(progress)}\n`)
        return
      }
      const { channels } = await client.get<Instance>('/api/instance')
      const names = new Map(channels.map(c => [c.id, c.name.vi]))
      process.stdout.write(`${stateWords(progress.state)}\n`)
      if (progress.dispatches.length === 0) process.stdout.write('Chưa được phê duyệt · not approved yet\n')
      else process.stdout.write(`${resultTable(progress, names, new Map())}\n`)
    })
}
