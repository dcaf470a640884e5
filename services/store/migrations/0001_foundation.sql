-- Foundation: places, people, announcements, the dispatch ledger, receipts, shelves.
-- Oldest supported server: PostgreSQL 15. Numbers are never reused; a migration is never edited after release.

-- One row: what this instance is. `demo` can never be unset: demo data may only ever reach the simulator.
create table instance (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid(),
  demo boolean not null,
  created_at timestamptz not null default now()
);

-- Provinces and commune-level units by official code; a unit that was merged away keeps its row with valid_to.
create table areas (
  code text primary key check (code ~ '^\d{2}(\d{3})?$'),
  kind text not null check (kind in ('province', 'commune')),
  name text not null,
  parent_code text references areas (code),
  valid_from date,
  valid_to date,
  aliases text[] not null default '{}'
);
create index areas_parent on areas (parent_code);

-- People who may be written to. Phone is E.164, email is lower case; each address belongs to one person.
create table citizens (
  id bigint generated always as identity primary key,
  full_name text not null default '',
  phone text unique check (phone ~ '^\+\d{8,15}$'),
  email text unique check (email = lower(email) and position('@' in email) > 1),
  area_code text not null references areas (code),
  language text not null default 'vi',
  tags text[] not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check (phone is not null or email is not null)
);
-- Serves the freeze: all citizens of a set of communes, in id order.
create index citizens_area on citizens (area_code, id);

-- Consent per purpose (Law 91/2025/QH15): no row, no message.
create table consents (
  citizen_id bigint not null references citizens (id) on delete cascade,
  purpose text not null,
  given_at timestamptz not null,
  withdrawn_at timestamptz,
  source text not null,
  primary key (citizen_id, purpose)
);

-- A refusal is kept by address, so that it outlives the deletion and re-import of a person.
create table opt_outs (
  channel text not null,
  address text not null,
  at timestamptz not null default now(),
  source text not null,
  primary key (channel, address)
);

