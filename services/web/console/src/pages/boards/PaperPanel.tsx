import { Anchor, Skeleton, Text } from '@mantine/core'
import { Link } from 'react-router'
import { useBoardPostings } from '../../api/postings.ts'
import { boardsWords } from '../../i18n/boards.ts'
import { useOwn } from '../../i18n/useOwn.ts'
import { Panel } from '../../parts/Panel.tsx'
import { PostingList } from '../../parts/PostingList.tsx'
import { ProblemBox } from '../../parts/problem.tsx'

/** What a paper board has instead of a player: the notices that people post on it and take down. */
export function PaperPanel({ boardId, mayRead }: { boardId: string; mayRead: boolean }) {
  const w = useOwn(boardsWords)
  return (
    <Panel title={w.paperPostings} lead={w.paperNote}>
      {mayRead && <Notices boardId={boardId} />}
    </Panel>
  )
}

function Notices({ boardId }: { boardId: string }) {
  const w = useOwn(boardsWords)
  const postings = useBoardPostings(boardId)
  if (postings.isPending) return <Skeleton height={120} />
  if (postings.isError) return <ProblemBox error={postings.error} onRetry={() => void postings.refetch()} />
  return (
    <>
      {postings.data.items.length === 0 ? (
        <Text c="dimmed">{w.paperNone}</Text>
      ) : (
        <PostingList items={postings.data.items} withTitle />
      )}
      <Anchor component={Link} to="/postings" size="sm" mt="sm" display="block">
        {w.paperDue}
      </Anchor>
    </>
  )
}
