import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ApiError } from '../api/client.ts'
import { signIn, useInstance } from '../api/queries.ts'
import { Mark } from '../app/Mark.tsx'
import { LanguageButton } from '../app/Shell.tsx'
import { useWords } from '../i18n/context.tsx'
import { errorText } from '../parts/problem.tsx'
import css from './SignInPage.module.css'

/** Shown in place of any page while nobody is signed in; afterwards the page that was asked for appears. */
export function SignInPage() {
  const { t, language } = useWords()
  const client = useQueryClient()
  const instance = useInstance()
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const form = useForm({
    initialValues: { email: '', password: '' },
    validate: {
      email: value => (value.trim() === '' ? t.auth.needEmail : null),
      password: value => (value === '' ? t.auth.needPassword : null),
    },
  })

  const submit = form.onSubmit(async ({ email, password }) => {
    setBusy(true)
    setProblem(null)
    try {
      await signIn(email.trim(), password)
      await client.invalidateQueries({ queryKey: ['me'] })
    } catch (error) {
      setProblem(signInProblem(error))
    } finally {
      setBusy(false)
    }
  })

  function signInProblem(error: unknown): string {
    const status = error instanceof ApiError ? error.status : 0
    // The password was right, and the server says whom to ask.
    if (error instanceof ApiError && error.problem?.code === 'account.disabled') return errorText(error, t, language)
    if (status === 429) return t.auth.tooMany
    if (status === 400 || status === 401 || status === 403 || status === 422) return t.auth.wrong
    return errorText(error, t, language)
  }

  return (
    <div className={css.page}>
      <div className={css.hero}>
        <div className={css.heroInner}>
          <div className={css.brand}>
            <Mark size={52} />
            <span>{t.app.name}</span>
          </div>
          <p className={css.heroTitle}>{t.auth.heroTitle}</p>
          <p className={css.heroText}>{t.auth.heroText}</p>
        </div>
        <Waves />
      </div>
      <main className={css.formSide}>
        <div className={css.language}>
          <LanguageButton plain />
        </div>
        <form onSubmit={submit} className={css.form} noValidate>
          <Title order={1}>{t.auth.title}</Title>
          <Text c="dimmed" mt={6} mb="xl">
            {t.auth.lead}
          </Text>
          <Stack gap="md">
            {problem && (
              <Alert color="alarm" role="alert">
                {problem}
              </Alert>
            )}
            <TextInput
              label={t.auth.email}
              type="email"
              autoComplete="username"
              size="md"
              autoFocus
              {...form.getInputProps('email')}
            />
            <PasswordInput
              label={t.auth.password}
              autoComplete="current-password"
              size="md"
              visibilityToggleButtonProps={{ 'aria-label': t.common.show }}
              {...form.getInputProps('password')}
            />
            <Button type="submit" size="md" loading={busy} mt="xs" fullWidth>
              {t.auth.submit}
            </Button>
            {instance.data?.demo && (
              <Text size="sm" c="dimmed">
                {t.auth.demoHint}
              </Text>
            )}
          </Stack>
        </form>
      </main>
    </div>
  )
}

/** Sound spreading from one point: the only ornament of the console. */
function Waves() {
  return (
    <svg className={css.waves} viewBox="0 0 600 600" aria-hidden="true">
      {[60, 120, 190, 270, 360, 460, 570].map((radius, i) => (
        <circle key={radius} cx="0" cy="600" r={radius} fill="none" stroke="#e2bd68" strokeOpacity={0.34 - i * 0.04} />
      ))}
    </svg>
  )
}
