-- Imports of lists of people: how far each is, and the rows it refused. Rows are removed after a few days (people/jobs.ts):
-- a reason may quote a cell.
create table import_jobs (
  id uuid primary key,
  kind text not null check (kind in ('citizens', 'opt-outs')),
  actor_id text not null,
  dry_run boolean not null,
  phase text not null default 'reading' check (phase in ('reading', 'merging', 'done', 'failed', 'cancelled')),
  rows int not null default 0,
  rejected int not null default 0,
  bytes bigint not null default 0,
  bytes_total bigint not null default 0,
  cancel_asked boolean not null default false,
  -- What the import did, once done.
  report jsonb,
  -- {code, vi, en} of what ended it, once failed.
  problem jsonb,
  created_at timestamptz not null default now(),
  -- Moves every second while a process works on it: one that stands still has lost its process.
  seen_at timestamptz not null default now()
);

create table import_rejections (
  job_id uuid not null references import_jobs (id) on delete cascade,
  row int not null,
  vi text not null,
  en text not null,
  primary key (job_id, row)
);
