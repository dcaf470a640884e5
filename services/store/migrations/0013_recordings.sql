-- Recordings that officers upload to be played instead of a spoken text. The file is the levelled track; of the original
-- its hash, name and measurements are kept, so that it can be told later what was made of what.
create table recordings (
  id uuid primary key,
  -- The first announcement that was saved with it; copies may name it too. Null while it is in no saved draft.
  announcement_id uuid references announcements (id),
  language text not null,
  title text not null default '',
  file_sha256 text not null references files (sha256),
  original_sha256 text not null,
  original_name text not null,
  original_bytes bigint not null,
  -- By the bytes, not by the name: MP3, WAV...
  original_format text not null,
  duration_seconds double precision not null,
  lufs_before double precision not null,
  peak_db_before double precision not null,
  lufs double precision not null,
  dbtp double precision not null,
  warnings jsonb not null default '[]',
  uploaded_by text not null,
  uploaded_by_name text not null,
  uploaded_at timestamptz not null
);
create index recordings_announcement on recordings (announcement_id) where announcement_id is not null;
-- Uploads that came into no draft are forgotten after a week (store/recordings.ts).
create index recordings_unused on recordings (uploaded_at) where announcement_id is null;
create index recordings_file on recordings (file_sha256);
