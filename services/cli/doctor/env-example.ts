import { availableChannels } from '../../../channels/index.ts'
import { channelPrefix, envHelp } from '../../../config/env.ts'

/**
 * The text of `.env.example`: every variable with its line of help, nothing set. Generated, so that it can neither lack a
 * variable nor promise one; a test compares. Renew it with `npx loa doctor --env-example > .env.example`.
 */
export function envExample(): string {
  const intro = [
    '# Settings of Loa. Copy this file to .env and remove the "# " before what you set; nothing has to be set for a first try.',
    '# Made by `npx loa doctor --env-example`.',
  ]
  const general = envHelp().map(({ name, help }) => entry(name, help))
  const channels = availableChannels.flatMap(({ id, name, configHelp }) => {
    const entries = Object.entries(configHelp).map(([key, help]) => entry(channelPrefix(id) + key, help))
    return entries.length === 0 ? [] : [`## ${name.vi} · ${name.en}`, ...entries]
  })
  return `${[intro.join('\n'), ...general, ...channels].join('\n\n')}\n`
}

function entry(name: string, help: string): string {
  return `# ${help}\n# ${name}=`
}
