-- Paper boards: what was posted where by whom, with photos, until it was taken down.

-- One notice on one paper board. Made when somebody first says something of it (or is reminded of it).
create table postings (
  id bigint generated always as identity primary key,
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  board_id bigint not null references boards (id),
  revision int not null,
  created_at timestamptz not null,
  posted_at timestamptz,
  -- The name as it was typed: whoever holds the slip need not have an account.
  posted_by text,
  -- The photo that counts; earlier ones stay in posting_photos.
  photo text references files (sha256),
  removed_at timestamptz,
  removed_by text,
  removed_photo text references files (sha256),
  note text not null default '',
  unique (dispatch_id, board_id)
);
create index postings_board on postings (board_id);
-- Serves the reminders and the list of what is to be taken down.
create index postings_up on postings (dispatch_id) where posted_at is not null and removed_at is null;

-- Every photo that came for a posting, oldest first; nothing is removed when one is replaced.
create table posting_photos (
  id bigint generated always as identity primary key,
  posting_id bigint not null references postings (id) on delete cascade,
  kind text not null check (kind in ('posted', 'removed')),
  sha256 text not null references files (sha256),
  by_name text not null,
  at timestamptz not null
);
create index posting_photos_of on posting_photos (posting_id, id);
create index posting_photos_file on posting_photos (sha256);

-- Mails to keepers. A row is written before its mail leaves, so that two workers cannot send the same one.
create table posting_reminders (
  posting_id bigint not null references postings (id) on delete cascade,
  kind text not null check (kind in ('soon', 'overdue', 'withdrawn')),
  at timestamptz not null,
  -- 'sending', then 'accepted', 'unknown' or 'rejected: <code>'. One that certainly did not leave is removed again.
  result text not null,
  primary key (posting_id, kind)
);
