-- Pictures, pages of PDFs and videos that officers upload for public boards. The file is what boards are given; of the
-- original its hash, name and measures are kept, so that it can be told later what was made of what.
create table board_media (
  id uuid primary key,
  -- The first announcement that was saved with it; copies may name it too. Null while it is in no saved draft.
  announcement_id uuid references announcements (id),
  -- boardMediaSchema of services/domain/board-content.ts, its caption and cues empty: those are the officer's.
  media jsonb not null,
  file_sha256 text not null references files (sha256),
  -- Of a video.
  poster_sha256 text references files (sha256),
  original_sha256 text not null,
  original_name text not null,
  original_bytes bigint not null,
  -- By the bytes, not by the name, with its measures: {format, width, height, durationSeconds, page, pages}.
  original jsonb not null,
  -- Sentences for the officer.
  done jsonb not null default '[]',
  warnings jsonb not null default '[]',
  uploaded_by text not null,
  uploaded_by_name text not null,
  uploaded_at timestamptz not null
);
create index board_media_announcement on board_media (announcement_id) where announcement_id is not null;
-- Uploads that came into no draft are forgotten after a week (store/board-media.ts).
create index board_media_unused on board_media (uploaded_at) where announcement_id is null;
create index board_media_file on board_media (file_sha256);
create index board_media_poster on board_media (poster_sha256) where poster_sha256 is not null;
