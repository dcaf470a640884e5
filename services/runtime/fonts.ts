import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const weights = {
  medium: ['500Medium', 'BeVietnamPro_500Medium.ttf'],
  bold: ['700Bold', 'BeVietnamPro_700Bold.ttf'],
} as const

/**
 * Where the shipped typeface of the boards lies on disk: one un-subset file per weight, which holds every Vietnamese
 * letter. The player sends it to browsers, and LED strips are drawn with it.
 */
export function fontFile(weight: keyof typeof weights): string {
  const require = createRequire(import.meta.url)
  return join(dirname(require.resolve('@expo-google-fonts/be-vietnam-pro/package.json')), ...weights[weight])
}
