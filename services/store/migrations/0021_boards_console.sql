-- The list of boards: found without diacritics, paged in the order in which it is shown.

-- The same key as foldName of services/text/fold.ts: no marks, no case, no apostrophes, one space for anything else.
create function loa_fold(words text) returns text language sql immutable strict parallel safe as $$
  select trim(regexp_replace(regexp_replace(
    lower(regexp_replace(normalize(translate(words, 'đĐðÐ', 'dddd'), NFD), '[\u0300-\u036f]', '', 'g')),
    '[''’‘ʼ`´]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))
$$;

alter table boards
  add column search_text text generated always as (loa_fold(name)) stored,
  -- When a person last changed its settings: since then it should have another manifest.
  add column settings_at timestamptz;
alter table areas add column search_text text generated always as (loa_fold(name)) stored;

create index boards_listed on boards (area_code, name, id) where retired_at is null;