create table stations (
  id bigint generated always as identity primary key,
  area_code text not null references areas (code),
  name text not null,
  operator_email text,
  feed_token text not null unique,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create index stations_area on stations (area_code);

create table boards (
  id bigint generated always as identity primary key,
  area_code text not null references areas (code),
  name text not null,
  -- Bearer of the player page's address; rotated when the board is re-paired.
  token text not null unique,
  last_seen_at timestamptz,
  last_seen jsonb,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);
create index boards_area on boards (area_code);

-- Announcements. `content` is validated by announcementContentSchema at every edge; `revision` grows with each edit.
create table announcements (
  id uuid primary key default gen_random_uuid(),
  state text not null default 'draft',
  revision int not null default 1,
  content jsonb not null,
  -- Title and document number without diacritics, for finding what is typed without them.
  search_text text not null,
  author_id text not null,
  author_name text not null,
  submitted_by text,
  submitted_at timestamptz,
  approved_by text,
  approved_by_name text,
  approved_at timestamptz,
  approved_hash text,
  cancelled_at timestamptz,
  cancel_reason text,
  return_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index announcements_recent on announcements (updated_at desc, id);

-- Who did what, append-only. Actors are named because accounts may be removed.
create table announcement_events (
  id bigint generated always as identity primary key,
  announcement_id uuid not null references announcements (id) on delete cascade,
  at timestamptz not null default now(),
  actor_id text not null,
  actor_name text not null,
  action text not null,
  revision int not null,
  detail jsonb not null default '{}'
);
create index announcement_events_of on announcement_events (announcement_id, id);

-- The answer to a request that carried an Idempotency-Key, so that a repeat gets the same answer and does nothing.
create table idempotency_keys (
  actor_id text not null,
  key text not null,
  request_hash text not null,
  status int,
  response jsonb,
  created_at timestamptz not null default now(),
  primary key (actor_id, key)
);

-- Messages to the queue, written in the same transaction as the change they announce (the relay empties it).
create table outbox (
  id bigint generated always as identity primary key,
  job text not null,
  payload jsonb not null,
  not_before timestamptz not null default now(),
  priority text not null default 'routine',
  created_at timestamptz not null default now()
);
create index outbox_due on outbox (not_before, id);

-- Files by the hash of their bytes: one audio file for all stations, readable from every machine.
create table files (
  sha256 text primary key,
  mime text not null,
  size_bytes bigint not null,
  bytes bytea not null,
  created_at timestamptz not null default now()
);
-- Audio is compressed already.
alter table files alter column bytes set storage external;

-- What a channel made of one revision. `id` is the hash of channel, content and file hashes.
create table renditions (
  id text primary key,
  channel text not null,
  content jsonb not null,
  files jsonb not null default '[]',
  warnings jsonb not null default '[]',
  created_at timestamptz not null default now()
);

-- One announcement on one channel.
create table dispatches (
  id bigint generated always as identity primary key,
  announcement_id uuid not null references announcements (id),
  revision int not null,
  channel text not null,
  method text not null,
  priority text not null,
  rendition_id text references renditions (id),
  -- Candidates found by the freeze, exclusions included. Null until frozen; never changes afterwards.
  audience bigint,
  not_before timestamptz not null default now(),
  expires_at timestamptz,
  frozen_at timestamptz,
  paused_at timestamptz,
  cancelled_at timestamptz,
  expired_at timestamptz,
  settled_at timestamptz,
  problem text,
  created_at timestamptz not null default now(),
  unique (announcement_id, revision, channel),
  check (frozen_at is null or audience is not null)
);
-- Serves the sweep: dispatches that still have work, oldest first.
create index dispatches_open on dispatches (not_before) where settled_at is null;

create sequence lease_tokens;

-- The frozen audience in pieces of about 1,000 targets, and the counters of the equation.
-- Positions are 1-based indexes into target_ids. done_to <= up_to <= size:
--   1..done_to      have an outcome in the ledger (or were moved to a follow-up chunk)
--   done_to+1..up_to   are the intent window: being sent right now, uncertain after a kill
--   up_to+1..size   are waiting, unless rest_state says what became of them
-- closed_at is set once nothing is in flight and nothing will be tried here any more.
create table chunks (
  id bigint generated always as identity primary key,
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  target_ids bigint[] not null,
  size int not null check (size = cardinality(target_ids)),
  up_to int not null default 0,
  done_to int not null default 0,
  -- Targets whose retry outcome put them into a follow-up chunk; they no longer count here.
  moved int not null default 0,
  accepted int not null default 0,
  confirmed int not null default 0,
  rejected int not null default 0,
  skipped int not null default 0,
  unknown int not null default 0,
  -- What became of the targets after up_to: 'cancelled', 'expired' or 'skipped' (excluded by the freeze).
  rest_state text check (rest_state in ('cancelled', 'expired', 'skipped')),
  rest_reason text,
  attempt int not null default 1,
  not_before timestamptz not null default now(),
  lease_token bigint,
  lease_until timestamptz,
  closed_at timestamptz,
  check (done_to >= 0 and done_to <= up_to and up_to <= size),
  check (accepted + confirmed + rejected + skipped + unknown + moved = done_to),
  check (closed_at is null or (done_to = up_to and (up_to = size or rest_state is not null)))
) with (fillfactor = 70);
create index chunks_of_dispatch on chunks (dispatch_id);
-- Serves the sweep: chunks that still have work.
create index chunks_open on chunks (not_before) where closed_at is null;

-- Append-only: what became of a target. The firmest row of a target is its state; none: see its chunk.
create table outcomes (
  dispatch_id bigint not null,
  target_id bigint not null,
  chunk_id bigint not null,
  rank smallint not null,
  state text not null,
  code text,
  ref text,
  at timestamptz not null default now()
);
create index outcomes_target on outcomes (dispatch_id, target_id);
-- Serves receipts that know only the vendor's reference.
create index outcomes_ref on outcomes (ref) where ref is not null;

-- Vendor callbacks land here first and are applied in batches. Unapplied rows are kept until their target is known.
create table receipts_inbox (
  id bigint generated always as identity primary key,
  channel text not null,
  dispatch_id bigint,
  target_id bigint,
  ref text,
  state text not null check (state in ('accepted', 'confirmed', 'rejected')),
  code text,
  at timestamptz not null,
  received_at timestamptz not null default now(),
  applied_at timestamptz,
  -- 'applied', 'no-change' (a repeat or weaker news) or 'unmatched' (given up).
  result text
);
create index receipts_inbox_open on receipts_inbox (id) where applied_at is null;

-- What stations and boards should have now, and what is known of it. Idempotent by its key.
create table shelf_items (
  id bigint generated always as identity primary key,
  kind text not null check (kind in ('stations', 'boards')),
  place_id bigint not null,
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  rendition_id text not null references renditions (id),
  put_at timestamptz not null default now(),
  withdrawn_at timestamptz,
  fetched_at timestamptz,
  shown_at timestamptz,
  aired_at timestamptz,
  aired_by text,
  note text,
  unique (kind, place_id, dispatch_id)
);
create index shelf_items_place on shelf_items (kind, place_id, put_at desc);
