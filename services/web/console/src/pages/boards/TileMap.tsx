import { Text, Title, Tooltip, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useMemo, useState } from 'react'
import { tileStates } from '../../../../../domain/board-state.ts'
import type { BoardTile } from '../../../../../http/schemas-boards.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useWords } from '../../i18n/context.tsx'
import { useOwn } from '../../i18n/useOwn.ts'
import { tilesByProvince, tileWords } from '../../lib/boards.ts'
import { formatNumber } from '../../lib/format.ts'
import css from './boards.module.css'
import { StateIcon } from './StateMark.tsx'

/**
 * One tile per commune with boards, by province: colour, pattern and sign of the board that needs most attention. A real map
 * would show the empty mountains large and the towns small. One tooltip for all, since a country has 3,300 communes.
 */
export function TileMap({ tiles, onArea }: { tiles: BoardTile[]; onArea: (code: string) => void }) {
  const { language } = useWords()
  const w = useOwn(boardsWords)
  const n = (value: number) => formatNumber(value, language)
  const [pointed, setPointed] = useState<{ element: HTMLElement; label: string } | null>(null)
  const provinces = useMemo(() => tilesByProvince(tiles), [tiles])
  const worst = new Set(tiles.map(tile => tile.worst))
  const leave = () => setPointed(null)
  return (
    <div>
      <Text size="sm" c="dimmed" mb="sm">
        {w.tileHelp}
      </Text>
      <ul className={css.legend}>
        {tileStates
          .filter(state => worst.has(state))
          .map(state => (
            <li key={state}>
              <span className={css.swatch} data-state={state}>
                <StateIcon state={state} size={14} />
              </span>
              {state === 'resting' ? w.resting : w.state[state]}
            </li>
          ))}
      </ul>
      {provinces.map(province => (
        <section key={province.code}>
          <Title order={2} size="h3" className={css.provinceName ?? ''}>
            {province.name}
          </Title>
          <ul className={css.tiles}>
            {province.tiles.map(tile => {
              const label = w.tileLabel(tile.areaName, n(tile.boards), tileWords(tile, w, n))
              const point = (event: { currentTarget: HTMLElement }) =>
                setPointed({ element: event.currentTarget, label })
              return (
                <li key={tile.areaCode}>
                  <UnstyledButton
                    className={css.tile ?? ''}
                    data-state={tile.worst}
                    onClick={() => onArea(tile.areaCode)}
                    onMouseEnter={point}
                    onMouseLeave={leave}
                    onFocus={point}
                    onBlur={leave}
                  >
                    <span className={css.tileName}>{tile.areaName}</span>
                    <span className={css.tileFoot}>
                      <StateIcon state={tile.worst} size={16} />
                      <b className="numbers">{n(tile.boards)}</b>
                      <VisuallyHidden>{w.tileStates(tileWords(tile, w, n))}</VisuallyHidden>
                    </span>
                  </UnstyledButton>
                </li>
              )
            })}
          </ul>
        </section>
      ))}
      {pointed && <Tooltip opened target={pointed.element} label={pointed.label} aria-hidden="true" />}
    </div>
  )
}
