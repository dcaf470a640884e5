import { expect } from '@jest/globals'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { loadBoardAssets } from '../../services/web/board/assets.ts'
import { type PlacesWorld, placesWorld } from '../integration/places/world.ts'
import { officerCookie } from '../support/board.ts'
import { until } from '../support/wait.ts'

const launch = {
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
}

/** A browser like those on boards. */
export function boardBrowser(): Promise<Browser> {
  return chromium.launch(launch)
}

/** The same with a folder of its own, which it finds again after a restart. */
export function boardBrowserAt(folder: string, viewport = { width: 1280, height: 720 }): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, { ...launch, viewport })
}

/** Places with the server's own player, so that no board loads another one. */
export function boardWorld(demo = false): Promise<PlacesWorld> {
  return placesWorld({ demo, playerBuild: loadBoardAssets().build })
}

/** The player on one page, read as a passer-by sees it. */
export function boardPage(page: Page) {
  return {
    text: (id: string) => page.textContent(`#${id}`),
    /** `mode`, a class of the frame: idle, routine, priority, emergency, with-banner, strip ... */
    is: async (mode: string) => ((await page.getAttribute('#frame', 'class')) ?? '').split(' ').includes(mode),
    waitForTitle: (title: string, timeout = 20_000) =>
      page.locator('#heading').filter({ hasText: title, visible: true }).waitFor({ timeout }),
    waitForMode: (mode: string, timeout = 20_000) => page.locator(`#frame.${mode}`).waitFor({ timeout }),
    /** The code that the board asks to be paired with. */
    async code() {
      const code = page.locator('#pairing-code').filter({ hasText: /^[2-9A-Z]{6}$/ })
      await code.waitFor()
      return (await code.textContent()) ?? ''
    },
  }
}

/** An officer who types codes. */
export async function pairingOfficer(world: PlacesWorld) {
  const cookie = await officerCookie(world.server.url, 'admin@loa.example', world.passwords.admin)
  return async (boardId: string, code: string) => {
    const answer = await fetch(`${world.server.url}/api/boards/${boardId}/pair`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: cookie, 'Sec-Fetch-Site': 'same-origin' },
      body: JSON.stringify({ code }),
    })
    expect(answer.status).toBe(200)
  }
}

/** Writes the credential of a board into the browser, as if it had been paired there. */
export async function pairQuietly(page: Page, world: PlacesWorld, url: string, i = 0): Promise<void> {
  const { refreshToken, accessToken, accessExpiresAt } = await world.pair(world.boards[i]?.id ?? '')
  await keepCredential(page, url, {
    refreshToken,
    accessToken,
    endsAt: Date.parse(accessExpiresAt),
    boardId: world.boards[i]?.id ?? '',
  })
}

/** What the player keeps under a name. */
export async function kept<T>(page: Page, name: string): Promise<T> {
  return await page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('loa-board', 1)
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const reading = opening.result.transaction('kept').objectStore('kept').get(${JSON.stringify(name)})
      reading.onsuccess = () => { opening.result.close(); resolve(reading.result) }
    }
  })`)
}

export async function keepCredential(page: Page, url: string, credential: unknown): Promise<void> {
  // A page of the same origin that runs nothing of the player.
  await page.goto(`${url}/board-assets/player.css`)
  await page.evaluate(`new Promise((resolve, reject) => {
    const opening = indexedDB.open('loa-board', 1)
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore('kept')
      opening.result.createObjectStore('media', { keyPath: 'sha256' })
    }
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const writing = opening.result.transaction('kept', 'readwrite')
      writing.objectStore('kept').put(${JSON.stringify(credential)}, 'credential')
      writing.oncomplete = () => { opening.result.close(); resolve() }
    }
  })`)
}

/** Waits until the service worker has the page: from then on it starts without the server. */
export async function inControl(page: Page): Promise<void> {
  await until('the worker has the page', () => page.evaluate<boolean>('navigator.serviceWorker.controller !== null'))
}
