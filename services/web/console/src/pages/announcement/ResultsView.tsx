import { Tabs } from '@mantine/core'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useWords } from '../../i18n/context.tsx'
import { pushWords } from '../../i18n/pushes.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { Panel } from '../../parts/Panel.tsx'
import { AreaResults } from './AreaResults.tsx'
import { PlaybackResults } from './PlaybackResults.tsx'
import { TargetResults } from './TargetResults.tsx'

/** Results per commune, one by one, and what the stations played. */
export function ResultsView({ announcement, live }: { announcement: Announcement; live: boolean }) {
  const { t } = useWords()
  const w = useOwn(pushWords)
  const onAir = announcement.channels.includes('loudspeaker')
  return (
    <Panel>
      <Tabs defaultValue="areas" keepMounted={false} variant="pills">
        <Tabs.List mb="md">
          <Tabs.Tab value="areas">{t.results.byArea}</Tabs.Tab>
          <Tabs.Tab value="targets">{t.results.byTarget}</Tabs.Tab>
          {onAir && <Tabs.Tab value="playback">{w.playback.tab}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="areas">
          <AreaResults announcement={announcement} live={live} />
        </Tabs.Panel>
        <Tabs.Panel value="targets">
          <TargetResults announcement={announcement} />
        </Tabs.Panel>
        {onAir && (
          <Tabs.Panel value="playback">
            <PlaybackResults announcementId={announcement.id} />
          </Tabs.Panel>
        )}
      </Tabs>
    </Panel>
  )
}
