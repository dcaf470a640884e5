-- Vendors of a channel, as all worker processes share them: their rate limits, their troubles and their shares.
-- In the database and not in Redis, which may be emptied at any time (docs/adr/0008).

-- One row per account at a vendor: when its next message may start. Counts message parts.
create table pace (
  account text primary key,
  next_free_at timestamptz not null
);

-- Troubles that workers had with a vendor, one row per flush that had any; rows live for minutes.
create table vendor_troubles (
  channel text not null,
  vendor text not null,
  at timestamptz not null default now(),
  troubles int not null check (troubles > 0)
);
create index vendor_troubles_recent on vendor_troubles (at);

-- Percent of the messages that each vendor gets now. `setting` is the configured list with its weights: processes with
-- different settings, as during an upgrade, do not move each other's shares.
create table vendor_shares (
  channel text not null,
  setting text not null,
  vendor text not null,
  resting int not null check (resting between 0 and 100),
  share int not null check (share between 0 and 100),
  -- When the share last left this vendor, and when it last changed by a step of its own.
  left_at timestamptz,
  moved_at timestamptz,
  used_at timestamptz not null default now(),
  primary key (channel, setting, vendor)
);

-- Every step with its reason, for people who ask why a vendor gets less.
create table vendor_steps (
  id bigint generated always as identity primary key,
  channel text not null,
  vendor text not null,
  at timestamptz not null default now(),
  from_share int not null,
  to_share int not null,
  reason text not null check (reason in ('troubles', 'quiet')),
  troubles int not null
);
create index vendor_steps_recent on vendor_steps (channel, id desc);
