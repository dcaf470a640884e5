import { Button, Group, Skeleton, Table, Text } from '@mantine/core'
import { useState } from 'react'
import type { ProvinceSummary } from '../../../../../http/schemas-registry.ts'
import { useProvinces } from '../../api/registry.ts'
import { useWords } from '../../i18n/context.tsx'
import { registryWords } from '../../i18n/registry.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { formatNumber } from '../../lib/format.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import css from '../PlacesPage.module.css'

/** The whole country has 34: those that are worked with come first, the others on demand. */
const shownFirst = 8

/** Provinces with what is in them, so that gaps show: communes without a station or a board. */
export function Provinces() {
  const { t, language } = useWords()
  const w = useOwn(registryWords)
  const provinces = useProvinces()
  const [all, setAll] = useState(false)
  const n = (value: number) => formatNumber(value, language)
  if (provinces.isPending) return <Skeleton height={120} />
  if (provinces.isError) return <ProblemBox error={provinces.error} onRetry={() => void provinces.refetch()} />
  if (provinces.data.length === 0) return <Text c="dimmed">{w.noAreas}</Text>
  const used = (p: ProvinceSummary) => p.stations + p.boards + p.citizens
  const rows = [...provinces.data].sort((a, b) => used(b) - used(a) || a.code.localeCompare(b.code))
  const columns = [
    ['communes', w.communes],
    ['stations', w.stations],
    ['boards', w.boards],
    ['withoutStation', w.withoutStation],
    ['withoutBoard', w.withoutBoard],
    ['citizens', w.citizens],
  ] as const
  return (
    <>
      <Table className={css.table} verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{w.province}</Table.Th>
            {columns.map(([key, label]) => (
              <Table.Th key={key}>{label}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {(all ? rows : rows.slice(0, shownFirst)).map(province => (
            <Table.Tr key={province.code}>
              <Table.Td fw={500}>{`${province.name} (${province.code})`}</Table.Td>
              {columns.map(([key, label]) => (
                <Table.Td key={key} data-label={label} className="numbers">
                  {n(province[key])}
                  {key === 'communes' && province.ended > 0 && (
                    <Text span size="sm" c="dimmed" ml={6}>
                      ({w.ended(n(province.ended))})
                    </Text>
                  )}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {!all && rows.length > shownFirst && (
        <Group justify="center" mt="md">
          <Button variant="default" onClick={() => setAll(true)}>
            {t.common.more}
          </Button>
        </Group>
      )}
    </>
  )
}
