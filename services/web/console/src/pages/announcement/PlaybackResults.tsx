import { Button, Skeleton, Text, TextInput } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useState } from 'react'
import type { StationPlaybackShape } from '../../../../../http/schemas-devices.ts'
import { usePlayback } from '../../api/pushes.ts'
import { useWords } from '../../i18n/context.tsx'
import { pushWords } from '../../i18n/pushes.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { matches } from '../../lib/fold.ts'
import { formatNear, formatNumber } from '../../lib/format.ts'
import { countStandings, playbackStandings, splitByWithdrawal, standingOfPlayback } from '../../lib/playback.ts'
import { useNow } from '../../lib/useNow.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './Announcement.module.css'

const pageSize = 100

/** Per station what its devices played, what its operator ticked, and what nobody knows. */
export function PlaybackResults({ announcementId }: { announcementId: string }) {
  const { t, language } = useWords()
  const w = useOwn(pushWords).playback
  const playback = usePlayback(announcementId)
  const now = useNow()
  const [search, setSearch] = useState('')
  const [limit, setLimit] = useState(pageSize)
  if (playback.isPending) return <Skeleton height={240} />
  if (playback.isError) return <ProblemBox error={playback.error} onRetry={() => void playback.refetch()} />
  const all = playback.data
  if (all.length === 0) return <Text c="dimmed">{w.none}</Text>
  const counts = countStandings(all)
  const shown = all.filter(one => matches(`${one.stationName} ${one.areaName}`, search))
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {w.lead}
      </Text>
      <ul className={css.playbackCounts}>
        {playbackStandings
          .filter(standing => counts[standing] > 0)
          .map(standing => (
            <li key={standing}>
              <Dot standing={standing} />
              <b>{formatNumber(counts[standing], language)}</b> {w.counts[standing]}
            </li>
          ))}
      </ul>
      {all.length > 5 && (
        <TextInput
          aria-label={w.search}
          placeholder={w.search}
          leftSection={<IconSearch size={18} />}
          maw={460}
          mb="sm"
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
      )}
      {shown.length === 0 && <Text c="dimmed">{w.noMatch}</Text>}
      <ul className={css.playback}>
        {shown.slice(0, limit).map(station => (
          <StationPlayback key={station.stationId} station={station} now={now} />
        ))}
      </ul>
      {shown.length > limit && (
        <Button variant="default" onClick={() => setLimit(limit + pageSize)}>
          {t.common.more}
        </Button>
      )}
    </>
  )
}

const colours = {
  ticked: 'confirmed',
  played: 'accepted',
  cut: 'sending',
  missed: 'rejected',
  unknown: 'unknown',
} as const

function Dot({ standing }: { standing: keyof typeof colours }) {
  return (
    <span className={css.playbackDot} style={{ background: `var(--state-${colours[standing]})` }} aria-hidden="true" />
  )
}

function StationPlayback({ station, now }: { station: StationPlaybackShape; now: Date }) {
  const { say } = useWords()
  const w = useOwn(pushWords).playback
  return (
    <li>
      <Dot standing={standingOfPlayback(station)} />
      <div>
        <Text fw={600}>
          {station.stationName}
          <Text span c="dimmed" fw={400}>
            {` · ${station.areaName}`}
          </Text>
        </Text>
        <Text size="sm">{say(station.summary)}</Text>
        <dl>
          <dt>{w.device}</dt>
          <dd>{deviceWords(w, station, now)}</dd>
          <dt>{w.operator}</dt>
          <dd>
            {station.airedAt === null
              ? w.notTicked
              : w.tickedAt(station.airedBy ?? '–', formatNear(station.airedAt, now))}
          </dd>
          {station.withdrawnAt !== null && (
            <>
              <dt>{w.withdrawal}</dt>
              <dd>{w.withdrawnAt(formatNear(station.withdrawnAt, now))}</dd>
            </>
          )}
        </dl>
      </div>
    </li>
  )
}

/** What the devices reported, in the order of its weight; without a report, that there is none and whether the file was fetched. */
function deviceWords(w: (typeof pushWords)['vi']['playback'], station: StationPlaybackShape, now: Date): string {
  const { plays, lastPlayedAt, interruptedAt, missed, fetchedAt } = station
  const split = splitByWithdrawal(station)
  const words = [
    plays > 0 && w.played(String(plays)),
    plays > 0 && lastPlayedAt !== null && w.lastAt(formatNear(lastPlayedAt, now)),
    split !== null && split.before > 0 && w.beforeWithdrawal(String(split.before)),
    split !== null && split.after > 0 && w.afterWithdrawal(String(split.after)),
    interruptedAt !== null && w.cutAt(formatNear(interruptedAt, now)),
    missed > 0 && w.missed(String(missed)),
    plays === 0 && interruptedAt === null && missed === 0 && w.noReport,
    fetchedAt !== null && w.fetchedAt(formatNear(fetchedAt, now)),
  ]
  return words.filter(word => typeof word === 'string').join(' · ')
}
