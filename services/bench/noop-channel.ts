import { z } from 'zod'
import { defineChannel } from '../../channels/contract.ts'

/**
 * A provider that takes everything at once: what remains is the price of the dispatch itself. It exists for benches
 * only and is in no channel list; its traits are those of SMS, so every safeguard is on.
 */
export const noop = defineChannel<Record<string, never>, { text: string }>({
  id: 'noop',
  method: 'telecom-message',
  name: { vi: 'Đo lường', en: 'Bench' },
  audience: 'citizens',
  address: 'phone',
  configSchema: z.object({}).strict() as z.ZodType<Record<string, never>>,
  configHelp: {},
  traits: { bestEvidence: 'handed-over', repeat: 'unsafe', maxBatch: 500, quietHours: false },
  render: async source => ({ content: { text: source.content.title }, files: [], warnings: [] }),
  estimate: () => ({ warnings: [] }),
  open: async () => ({
    send: async batch => batch.targets.map(target => ({ kind: 'accepted', ref: `n${batch.dispatchId}-${target.id}` })),
    health: async () => ({ ok: true, detail: { vi: 'tốt', en: 'fine' } }),
    close: async () => undefined,
  }),
})
