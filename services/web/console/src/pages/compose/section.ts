import type { AnnouncementContent } from '../../../../../domain/announcement.ts'
import type { Gap } from '../../lib/content.ts'

/** What every section of the form is given. */
export interface SectionProps {
  content: AnnouncementContent
  change: (patch: Partial<AnnouncementContent>) => void
  /** What is missing, once the writer has tried to submit. */
  gaps: Gap[]
}
