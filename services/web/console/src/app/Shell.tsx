import { Drawer, Text, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconLanguage, IconLogout, IconMenu2 } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { Link, Outlet, useLocation, useNavigationType } from 'react-router'
import { may } from '../../../../domain/accounts.ts'
import type { Me } from '../../../../http/schemas.ts'
import { signOut, useInstance, useMe } from '../api/queries.ts'
import { useSetup } from '../api/registry.ts'
import { accountsWords } from '../i18n/accounts.ts'
import { useWords } from '../i18n/context.tsx'
import { useOwn } from '../i18n/useOwn.ts'
import { OwnPassword } from '../pages/accounts/OwnPassword.tsx'
import { SignInPage } from '../pages/SignInPage.tsx'
import { Busy } from '../parts/Busy.tsx'
import { ProblemBox, tellProblem } from '../parts/problem.tsx'
import { Mark } from './Mark.tsx'
import { type NavPlace, navSections, placeOf } from './nav.ts'
import css from './Shell.module.css'

/** The frame of every page: demo ribbon, band, navigation. Without a session it shows the sign-in instead. */
export function Shell() {
  const me = useMe()
  const { t } = useWords()
  if (me.isPending) return <Busy />
  if (me.isError) {
    return (
      <main className={css.main}>
        <ProblemBox error={me.error} onRetry={() => void me.refetch()} />
      </main>
    )
  }
  if (me.data === null) {
    return (
      <>
        <Ribbon />
        <SignInPage />
      </>
    )
  }
  return (
    <>
      <button type="button" className="skip-link" onClick={() => document.getElementById('main')?.focus()}>
        {t.app.skip}
      </button>
      <div className={css.frame}>
        <Ribbon />
        <Top me={me.data} />
        <nav className={css.side} aria-label={t.nav.label}>
          <Links me={me.data} />
          <Who me={me.data} />
        </nav>
        <Main me={me.data} />
      </div>
    </>
  )
}

/** Moves the focus to the new page, so that a screen reader begins there and the keyboard does not start over. */
function Main({ me }: { me: Me }) {
  const { pathname } = useLocation()
  const how = useNavigationType()
  const ref = useRef<HTMLElement>(null)
  const last = useRef(pathname)
  const { t } = useWords()
  const place = placeOf(pathname)
  const allowed = !place || may(me.role, place.needs)
  useEffect(() => {
    if (last.current === pathname) return
    last.current = pathname
    // A replaced address is the same page (a draft that got its number): the writer must not lose the place.
    if (how === 'REPLACE') return
    ref.current?.focus({ preventScroll: true })
    window.scrollTo(0, 0)
  }, [pathname, how])
  return (
    <main id="main" className={css.main} tabIndex={-1} ref={ref}>
      {allowed ? <Outlet /> : <Text>{t.errors.forbidden}</Text>}
    </main>
  )
}

function Ribbon() {
  const instance = useInstance()
  const { t } = useWords()
  if (!instance.data?.demo) return null
  return (
    <aside className={css.ribbon} aria-label={t.app.demoShort}>
      <span>{t.app.demo}</span>
      {instance.data.simulatorUrl && (
        <a href={instance.data.simulatorUrl} target="_blank" rel="noreferrer">
          {t.app.demoLink}
          <VisuallyHidden> ({t.common.newTab})</VisuallyHidden>
        </a>
      )}
    </aside>
  )
}

