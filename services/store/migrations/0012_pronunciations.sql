-- The pronunciation dictionary of the place, and the reading that an approver signs.

-- How a written form is said: in the whole instance (no area), a province or a commune. A removed entry keeps its row, so
-- that the removal can be undone.
create table pronunciations (
  id bigint generated always as identity primary key,
  area_code text references areas (code),
  kind text not null check (kind in ('place', 'name', 'abbreviation', 'word')),
  written text not null check (length(written) between 1 and 100),
  -- What makes two written forms the same one: lower case unless capitals matter.
  written_key text not null,
  spoken text not null check (length(spoken) between 1 and 200),
  case_sensitive boolean not null,
  note text not null,
  -- Written and spoken form without diacritics, for finding what is typed without them and for the order of the list.
  search_text text not null,
  revision int not null default 1,
  updated_at timestamptz not null,
  updated_by text not null,
  removed_at timestamptz
);
-- One present entry per form and area.
create unique index pronunciations_form on pronunciations (coalesce(area_code, ''), case_sensitive, written_key)
  where removed_at is null;
-- Serves the reading of an announcement: all present entries of its areas.
create index pronunciations_area on pronunciations (coalesce(area_code, '')) where removed_at is null;
-- Serves the list, in pages.
create index pronunciations_list on pronunciations (search_text collate "C", id) where removed_at is null;

-- Who changed what, append-only. `before` is null for a new entry, `after` for a removed one.
create table pronunciation_changes (
  id bigint generated always as identity primary key,
  pronunciation_id bigint not null references pronunciations (id),
  at timestamptz not null,
  actor_id text not null,
  actor_name text not null,
  action text not null check (action in ('create', 'update', 'remove', 'restore', 'import')),
  before jsonb,
  after jsonb
);
create index pronunciation_changes_of on pronunciation_changes (pronunciation_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on pronunciation_changes
  for each statement execute function refuse_change();

-- The script and how it is said, as submitted (services/domain/reading.ts). Null: a draft, no channel that speaks, or
-- submitted before readings were kept; then the approval covers the content alone.
alter table announcements add column reading jsonb;
