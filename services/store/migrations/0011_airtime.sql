-- Airtime of the commune stations: programmes, slots and what they hold; the stations' devices and what they report; the
-- as-run log (nhật ký phát sóng).

-- When the stations of a commune are on air. A province's row is the programme of its communes without one of their own,
-- and its quota binds all of them. `body`: programmeSchema of services/domain/programme.ts.
create table programmes (
  area_code text primary key references areas (code),
  body jsonb not null,
  updated_by text not null,
  updated_at timestamptz not null default now()
);

-- One file of sound by what is in it (ordered voice tracks, plays, greeting, chime, lead, sign-off), so that communes with
-- the same content share it and nothing is rendered twice. `parts`: where each item is in the file.
create table slot_files (
  key text primary key,
  sha256 text not null references files (sha256),
  duration_ms int not null,
  lufs real not null,
  dbtp real not null,
  size_bytes bigint not null,
  parts jsonb not null,
  rendered_at timestamptz not null default now()
);

-- One session of one commune on one day.
create table slots (
  id bigint generated always as identity primary key,
  area_code text not null references areas (code),
  starts_at timestamptz not null,
  max_seconds int not null check (max_seconds > 0),
  -- Carries the province's own slot of the same hour instead of a programme of its own.
  relay boolean not null default false,
  -- planned: may still change; locked: close to its time, changes only by withdrawal; void: taken off, see void_reason.
  state text not null default 'planned' check (state in ('planned', 'locked', 'void')),
  void_reason text,
  file_key text references slot_files (key),
  locked_at timestamptz,
  problem text,
  unique (area_code, starts_at)
);
create index slots_time on slots (starts_at);

-- What a slot holds, in the order of airing.
create table slot_items (
  slot_id bigint not null references slots (id) on delete cascade,
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  rendition_id text not null references renditions (id),
  position int not null,
  -- How often in a row within the slot.
  plays int not null default 1 check (plays between 1 and 5),
  -- Seconds of air of one play.
  seconds real not null,
  -- A person put it here or ordered it; planning leaves it alone.
  pinned boolean not null default false,
  primary key (slot_id, dispatch_id)
);
create index slot_items_dispatch on slot_items (dispatch_id);

-- A player at a station. Each has a token of its own, so that one can be revoked without the others.
create table station_devices (
  id bigint generated always as identity primary key,
  station_id bigint not null references stations (id),
  name text not null,
  -- SHA-256 of the token; the token itself is shown once.
  token_hash text not null unique,
  created_by text not null,
  created_at timestamptz not null default now(),
  revoked_at timestamptz,
  last_seen_at timestamptz,
  -- As the device last described itself: deviceStateSchema of services/domain/station.ts.
  last_state jsonb
);
create index station_devices_station on station_devices (station_id);

-- The manifest of a station as it was last signed. `seq` only grows; it grows exactly when `body` changes.
create table station_manifests (
  station_id bigint primary key references stations (id),
  seq bigint not null,
  body_hash text not null,
  body jsonb not null,
  issued_at timestamptz not null
);

-- What devices reported, as it came; the device numbers its events, so a repeat changes nothing and a gap shows.
create table device_events (
  device_id bigint not null references station_devices (id),
  n bigint not null,
  station_id bigint not null references stations (id),
  at timestamptz not null,
  received_at timestamptz not null default now(),
  kind text not null,
  slot_id bigint,
  dispatch_id bigint,
  play int,
  body jsonb not null,
  primary key (device_id, n)
);
create index device_events_slot on device_events (slot_id) where slot_id is not null;
create index device_events_dispatch on device_events (dispatch_id, station_id) where dispatch_id is not null;

-- The as-run log: append-only, one chain per station. hash = sha256(hash before || newline || entry), hex; the first
-- entry's predecessor is 64 zeros. `entry` is canonical JSON and holds n, station, at and kind too.
create table as_run (
  station_id bigint not null references stations (id),
  n bigint not null,
  at timestamptz not null,
  kind text not null,
  entry text not null,
  hash text not null,
  primary key (station_id, n)
);
create index as_run_time on as_run (station_id, at);
create function as_run_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the as-run log is append-only';
end $$;
create trigger as_run_append_only before update or delete or truncate on as_run
  for each statement execute function as_run_is_append_only();
