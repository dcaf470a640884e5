import type { Setup } from '../../../../http/schemas-registry.ts'

/** One step of the checklist, in the order in which they build on each other. */
export interface SetupStep {
  id: 'areas' | 'accounts' | 'stations' | 'boards' | 'pairing' | 'citizens' | 'first'
  done: boolean
  /** Without it nothing can be announced. */
  needed: boolean
  /** Where it is done. */
  to: string
}

/** The steps with what is behind. Of the places to send to one kind is enough, so none of them is needed by itself. */
export function setupSteps(state: Setup): SetupStep[] {
  const noPlaces = state.stations + state.boards + state.citizens === 0
  return [
    { id: 'areas', done: state.communes > 0, needed: true, to: '/registry' },
    { id: 'accounts', done: state.officers > 0 && state.approvers > 0, needed: true, to: '/accounts' },
    { id: 'stations', done: state.stations > 0, needed: noPlaces, to: '/registry?tab=stations' },
    { id: 'boards', done: state.boards > 0, needed: false, to: '/registry?tab=boards' },
    // Nothing to pair where there are no screens.
    ...(state.screens > 0 ? [pairingStep(state)] : []),
    { id: 'citizens', done: state.citizens > 0, needed: false, to: '/citizens' },
    { id: 'first', done: state.approved > 0, needed: false, to: '/announcements' },
  ]
}

function pairingStep(state: Setup): SetupStep {
  return { id: 'pairing', done: state.paired > 0, needed: false, to: '/boards/pair' }
}
