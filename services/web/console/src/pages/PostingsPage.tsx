import { Skeleton, Text } from '@mantine/core'
import { useDuePostings } from '../api/postings.ts'
import { postingWords } from '../i18n/postings.ts'
import { useOwn } from '../i18n/useOwn.ts'
import { PageHead, Panel } from '../parts/Panel.tsx'
import { PostingList } from '../parts/PostingList.tsx'
import { ProblemBox } from '../parts/problem.tsx'

/** What is to be taken down from paper boards, over all announcements, that with the latest end first. */
export function PostingsPage() {
  const w = useOwn(postingWords)
  const due = useDuePostings()
  return (
    <>
      <PageHead title={w.dueTitle} lead={w.dueLead} />
      {due.isPending && <Skeleton height={200} radius={8} />}
      {due.isError && <ProblemBox error={due.error} onRetry={() => void due.refetch()} />}
      {due.data && (
        <Panel>
          {due.data.items.length === 0 ? (
            <Text c="dimmed">{w.dueNone}</Text>
          ) : (
            <>
              <PostingList items={due.data.items} withTitle />
              {due.data.more > 0 && <Text c="dimmed">{w.dueMore(String(due.data.more))}</Text>}
            </>
          )}
        </Panel>
      )}
    </>
  )
}
