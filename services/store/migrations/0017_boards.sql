-- Public boards: pairing, credentials that rotate, what each is and shows, proof of display, alerts.

alter table boards
  add column kind text not null default 'screen' check (kind in ('screen', 'led', 'paper')),
  -- Free word that boards are gathered by, e.g. "chợ", "nhà văn hóa"; empty: none.
  add column group_name text not null default '',
  -- boardSettingsSchema of services/domain/board.ts.
  add column settings jsonb not null default '{}',
  -- Who looks after it: is told when it is silent within its hours, and what paper is to be taken down.
  add column keeper_email text,
  add column paired_at timestamptz,
  -- The runs of the player heard of last, newest first: [{boot, at}]. Two that take turns are two players with one credential.
  add column boots jsonb not null default '[]';

-- Codes on boards that wait for an officer. Short-lived; the board asks with a secret that only it knows.
create table board_pairings (
  id bigint generated always as identity primary key,
  code text not null,
  secret_hash text not null unique,
  -- plain: the page without a script, whose credential is a cookie.
  kind text not null check (kind in ('player', 'plain')),
  -- What the board says of itself, shown to the officer before the yes.
  about jsonb not null default '{}',
  created_at timestamptz not null,
  expires_at timestamptz not null,
  board_id bigint references boards (id),
  paired_at timestamptz,
  paired_by text,
  -- The credential was fetched; a second fetch gets nothing.
  taken_at timestamptz
);
-- No two open codes are alike. Expired ones are removed before a new one is made.
create unique index board_pairings_open on board_pairings (code) where paired_at is null;
create index board_pairings_expiry on board_pairings (expires_at);

create table board_sessions (
  id bigint generated always as identity primary key,
  board_id bigint not null references boards (id),
  kind text not null check (kind in ('player', 'plain')),
  refresh_hash text not null unique,
  -- The one before it: good once more as long as nobody has used what replaced it (an answer may get lost).
  previous_hash text unique,
  -- When the present refresh token, or an access token given with it, was first used.
  proven_at timestamptz,
  created_at timestamptz not null,
  refreshed_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_why text check (revoked_why in ('re-paired', 'unpaired', 'reused', 'retired'))
);
create index board_sessions_board on board_sessions (board_id) where revoked_at is null;

-- Proof of display: how long an item stood on a board within an hour of one run of its player. See displaySchema.
create table board_displays (
  board_id bigint not null references boards (id),
  hour timestamptz not null,
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  revision int not null,
  content_hash text not null,
  boot text not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  shown_ms int not null,
  hidden_ms int not null,
  times int not null,
  complete boolean not null,
  primary key (board_id, hour, dispatch_id, revision, content_hash, boot)
);
create index board_displays_dispatch on board_displays (dispatch_id, board_id);

-- What somebody should see to at a board, from when to when; open ones once per kind.
create table board_alerts (
  id bigint generated always as identity primary key,
  board_id bigint not null references boards (id),
  kind text not null check (kind in ('never', 'offline', 'reused', 'two-players', 'problems')),
  began_at timestamptz not null,
  ended_at timestamptz,
  -- When its keeper was written to; null: not yet, or nobody to write to.
  told_at timestamptz,
  detail jsonb not null default '{}'
);
create unique index board_alerts_open on board_alerts (board_id, kind) where ended_at is null;
create index board_alerts_recent on board_alerts (began_at desc);
