import type { DispatchContext } from '../dispatch/context.ts'
import type { Links } from '../runtime/links.ts'

/** What the use cases of stations' devices are given: those of a dispatch, and the keys and addresses of the instance. */
export interface StationContext extends DispatchContext {
  links: Links
}
