import { SetupError } from './terminal.mjs'

/** Vite and Mantine's tools need this; 20.19 is the oldest release they support. */
const LEAST = [20, 19]

/** @param {string} [version] e.g. '20.19.0' @throws {SetupError} when Node is too old */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return
  throw new SetupError({
    vi: `Loa cần Node.js ${LEAST.join('.')} trở lên, máy này đang dùng ${version}. Ông/Bà vui lòng cài bản mới tại https://nodejs.org`,
    en: `Loa needs Node.js ${LEAST.join('.')} or newer; this is ${version}. Install a newer one from https://nodejs.org`,
  })
}
