import { type BoardManifest, boardManifestSchema, type ManifestItem } from '../../../services/domain/board.ts'

/** A complete item as the server sends it; `more` says what matters to the test. */
export function boardItem(more: Partial<ManifestItem> = {}): ManifestItem {
  return {
    dispatchId: '1',
    revision: 1,
    contentHash: 'a'.repeat(64),
    title: 'Lịch tiếp nhận hồ sơ',
    pages: [{ heading: 'Lịch tiếp nhận hồ sơ', running: false, text: 'Các buổi sáng trong tuần.' }],
    issuer: 'Ủy ban nhân dân tỉnh',
    documentNumber: '15/TB-UBND',
    priority: 'routine',
    pinned: false,
    weight: 1,
    takeover: 'full',
    media: [],
    qr: null,
    startsAt: '2026-11-25T00:00:00.000Z',
    expiresAt: '2026-12-25T00:00:00.000Z',
    files: [],
    led: null,
    ...more,
  }
}

/** A manifest that the wire schema accepts. */
export function boardManifest(more: Partial<BoardManifest> = {}): BoardManifest {
  return boardManifestSchema.parse({
    version: 'v1',
    board: { id: '5', name: 'Bảng tin Nhà văn hóa', commune: 'Phường Đông Hà', kind: 'screen' },
    settings: {},
    items: [],
    emergency: [],
    nextPollSeconds: 60,
    demo: false,
    ...more,
  })
}
