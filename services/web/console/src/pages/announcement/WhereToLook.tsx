import { Anchor, VisuallyHidden } from '@mantine/core'
import { IconDeviceMobileMessage, IconDeviceTv, IconRss, IconWorld } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { may } from '../../../../../domain/accounts.ts'
import type { Announcement, Station } from '../../../../../http/schemas.ts'
import { noFilter, useBoardPages } from '../../api/boards.ts'
import { call } from '../../api/client.ts'
import { useAreas, useInstance, useMe } from '../../api/queries.ts'
import { useWords } from '../../i18n/context.tsx'
import { publicPagePath } from '../../lib/publicPage.ts'
import { Panel } from '../../parts/Panel.tsx'
import css from './Announcement.module.css'

/**
 * One place of each kind where the result can be seen with one's own eyes.
 * @param props.published the public page can be read
 */
export function WhereToLook({ announcement, published }: { announcement: Announcement; published: boolean }) {
  const { t } = useWords()
  const me = useMe()
  const instance = useInstance()
  const areas = useAreas()
  const mayPlaces = me.data ? may(me.data.role, 'place.read') : false
  const hasBoards = announcement.channels.includes('board')
  const hasStations = announcement.channels.includes('loudspeaker')
  const chosen = new Set(announcement.content.audience.areas)
  const [first = ''] = announcement.content.audience.areas
  const boards = useBoardPages({ ...noFilter, area: first }, mayPlaces && hasBoards && first !== '')
  const stations = useQuery({
    queryKey: ['stations'],
    enabled: mayPlaces && hasStations,
    queryFn: ({ signal }) => call<Station[]>('/api/stations', { signal }),
  })
  const reached = (code: string) => {
    const parent = areas.data?.find(area => area.code === code)?.parentCode
    return chosen.has(code) || (parent !== null && parent !== undefined && chosen.has(parent))
  }
  const board = hasBoards ? boards.data?.pages.flatMap(page => page.items).find(one => one.kind !== 'paper') : undefined
  const station = hasStations ? stations.data?.find(one => reached(one.areaCode)) : undefined
  const simulator = instance.data?.simulatorUrl
  if (!board && !station && !simulator && !published) return null
  return (
    <Panel title={t.announcement.whereTitle}>
      <ul className={css.where}>
        {published && (
          <Outside href={publicPagePath(announcement.id)} icon={<IconWorld size={20} aria-hidden="true" />}>
            {t.announcement.wherePublic}
          </Outside>
        )}
        {simulator && (
          <Outside href={simulator} icon={<IconDeviceMobileMessage size={20} aria-hidden="true" />}>
            {t.announcement.wherePhones}
          </Outside>
        )}
        {board && (
          <li>
            <IconDeviceTv size={20} aria-hidden="true" />
            <Anchor component={Link} to={`/boards/${board.id}`}>
              {t.announcement.whereBoard(board.name)}
            </Anchor>
          </li>
        )}
        {station && (
          <Outside href={station.feedUrl} icon={<IconRss size={20} aria-hidden="true" />}>
            {t.announcement.whereFeed(station.name)}
          </Outside>
        )}
      </ul>
    </Panel>
  )
}

function Outside({ href, icon, children }: { href: string; icon: React.ReactNode; children: React.ReactNode }) {
  const { t } = useWords()
  return (
    <li>
      {icon}
      <Anchor href={href} target="_blank" rel="noreferrer">
        {children}
        <VisuallyHidden> ({t.common.newTab})</VisuallyHidden>
      </Anchor>
    </li>
  )
}
