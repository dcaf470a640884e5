import { Button, CopyButton, Group, Text } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import type { Station } from '../../../../http/schemas.ts'
import { useWords } from '../i18n/context.tsx'
import { pushWords } from '../i18n/pushes.ts'
import { useOwn } from '../i18n/useOwn.ts'
import css from './PlacesPage.module.css'

/** Addresses from which a station's player pulls: its own and its commune's, each as podcast and as playlist. */
export function PlaceFeeds({ station }: { station: Station }) {
  const w = useOwn(pushWords).feeds
  const owners = [
    [w.station, station.feedUrl, station.playlistUrl],
    [w.commune, station.communeFeedUrl, station.communePlaylistUrl],
  ] as const
  return (
    <div className={css.feeds}>
      {owners.map(([owner, rss, m3u]) => (
        <Group key={owner} gap={6} wrap="nowrap">
          <Text size="sm" className={css.feedOwner ?? ''}>
            {owner}
          </Text>
          <Copy word={w.rss} address={rss} label={w.copy(w.rss, owner, station.name)} />
          <Copy word={w.m3u} address={m3u} label={w.copy(w.m3u, owner, station.name)} />
        </Group>
      ))}
    </div>
  )
}

/** What each address is for, once above the list. */
export function FeedsNote() {
  const w = useOwn(pushWords).feeds
  return (
    <Text size="sm" mb="md" component="div">
      <div>
        <b>{w.station}:</b> {w.stationUse}
      </div>
      <div>
        <b>{w.commune}:</b> {w.communeUse}
      </div>
      <div>{w.note}</div>
    </Text>
  )
}

function Copy({ word, address, label }: { word: string; address: string; label: string }) {
  const { t } = useWords()
  return (
    <CopyButton value={address}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="light"
          color={copied ? 'leaf' : 'ink'}
          leftSection={copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
          onClick={copy}
          aria-label={copied ? `${t.common.copied}: ${label}` : label}
          title={address}
        >
          {word}
        </Button>
      )}
    </CopyButton>
  )
}
