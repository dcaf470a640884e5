import { Button, Text } from '@mantine/core'
import type { WaitingBoardShape as WaitingBoard } from '../../../../../http/schemas-pairing.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNear } from '../../lib/format.ts'
import { useNow } from '../../lib/useNow.ts'
import { Facts } from '../../parts/Facts.tsx'
import { Panel } from '../../parts/Panel.tsx'
import css from './boards.module.css'

interface WaitingScreenProps {
  screen: WaitingBoard
  code: string
  onOther: () => void
}

/** What the screen says of itself, so that the officer can tell whether it is the one on this wall. */
export function WaitingScreen({ screen, code, onOther }: WaitingScreenProps) {
  const w = useOwn(boardsWords)
  const now = useNow()
  return (
    <Panel
      mb="md"
      title={w.aboutTitle}
      lead={w.aboutCheck}
      aside={
        <Button variant="subtle" size="compact-sm" onClick={onOther}>
          {w.otherCode}
        </Button>
      }
    >
      <Text className={css.codeShown ?? ''} aria-label={code.split('').join(' ')}>
        {code}
      </Text>
      <Facts
        rows={[
          [
            w.about.kind,
            screen.kind === 'plain' ? `${w.sessionKind.plain} – ${w.onlineOnly.toLowerCase()}` : w.sessionKind.player,
          ],
          [w.about.screen, screen.screen.replace('x', ' × ')],
          [w.about.browser, browserName(screen.browser)],
          [w.about.address, screen.address],
          [w.about.since, formatNear(screen.since, now)],
          [w.about.until, formatNear(screen.expiresAt, now)],
        ]}
      />
    </Panel>
  )
}

/** `Chrome 99 · Linux` out of a user agent; the whole line when it says neither. */
function browserName(agent: string): string {
  const system = /Web0S|webOS|Tizen|Android|Windows|Linux|Macintosh|iPhone|iPad/.exec(agent)?.[0]
  const browser = /(Edg|SamsungBrowser|Firefox|Chrome|Version)\/(\d+)/.exec(agent)
  const names: Record<string, string> = { Edg: 'Edge', Version: 'Safari', Web0S: 'webOS' }
  const parts = [
    browser && `${names[browser[1] ?? ''] ?? browser[1]} ${browser[2]}`,
    system && (names[system] ?? system),
  ].filter(Boolean)
  return parts.length > 0 ? parts.join(' · ') : agent
}
