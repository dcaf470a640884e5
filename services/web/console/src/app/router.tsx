import { createBrowserRouter, Navigate } from 'react-router'
import { may } from '../../../../domain/accounts.ts'
import { useMe } from '../api/queries.ts'
import { useSetup } from '../api/registry.ts'
import { Busy } from '../parts/Busy.tsx'
import { RouteProblem } from './RouteProblem.tsx'
import { Shell } from './Shell.tsx'

/** An operator has one page; whoever sets up a new instance begins with what it lacks, everybody else with the list. */
function FirstPage() {
  const me = useMe()
  const keeper = me.data ? may(me.data.role, 'place.manage') : false
  const setup = useSetup(keeper)
  if (keeper && setup.isPending) return <Busy />
  if (keeper && setup.data?.complete === false) return <Navigate replace to="/setup" />
  return <Navigate replace to={me.data?.role === 'operator' ? '/operator' : '/announcements'} />
}

/** Every page is a chunk of its own. The paths are what the server must answer with `index.html`. */
export const router = createBrowserRouter([
  {
    path: '/',
    Component: Shell,
    ErrorBoundary: RouteProblem,
    HydrateFallback: Busy,
    children: [
      {
        ErrorBoundary: RouteProblem,
        children: [
          { index: true, Component: FirstPage },
          {
            path: 'announcements',
            lazy: async () => ({ Component: (await import('../pages/ListPage.tsx')).ListPage }),
          },
          {
            path: 'announcements/:id',
            lazy: async () => ({
              Component: (await import('../pages/announcement/AnnouncementPage.tsx')).AnnouncementPage,
            }),
          },
          {
            path: 'compose/:id?',
            lazy: async () => ({ Component: (await import('../pages/compose/ComposePage.tsx')).ComposePage }),
          },
          {
            path: 'operator',
            lazy: async () => ({ Component: (await import('../pages/operator/OperatorPage.tsx')).OperatorPage }),
          },
          {
            path: 'operator/:id/script',
            lazy: async () => ({ Component: (await import('../pages/ScriptPage.tsx')).ScriptPage }),
          },
          {
            path: 'operator/slots/:id/script',
            lazy: async () => ({ Component: (await import('../pages/operator/SlotScriptPage.tsx')).SlotScriptPage }),
          },
          {
            path: 'airtime',
            lazy: async () => ({ Component: (await import('../pages/airtime/WeekPage.tsx')).WeekPage }),
          },
          {
            path: 'airtime/programme',
            lazy: async () => ({ Component: (await import('../pages/airtime/ProgrammePage.tsx')).ProgrammePage }),
          },
          {
            path: 'devices',
            lazy: async () => ({ Component: (await import('../pages/devices/DevicesPage.tsx')).DevicesPage }),
          },
          {
            path: 'as-run',
            lazy: async () => ({ Component: (await import('../pages/asrun/AsRunPage.tsx')).AsRunPage }),
          },
          {
            path: 'boards',
            lazy: async () => ({ Component: (await import('../pages/boards/BoardsPage.tsx')).BoardsPage }),
          },
          {
            path: 'boards/pair',
            lazy: async () => ({ Component: (await import('../pages/boards/PairPage.tsx')).PairPage }),
          },
          {
            path: 'boards/emergency',
            lazy: async () => ({ Component: (await import('../pages/boards/EmergencyPage.tsx')).EmergencyPage }),
          },
          {
            path: 'boards/:id',
            lazy: async () => ({ Component: (await import('../pages/boards/BoardPage.tsx')).BoardPage }),
          },
          {
            path: 'postings',
            lazy: async () => ({ Component: (await import('../pages/PostingsPage.tsx')).PostingsPage }),
          },
          { path: 'places', lazy: async () => ({ Component: (await import('../pages/PlacesPage.tsx')).PlacesPage }) },
          {
            path: 'citizens',
            lazy: async () => ({ Component: (await import('../pages/CitizensPage.tsx')).CitizensPage }),
          },
          {
            path: 'pronunciations',
            lazy: async () => ({ Component: (await import('../pages/PronunciationsPage.tsx')).PronunciationsPage }),
          },
          {
            path: 'recipients',
            lazy: async () => ({ Component: (await import('../pages/RecipientsPage.tsx')).RecipientsPage }),
          },
          {
            path: 'vendors',
            lazy: async () => ({ Component: (await import('../pages/VendorsPage.tsx')).VendorsPage }),
          },
          {
            path: 'registry',
            lazy: async () => ({ Component: (await import('../pages/RegistryPage.tsx')).RegistryPage }),
          },
          {
            path: 'accounts',
            lazy: async () => ({ Component: (await import('../pages/AccountsPage.tsx')).AccountsPage }),
          },
          { path: 'setup', lazy: async () => ({ Component: (await import('../pages/SetupPage.tsx')).SetupPage }) },
          { path: '*', lazy: async () => ({ Component: (await import('../pages/NotFoundPage.tsx')).NotFoundPage }) },
        ],
      },
    ],
  },
])
