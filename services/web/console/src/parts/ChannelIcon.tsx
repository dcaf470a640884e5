import {
  IconAntenna,
  IconDeviceMobileMessage,
  IconDeviceTv,
  IconMail,
  type IconProps,
  IconSpeakerphone,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'

const icons: Record<string, ComponentType<IconProps>> = {
  sms: IconDeviceMobileMessage,
  email: IconMail,
  loudspeaker: IconSpeakerphone,
  board: IconDeviceTv,
}

/** A picture for the channels that have one; any other channel gets an antenna. Decorative: the name stands beside it. */
export function ChannelIcon({ channel, size = 18 }: { channel: string; size?: number }) {
  const Icon = icons[channel] ?? IconAntenna
  return <Icon size={size} stroke={1.7} aria-hidden="true" />
}
