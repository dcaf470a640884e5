-- What the stations' devices need beside 0011: how far their reports go, and the ways in which a station is served by push.

alter table station_devices
  -- Every event up to this number is stored, or known to be missing.
  add column up_to bigint not null default 0,
  -- What was wrong with its reports (deviceFaultSchema of services/places/device-report.ts), newest last, some twenty.
  add column faults jsonb not null default '[]';

-- Serves the lists of one device, newest first.
create index device_events_recent on device_events (station_id, at desc);

-- How a station is served beside pull. `settings` is a pushSettingsSchema of services/domain/station-push.ts without its
-- secrets; those are in `sealed`, encrypted under a key derived from the instance's secret.
create table station_pushes (
  station_id bigint not null references stations (id),
  kind text not null check (kind in ('mqtt', 'icecast', 'axis')),
  settings jsonb not null,
  sealed text,
  updated_by text not null,
  updated_at timestamptz not null default now(),
  -- How it went last; null before the first try.
  tried_at timestamptz,
  problem text,
  -- MQTT: the manifest that the broker has; 0 asks for it to be published again.
  published_seq bigint not null default 0,
  primary key (station_id, kind)
);

-- What a push took upon itself to play. The row is written before the first byte leaves: whoever writes it plays, so
-- nothing is on air twice; one without an end was cut by a stop of ours.
create table push_plays (
  station_id bigint not null references stations (id),
  kind text not null,
  -- slot:<id> or emergency:<dispatch>:<play>.
  ref text not null,
  began_at timestamptz not null,
  ended_at timestamptz,
  -- played, interrupted, failed, or accepted where the device only says that it took the clip.
  outcome text,
  primary key (station_id, kind, ref)
);

-- Serves a device's news that it has a file.
create index slot_files_sha on slot_files (sha256);
