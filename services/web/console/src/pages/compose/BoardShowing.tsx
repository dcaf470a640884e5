import { Group, SegmentedControl, Select, Stack, Switch, Text } from '@mantine/core'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { type BoardVariant, withBoard } from '../../lib/boardShowing.ts'
import type { SectionProps } from './section.ts'

/** How boards show the announcement: pinned, how often, and, in an emergency, on how much of the screen. */
export function BoardShowing({ content, change }: Omit<SectionProps, 'gaps'>) {
  const w = useOwn(boardMediaWords)
  const { pinned = false, weight, takeover = 'full' } = content.variants.board ?? {}
  const set = (patch: { [K in keyof BoardVariant]?: BoardVariant[K] | undefined }) =>
    change({ variants: withBoard(content.variants, patch) })
  return (
    <Stack gap="sm">
      <Text fw={600}>{w.showing}</Text>
      <Switch label={w.pinned} checked={pinned} onChange={event => set({ pinned: event.currentTarget.checked })} />
      <Select
        label={w.weight}
        data={[
          { value: '', label: w.weightUsual },
          ...w.weights.map((label, i) => ({ value: String(i + 1), label: `${i + 1}. ${label}` })),
        ]}
        value={weight === undefined ? '' : String(weight)}
        onChange={value => set({ weight: value ? Number(value) : undefined })}
        allowDeselect={false}
        maw={340}
      />
      {content.priority === 'emergency' && (
        <div>
          <Group gap="sm">
            <Text size="sm" fw={500}>
              {w.takeover}
            </Text>
            <SegmentedControl
              size="xs"
              aria-label={w.takeover}
              value={takeover}
              onChange={value => set({ takeover: value === 'banner' ? 'banner' : 'full' })}
              data={[
                { value: 'full', label: w.takeoverFull },
                { value: 'banner', label: w.takeoverBanner },
              ]}
            />
          </Group>
          <Text size="xs" c="dimmed" mt={6}>
            {w.takeoverHint}
          </Text>
        </div>
      )}
    </Stack>
  )
}
