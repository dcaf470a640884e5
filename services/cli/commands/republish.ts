import type { Command } from 'commander'
import { signedInClient } from '../api-client.ts'

/** Adds `loa republish`: every station's manifest goes to the broker again. */
export function register(program: Command): void {
  program
    .command('republish')
    .description('Gửi lại lịch phát của mọi đài tới máy chủ MQTT · publish every manifest to the broker again')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (choices: { json?: boolean }) => {
      const client = await signedInClient()
      const answer = await client.post<{ stations: number }>('/api/pushes/republish', {})
      process.stdout.write(
        choices.json ? `${JSON.stringify(answer)}\n` : `Sẽ gửi lại lịch của ${answer.stations} đài · stations\n`,
      )
    })
}
