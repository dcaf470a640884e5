import { randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { noDeliveries } from '../../../services/domain/delivery.ts'
import { createLinks } from '../../../services/runtime/links.ts'
import { reachesCitizens } from '../../../services/web/console/src/lib/consent.ts'
import { isPublic, publicPagePath } from '../../../services/web/console/src/lib/publicPage.ts'

test('the public page is where the server puts it', () => {
  const links = createLinks('a secret that only this test uses', 'http://loa.test')
  const ids = Array.from({ length: 50 }, () => randomUUID() as string)
  for (const id of [...ids, 'fbfffbef-beff-4fbe-bfff-ffffffffffff']) {
    expect(`http://loa.test${publicPagePath(id)}`).toBe(links.publicPage(id))
  }
})

test('it is linked once somebody is to get the announcement, not before', () => {
  const planned = { counts: noDeliveries() }
  const frozen = { counts: { ...noDeliveries(), audience: 3 } }
  expect(isPublic({ state: 'dispatching' }, [planned])).toBe(false)
  expect(isPublic({ state: 'dispatching' }, [planned, frozen])).toBe(true)
  expect(isPublic({ state: 'cancelled' }, [frozen])).toBe(true)
  expect(isPublic({ state: 'approved' }, [frozen])).toBe(false)
})

test('consent is a matter of channels to citizens', () => {
  expect(reachesCitizens([{ audience: 'boards' }, { audience: 'stations' }])).toBe(false)
  expect(reachesCitizens([{ audience: 'boards' }, { audience: 'citizens' }])).toBe(true)
})
