import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '../../services/domain/approval.ts'
import { type StoredBoardContent, usualWeight } from '../../services/domain/board.ts'
import type { Outcome } from '../../services/domain/delivery.ts'
import type { Sentence } from '../../services/domain/errors.ts'
import { boardText } from '../../services/text/derive.ts'
import { qrOf } from '../../services/text/qr.ts'
import type { Batch, Rendition } from '../contract.ts'
import { defineChannel } from '../contract.ts'
import { paginate } from './fit.ts'
import { boardMedia } from './media/take.ts'
import { mediaWarnings } from './media/warnings.ts'

/**
 * What every board of an announcement shows; see boardContentSchema of services/domain/board.ts. The player draws exactly
 * this and reports `contentHash`, the SHA-256 (hex) of all the other fields, back. `demo`: the player shows a ribbon.
 */
export type BoardContent = StoredBoardContent

/** Passers-by do not wait longer than this for a notice to come round again. */
const comfortablePages = 4

/**
 * Our reference of one board in one dispatch; the receipt of the heartbeat carries the same.
 */
export function boardRef(dispatchId: string, boardId: string): string {
  return `board-${dispatchId}-${boardId}`
}

/** Public boards: fills the boards' shelves; the players fetch, show and report (services/places, services/web/board). */
export const board = defineChannel<Record<string, never>, BoardContent>({
  id: 'board',
  method: 'public-board',
  name: { vi: 'Bảng tin công cộng', en: 'Public boards' },
  audience: 'boards',
  configSchema: z.object({}) as z.ZodType<Record<string, never>>,
  configHelp: {},
  traits: {
    bestEvidence: 'posted',
    confirmedBy: ['displayed', 'posted'],
    repeat: 'overwrites',
    maxBatch: 1000,
    quietHours: false,
  },

  media: boardMedia(),

  async render(source): Promise<Rendition<BoardContent>> {
    const { content } = source
    const showing = content.variants.board ?? {}
    const derived = boardText(content)
    const body = {
      title: content.title.normalize('NFC').replace(/\s+/g, ' ').trim(),
      pages: paginate(
        content.title.normalize('NFC').replace(/\s+/g, ' ').trim(),
        derived.text.normalize('NFC'),
        content.priority === 'emergency',
      ),
      issuer: content.issuer.normalize('NFC'),
      documentNumber: content.documentNumber.normalize('NFC'),
      priority: content.priority,
      pinned: showing.pinned ?? false,
      weight: showing.weight ?? usualWeight[content.priority],
      takeover: showing.takeover ?? 'full',
      media: showing.media ?? [],
      qr: source.publicUrl === undefined ? null : qrOf(source.publicUrl),
      demo: source.demo,
    }
    const contentHash = createHash('sha256').update(canonicalJson(body)).digest('hex')
    const warnings = [...derived.warnings, ...mediaWarnings(body.media)]
    return { content: { ...body, contentHash }, files: [], warnings }
  },

  estimate(rendition) {
    const pages = rendition.content.pages.length
    const warnings: Sentence[] = []
    if (pages > comfortablePages) {
      warnings.push({
        vi: `Nội dung bảng tin chia thành ${pages} trang, người xem phải chờ lâu. Nên rút gọn còn khoảng 300 ký tự.`,
        en: `The board text takes ${pages} pages, so people wait long for all of it. About 300 characters read best.`,
      })
    }
    return { warnings }
  },

  async open(_config, deps) {
    return {
      async send(batch: Batch<BoardContent>, signal): Promise<Outcome[]> {
        if (signal.aborted) return batch.targets.map(() => ({ kind: 'retry', code: 'aborted' }))
        try {
          await deps.shelf.put(
            'boards',
            batch.targets.map(t => t.id),
            { dispatchId: batch.dispatchId, renditionId: batch.renditionId },
          )
        } catch (error) {
          deps.log.warn({ dispatchId: batch.dispatchId, error }, 'boards: the shelf could not be filled')
          // Putting is one statement: it failed as a whole, and repeating it is harmless.
          return batch.targets.map(() => ({ kind: 'retry', code: 'shelf-failed' }))
        }
        return batch.targets.map(t => ({ kind: 'accepted', ref: boardRef(batch.dispatchId, t.id) }))
      },
      async health() {
        return { ok: true, detail: { vi: 'Bảng tin tự tải nội dung từ hệ thống này.', en: 'Boards fetch from here.' } }
      },
      async close() {},
    }
  },
})