function Top({ me }: { me: Me }) {
  const { t } = useWords()
  const [opened, { open, close }] = useDisclosure(false)
  const instance = useInstance()
  return (
    <header className={css.top}>
      <Link to="/" className={css.brand}>
        <Mark size={34} />
        <span className={css.brandName}>{t.app.name}</span>
        <span className={css.tagline}>{t.app.tagline}</span>
      </Link>
      {/* The ribbon scrolls away with the page; this mark stays. */}
      {instance.data?.demo && <span className={css.demo}>{t.app.demoShort}</span>}
      <span className={css.spacer} />
      <LanguageButton />
      <button type="button" className={`${css.topButton} ${css.onlyNarrow}`} onClick={open} aria-label={t.app.menu}>
        <IconMenu2 size={20} aria-hidden="true" />
      </button>
      <Drawer
        opened={opened}
        onClose={close}
        position="right"
        size={300}
        title={t.app.name}
        closeButtonProps={{ 'aria-label': t.app.closeMenu }}
      >
        <nav aria-label={t.nav.label}>
          <Links me={me} onGo={close} />
          <Who me={me} />
        </nav>
      </Drawer>
    </header>
  )
}

/** Also used on the sign-in page. */
export function LanguageButton({ plain = false }: { plain?: boolean }) {
  const { t, language, setLanguage } = useWords()
  return (
    <button
      type="button"
      className={plain ? undefined : css.topButton}
      style={plain ? plainButton : undefined}
      onClick={() => setLanguage(language === 'vi' ? 'en' : 'vi')}
      aria-label={t.app.switchLanguageLabel}
    >
      <IconLanguage size={18} aria-hidden="true" />
      <span lang={language === 'vi' ? 'en' : 'vi'}>{t.app.switchLanguage}</span>
    </button>
  )
}

const plainButton = {
  display: 'inline-flex',
  alignItems: 'center',
  gap: 8,
  padding: '7px 12px',
  border: '1px solid var(--mantine-color-default-border)',
  borderRadius: 6,
  background: 'transparent',
  color: 'var(--mantine-color-text)',
  font: 'inherit',
  cursor: 'pointer',
} as const

function Links({ me, onGo }: { me: Me; onGo?: () => void }) {
  const { t } = useWords()
  const setup = useSetup(may(me.role, 'place.manage'))
  const here = placeOf(useLocation().pathname)?.to
  const open = (place: NavPlace) => may(me.role, place.needs) && !(place.unfinished && setup.data?.complete !== false)
  return (
    <>
      {navSections
        .map(section => ({ ...section, places: section.places.filter(open) }))
        .filter(section => section.places.length > 0)
        .map(section => (
          <div key={section.heading} className={css.section}>
            <span className={css.heading}>{t.navSections[section.heading]}</span>
            {section.places.map(({ to, label, icon: Icon }) => (
              <Link
                key={to}
                to={to}
                className={css.link ?? ''}
                aria-current={to === here ? 'page' : undefined}
                {...(onGo ? { onClick: onGo } : {})}
              >
                <Icon size={20} stroke={1.7} aria-hidden="true" />
                {t.nav[label]}
              </Link>
            ))}
          </div>
        ))}
    </>
  )
}

function Who({ me }: { me: Me }) {
  const { t, language } = useWords()
  const client = useQueryClient()
  const instance = useInstance()
  const w = useOwn(accountsWords)
  const [changing, setChanging] = useState(false)
  const leave = () => signOut(client).catch((error: unknown) => tellProblem(error, t, language))
  return (
    <div className={css.who}>
      <Text fw={600} size="sm">
        {me.name}
      </Text>
      <Text size="sm" c="dimmed">
        {t.roles[me.role]}
      </Text>
      <button type="button" style={{ ...plainButton, marginTop: 12 }} onClick={() => setChanging(true)}>
        <IconKey size={18} aria-hidden="true" />
        {w.ownTitle}
      </button>
      {changing && <OwnPassword onClose={() => setChanging(false)} />}
      <button type="button" style={{ ...plainButton, marginTop: 12 }} onClick={() => void leave()}>
        <IconLogout size={18} aria-hidden="true" />
        {t.app.signOut}
      </button>
      {instance.data && (
        <Text size="xs" c="dimmed" mt="md">
          {t.app.version(instance.data.version)}
        </Text>
      )}
    </div>
  )
}
