import { Button, Group, Progress, Stack, Text } from '@mantine/core'
import { boardMediaWords } from '../../i18n/boardMedia.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { ProblemBox } from '../../parts/problem.tsx'
import type { MediaUpload, MediaUploads } from './useMediaUploads.ts'

/** One upload: how far it is, with a way to stop; or why it was refused, with a way to try again. */
export function MediaUploadLine({ upload, uploads }: { upload: MediaUpload; uploads: MediaUploads }) {
  const w = useOwn(boardMediaWords)
  const { file, progress, key } = upload
  if (upload.error !== null) {
    return (
      <div>
        <Text size="sm" fw={600} mb={4}>
          {file.name}
        </Text>
        <ProblemBox error={upload.error} />
        <Group gap="xs" mt="xs">
          <Button size="xs" variant="default" onClick={() => uploads.retry(key)}>
            {w.retry}
          </Button>
          <Button size="xs" variant="subtle" color="slate" onClick={() => uploads.drop(key)}>
            {w.dismiss}
          </Button>
        </Group>
      </div>
    )
  }
  const { phase, share } = progress
  const percent = Math.floor((share ?? 1) * 100)
  const said =
    phase === 'sending'
      ? w.sending(file.name, String(percent))
      : share === null
        ? w.working(file.name)
        : w.workingShare(file.name, String(percent))
  return (
    <Stack gap={6}>
      <Progress
        value={percent}
        size="lg"
        color={phase === 'working' ? 'leaf' : 'ink'}
        animated={share === null}
        striped={phase === 'working'}
        aria-label={said}
      />
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status">
          {said}
        </Text>
        <Button size="xs" variant="default" onClick={() => uploads.drop(key)}>
          {w.stop}
        </Button>
      </Group>
    </Stack>
  )
}
