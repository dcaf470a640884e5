import {
  IconAlertOctagon,
  IconArrowsSplit,
  IconBuildingBroadcastTower,
  IconCalendarWeek,
  IconChecklist,
  IconDeviceSpeaker,
  IconDeviceTv,
  IconEar,
  IconFileText,
  IconListDetails,
  IconMapPin,
  IconPencilPlus,
  IconPinned,
  type IconProps,
  IconSpeakerphone,
  IconUserCog,
  IconUserSearch,
  IconUsersPlus,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { Permission } from '../../../../domain/accounts.ts'
import type { Dictionary } from '../i18n/dictionary.ts'

/** A page that the navigation leads to. */
export interface NavPlace {
  to: string
  label: keyof Dictionary['nav']
  icon: ComponentType<IconProps>
  needs: Permission
  /** Shown only as long as the instance lacks something. */
  unfinished?: true
}

/** The pages by what a person comes for; a heading is shown only above pages that the person may see. */
export const navSections: { heading: keyof Dictionary['navSections']; places: NavPlace[] }[] = [
  {
    heading: 'announcements',
    places: [
      { to: '/setup', label: 'setup', icon: IconChecklist, needs: 'place.manage', unfinished: true },
      { to: '/announcements', label: 'announcements', icon: IconFileText, needs: 'announcement.read' },
      { to: '/compose', label: 'compose', icon: IconPencilPlus, needs: 'announcement.write' },
      { to: '/recipients', label: 'recipients', icon: IconUserSearch, needs: 'citizen.history' },
    ],
  },
  {
    heading: 'radio',
    places: [
      { to: '/operator', label: 'operator', icon: IconSpeakerphone, needs: 'station.operate' },
      { to: '/airtime', label: 'airtime', icon: IconCalendarWeek, needs: 'airtime.read' },
      { to: '/devices', label: 'devices', icon: IconDeviceSpeaker, needs: 'device.read' },
      { to: '/as-run', label: 'asRun', icon: IconListDetails, needs: 'airtime.read' },
      { to: '/pronunciations', label: 'pronunciations', icon: IconEar, needs: 'pronunciation.read' },
    ],
  },
  {
    heading: 'boards',
    places: [
      { to: '/boards', label: 'boards', icon: IconDeviceTv, needs: 'board.read' },
      { to: '/boards/emergency', label: 'emergency', icon: IconAlertOctagon, needs: 'announcement.control' },
      { to: '/postings', label: 'postings', icon: IconPinned, needs: 'announcement.read' },
    ],
  },
  {
    heading: 'manage',
    places: [
      { to: '/places', label: 'places', icon: IconMapPin, needs: 'place.read' },
      { to: '/citizens', label: 'citizens', icon: IconUsersPlus, needs: 'citizen.import' },
      { to: '/registry', label: 'registry', icon: IconBuildingBroadcastTower, needs: 'place.manage' },
      { to: '/accounts', label: 'accounts', icon: IconUserCog, needs: 'account.manage' },
      { to: '/vendors', label: 'vendors', icon: IconArrowsSplit, needs: 'announcement.control' },
    ],
  },
]

/** The page that an address belongs to: of two that fit, the one that says more. */
export function placeOf(pathname: string): NavPlace | undefined {
  return navSections
    .flatMap(section => section.places)
    .filter(({ to }) => pathname === to || pathname.startsWith(`${to}/`))
    .sort((a, b) => b.to.length - a.to.length)[0]
}
