import { Button, Group, Text } from '@mantine/core'
import { useState } from 'react'
import { useSearchParams } from 'react-router'
import type { WaitingBoardShape as WaitingBoard } from '../../../../../http/schemas-pairing.ts'
import { useLookAtCode } from '../../api/boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { readCode } from '../../lib/boards.ts'
import { PageHead, Panel } from '../../parts/Panel.tsx'
import { ProblemBox } from '../../parts/problem.tsx'
import css from './boards.module.css'
import { ChooseBoard } from './ChooseBoard.tsx'
import { CodeInput } from './CodeInput.tsx'
import { PairedStep } from './PairedStep.tsx'
import { WaitingScreen } from './WaitingScreen.tsx'

/**
 * Pairing in three steps: the code on the screen, which board it is, and the board coming online by itself. The code may
 * come with the address (a scanned QR), and so may the board (from the page of a board).
 */
export function PairPage() {
  const w = useOwn(boardsWords)
  const [params, setParams] = useSearchParams()
  const [typed, setTyped] = useState(params.get('code') ?? '')
  const [found, setFound] = useState<{ code: string; screen: WaitingBoard } | null>(null)
  const [paired, setPaired] = useState<{ id: string; at: string } | null>(null)
  const look = useLookAtCode()
  const { code, ready } = readCode(typed)
  const search = () => look.mutate(code, { onSuccess: screen => setFound({ code, screen }) })
  const again = () => {
    setTyped('')
    setFound(null)
    setPaired(null)
    look.reset()
    setParams({}, { replace: true })
  }
  const step = paired ? 3 : found ? 2 : 1
  return (
    <div className={css.narrow}>
      <PageHead title={w.pairTitle} lead={w.pairLead} />
      <Text size="sm" c="dimmed" mb="sm" aria-live="polite">
        {w.step(String(step), '3')}
      </Text>
      {step === 1 && (
        <Panel title={w.codeTitle}>
          <form
            onSubmit={event => {
              event.preventDefault()
              if (ready) search()
            }}
          >
            <CodeInput typed={typed} onType={setTyped} />
            {look.isError && <ProblemBox error={look.error} />}
            <Group mt="md">
              <Button type="submit" size="md" disabled={!ready} loading={look.isPending}>
                {w.codeLook}
              </Button>
            </Group>
          </form>
        </Panel>
      )}
      {step === 2 && found && (
        <>
          <WaitingScreen screen={found.screen} code={found.code} onOther={again} />
          <ChooseBoard
            code={found.code}
            boardId={params.get('board') ?? undefined}
            onPaired={({ id, pairedAt }) => setPaired({ id, at: pairedAt ?? new Date().toISOString() })}
          />
        </>
      )}
      {paired && <PairedStep boardId={paired.id} pairedAt={paired.at} onAgain={again} />}
    </div>
  )
}
