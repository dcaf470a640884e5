import { Anchor, Stack, Tabs, Title } from '@mantine/core'
import { Link, useSearchParams } from 'react-router'
import { registryWords } from '../i18n/registry.ts'
import { useOwn } from '../i18n/useOwn.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import css from './PlacesPage.module.css'
import { ListUpload } from './registry/ListUpload.tsx'
import { Places } from './registry/Places.tsx'
import { Provinces } from './registry/Provinces.tsx'

const tabs = ['areas', 'stations', 'boards'] as const
type Tab = (typeof tabs)[number]

/** Where an administrator keeps the areas, stations and boards of this instance: by lists, and one by one. */
export function RegistryPage() {
  const w = useOwn(registryWords)
  const [params, setParams] = useSearchParams()
  const tab: Tab = tabs.find(one => one === params.get('tab')) ?? 'areas'
  return (
    <>
      <PageHead
        title={w.title}
        lead={w.lead}
        actions={
          tab !== 'areas' && (
            <Anchor component={Link} to={tab === 'boards' ? '/places?tab=boards' : '/places'}>
              {w.addresses}
            </Anchor>
          )
        }
      />
      <Stack gap="xl">
        <Panel>
          <Tabs value={tab} onChange={value => setParams(value ? { tab: value } : {}, { replace: true })}>
            <Tabs.List mb="md" className={css.tabs ?? ''}>
              {tabs.map(one => (
                <Tabs.Tab key={one} value={one}>
                  {w[one]}
                </Tabs.Tab>
              ))}
            </Tabs.List>
          </Tabs>
          {tab === 'areas' ? <Provinces /> : <Places key={tab} list={tab} />}
        </Panel>
        <section>
          <Title order={2} mb="md">
            {w.upload[tab]}
          </Title>
          <ListUpload key={tab} kind={tab} />
        </section>
      </Stack>
    </>
  )
}
