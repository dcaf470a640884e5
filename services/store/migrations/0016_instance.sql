-- What a real instance needs to be filled and kept by its own people: lists of areas, stations and boards, accounts that
-- come and go, and who did what to either.

alter table import_jobs drop constraint import_jobs_kind_check;
alter table import_jobs add constraint import_jobs_kind_check
  check (kind in ('citizens', 'opt-outs', 'areas', 'stations', 'boards'));

-- How the sound reaches the loudspeakers, where a list says so. Former names stay findable when a list is imported again.
alter table stations
  add column kind text check (kind in ('ip', 'fm', 'wired')),
  add column aliases text[] not null default '{}';
alter table boards add column aliases text[] not null default '{}';

-- An account is never deleted: what it did keeps its name. Set: it can neither sign in nor go on with a session.
alter table users add column disabled_at timestamptz;

alter table account_events drop constraint account_events_kind_check;
alter table account_events add constraint account_events_kind_check check (kind in (
  'sign-in-started', 'sign-in', 'sign-in-failed', 'sign-in-refused', 'sign-out',
  'created', 'password-set', 'changed', 'disabled', 'enabled'
));
-- Who did it to the account `user_id`; absent for what a person does to their own session, and for set-up. Named, because
-- the name may change.
alter table account_events
  add column actor_id text,
  add column actor_name text,
  add column detail jsonb not null default '{}';
-- Serves the journal of administrators, newest first: sign-ins are by far the most rows.
create index account_events_managed on account_events (id desc)
  where kind in ('created', 'password-set', 'changed', 'disabled', 'enabled');

-- Who did what to the lists of areas, stations and boards; append-only.
create table registry_events (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  actor_id text not null,
  actor_name text not null,
  subject text not null check (subject in ('areas', 'stations', 'boards')),
  action text not null check (action in ('imported', 'added', 'changed', 'retired', 'restored')),
  -- The station or board; absent for an import.
  place_id bigint,
  detail jsonb not null default '{}'
);
create index registry_events_of on registry_events (subject, place_id, id);
