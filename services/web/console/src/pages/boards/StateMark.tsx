import {
  IconAlertTriangle,
  IconClockExclamation,
  IconClockPause,
  IconHelpCircle,
  IconMoon,
  IconPin,
  type IconProps,
  IconWifi,
  IconWifiOff,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { BoardState, TileState } from '../../../../../domain/board-state.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import css from './boards.module.css'

const icons: Record<BoardState | TileState, ComponentType<IconProps>> = {
  online: IconWifi,
  late: IconClockExclamation,
  offline: IconWifiOff,
  never: IconHelpCircle,
  paper: IconPin,
  retired: IconClockPause,
  resting: IconMoon,
}

/** The sign of a state: a shape of its own, so that nothing depends on colour. */
export function StateIcon({ state, size = 18 }: { state: BoardState | TileState; size?: number }) {
  const Icon = icons[state] ?? IconAlertTriangle
  return <Icon size={size} stroke={2} aria-hidden="true" className={css.stateIcon} data-state={state} />
}

/** A state in words with its sign. */
export function StateMark({ state }: { state: BoardState }) {
  const w = useOwn(boardsWords)
  return (
    <span className={css.stateMark} data-state={state} title={w.stateMeaning[state]}>
      <StateIcon state={state} />
      {w.state[state]}
    </span>
  )
}
