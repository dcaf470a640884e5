import { Tabs } from '@mantine/core'
import type { Announcement } from '../../../../../http/schemas.ts'
import { useWords } from '../../i18n/context.tsx'
import { Panel } from '../../parts/Panel.tsx'
import { AreaResults } from './AreaResults.tsx'
import { TargetResults } from './TargetResults.tsx'

/** Results per commune and one by one. */
export function ResultsView({ announcement, live }: { announcement: Announcement; live: boolean }) {
  const { t } = useWords()
  return (
    <Panel>
      <Tabs defaultValue="areas" keepMounted={false} variant="pills">
        <Tabs.List mb="md">
          <Tabs.Tab value="areas">{t.results.byArea}</Tabs.Tab>
          <Tabs.Tab value="targets">{t.results.byTarget}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="areas">
          <AreaResults announcement={announcement} live={live} />
        </Tabs.Panel>
        <Tabs.Panel value="targets">
          <TargetResults announcement={announcement} />
        </Tabs.Panel>
      </Tabs>
    </Panel>
  )
}
