import type { Command } from 'commander'
import { AppError } from '../../domain/errors.ts'
import type { Announcement } from '../../http/schemas.ts'
import { contentKey, signedInClient } from '../api-client.ts'
import { stateWords } from '../show/states.ts'
import { readTextSource } from '../text-source.ts'

export interface SendChoices {
  draft?: boolean
  again?: boolean
  json?: boolean
}

/** Adds `loa send FILE.json`: writes an announcement and submits it; somebody else approves it in the console. */
export function register(program: Command): void {
  program
    .command('send')
    .description('Tạo và trình duyệt một thông báo từ tệp JSON · write and submit an announcement from a JSON file')
    .argument('<file>', 'tệp JSON, UTF-8 · JSON file in the shape of the API (POST /api/announcements)')
    .option('--draft', 'chỉ lưu bản dự thảo · save as a draft only')
    .option('--again', 'gửi lại dù tệp này đã gửi rồi · a new announcement even if this very file was sent before')
    .option('--json', 'in một tài liệu JSON · print one JSON document')
    .action(async (file: string, choices: SendChoices) => {
      const announcement = await send(file, choices)
      if (choices.json) process.stdout.write(`${JSON.stringify(announcement)}\n`)
      else process.stdout.write(summary(announcement))
    })
}

/**
 * Writes and submits the announcement of a file (`-`: standard input). The same file sent again finds the announcement
 * of the first time: one that was returned or withdrawn meanwhile is submitted again.
 * @throws AppError import.bad-encoding for a file that is not UTF-8: a guess would garble the notice; request.malformed;
 *   what the server says
 */
export async function send(file: string, choices: SendChoices): Promise<Announcement> {
  const text = await readTextSource(file, process.stdin)
  const content = parse(file, text)
  const client = await signedInClient()
  const key = choices.again ? contentKey('send', `${text}${Date.now()}`) : contentKey('send', text)
  const draft = await client.post<Announcement>('/api/announcements', { content }, key)
  const present = await client.get<Announcement>(`/api/announcements/${draft.id}`)
  if (choices.draft || present.state !== 'draft') return present
  // Without a key: it would answer with an earlier submission of this revision, which may have been returned since.
  return await client.post<Announcement>(`/api/announcements/${draft.id}/submit`, { revision: present.revision })
}

function parse(file: string, text: string): unknown {
  try {
    const value = JSON.parse(text)
    // Both the bare content and the API's own envelope are understood.
    return value !== null && typeof value === 'object' && 'content' in value ? value.content : value
  } catch (cause) {
    throw new AppError(
      'request.malformed',
      {
        vi: `Tệp ${file} không phải JSON hợp lệ: ${(cause as Error).message}`,
        en: `${file} is not valid JSON: ${(cause as Error).message}`,
      },
      { cause },
    )
  }
}

function summary(a: Announcement): string {
  const next =
    a.state === 'submitted'
      ? 'Đang chờ người khác phê duyệt · waiting for somebody else to approve it'
      : stateWords(a.state)
  return `${a.id}\n${a.title}\n${next}\n`
}
