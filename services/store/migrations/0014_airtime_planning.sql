-- What people decide about airtime beside the programmes of 0011, how far planning and rendering have come, the operators'
-- ticks of whole slots, and faults.

-- Who changed what, append-only. `detail`: what it was before and what it is now.
create table airtime_changes (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  area_code text not null references areas (code),
  actor_id text not null,
  actor_name text not null,
  action text not null check (action in ('programme', 'exception', 'exception-removed', 'choice', 'again')),
  detail jsonb not null default '{}'
);
create index airtime_changes_area on airtime_changes (area_code, id);

-- A day that differs from the programme, with the reason.
create table programme_exceptions (
  id bigint generated always as identity primary key,
  area_code text not null references areas (code),
  day date not null,
  -- Start of the session it concerns; null: the whole day (off), or a session that the programme does not have (extra).
  start text,
  kind text not null check (kind in ('off', 'move', 'extra', 'longer')),
  moved_to text,
  minutes int,
  reason text not null,
  made_by text not null,
  made_at timestamptz not null,
  removed_at timestamptz
);
create index programme_exceptions_day on programme_exceptions (area_code, day) where removed_at is null;

-- What an operator decided about an item in a commune. The slot is named by its start: rows that are only planned come and go.
create table slot_choices (
  area_code text not null references areas (code),
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  kind text not null check (kind in ('hold', 'slot', 'first')),
  slot_at timestamptz,
  reason text not null default '',
  made_by text not null,
  made_at timestamptz not null,
  primary key (area_code, dispatch_id)
);

-- How far planning is. Whoever plans, locks or decides for an area holds its row. An area without a row was never planned.
create table airtime_plans (
  area_code text primary key references areas (code),
  -- Somebody changed something; set in the transaction of the change.
  stale boolean not null default true,
  -- Sum over what was on the shelves when it was planned: a shelf that changed gives another one.
  shelf_mark text not null default '',
  -- First day of the days that were planned, in Viet Nam.
  planned_day date,
  planned_at timestamptz,
  -- Items without a slot: [{dispatchId, reason, note}].
  waiting jsonb not null default '[]'
);
create index airtime_plans_stale on airtime_plans (area_code) where stale;

alter table slots
  -- Lead, chime, greeting and sign-off as they will be in the file.
  add column sound jsonb not null default '{}',
  -- When what is in it last changed, and for which such moment the file was made.
  add column content_at timestamptz not null default now(),
  add column file_for timestamptz,
  -- Seconds that the file was longer than planned: planning leaves so much room.
  add column over_seconds real not null default 0,
  add column render_failures int not null default 0,
  add column render_after timestamptz,
  -- The file (or 'void') that the as-run log tells of.
  add column logged_key text,
  -- It was not on air, or a person says so: what it held is planned again.
  add column released_at timestamptz,
  add column released_by text,
  add column release_reason text;
-- Serves the loop: what is to be locked, rendered or logged.
create index slots_open on slots (starts_at) where state <> 'void';

-- Withdrawn after the slot was locked. Before that the row just leaves.
alter table slot_items add column withdrawn_at timestamptz;

-- An operator's word that a slot was on air at a station; held back like the tick of an item (0003).
create table slot_ticks (
  slot_id bigint not null references slots (id),
  station_id bigint not null references stations (id),
  aired_at timestamptz not null,
  aired_by text not null,
  ticked_at timestamptz not null,
  recorded_at timestamptz,
  primary key (slot_id, station_id)
);
create index slot_ticks_open on slot_ticks (ticked_at) where recorded_at is null;

create table station_faults (
  id bigint generated always as identity primary key,
  station_id bigint not null references stations (id),
  slot_id bigint references slots (id) on delete set null,
  kind text not null,
  text text not null,
  reported_by text not null,
  at timestamptz not null,
  resolved_at timestamptz,
  resolved_by text
);
create index station_faults_station on station_faults (station_id, id);

-- Serves the look for news on the shelves: those of the announcements that may be aired now.
create index shelf_items_dispatch on shelf_items (dispatch_id, place_id) where kind = 'stations' and withdrawn_at is null;
