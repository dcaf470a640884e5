import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import '@fontsource/be-vietnam-pro/400.css'
import '@fontsource/be-vietnam-pro/500.css'
import '@fontsource/be-vietnam-pro/600.css'
import '@fontsource/be-vietnam-pro/700.css'
import './app/global.css'
import { ApiError } from './api/client.ts'
import { router } from './app/router.tsx'
import { cssVariables, theme } from './app/theme.ts'
import { WordsProvider } from './i18n/context.tsx'

/** A session that has ended shows the sign-in in place; the address stays, so work goes on where it stopped. */
function onError(error: Error): void {
  if (error instanceof ApiError && error.status === 401) client.setQueryData(['me'], null)
}

const client: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError }),
  mutationCache: new MutationCache({ onError }),
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // Refusals do not change by asking again; a lost connection may.
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
    },
  },
})

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
        <WordsProvider>
          <QueryClientProvider client={client}>
            <Notifications position="top-right" autoClose={6_000} limit={3} className="notes" />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </WordsProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
