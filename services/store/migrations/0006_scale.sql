-- The size of a province: outcomes by month, what receipts name instead of our ids, chunks by commune, rounds of a
-- dispatch. A year of outcomes (100 million rows) must not slow today's dispatch, and must be able to leave.

-- The id of a dispatch begins with the month it was made in (UTC): 202611 00000042. Whatever is kept per dispatch can be
-- partitioned by it without a second column, every look-up by dispatch touches one partition, and ids still grow.
create sequence dispatch_numbers maxvalue 99999999;
create function next_dispatch_id() returns bigint language sql volatile as $$
  select to_char(now() at time zone 'UTC', 'YYYYMM')::bigint * 100000000 + nextval('dispatch_numbers')
$$;
alter table dispatches alter column id drop identity;
alter table dispatches alter column id set default next_dispatch_id();

-- A further round goes to those whom the earlier ones did not reach; it keeps the revision and what was rendered for it.
alter table dispatches
  add column round int not null default 1,
  add column resend_states text[],
  -- Frozen targets that may have got the message before: their fate was unknown.
  add column possible_repeats int not null default 0,
  -- How often vendors were asked about the unknown ones, and when last.
  add column lookups int not null default 0,
  add column looked_up_at timestamptz,
  drop constraint dispatches_announcement_id_revision_channel_key,
  add unique (announcement_id, revision, channel, round),
  add check ((round = 1) = (resend_states is null));

alter table outcomes rename to outcomes_before;
alter index outcomes_target rename to outcomes_before_target;
drop index outcomes_ref, outcomes_reasons;

create table outcomes (
  dispatch_id bigint not null,
  target_id bigint not null,
  chunk_id bigint not null,
  at timestamptz not null default now(),
  rank smallint not null,
  state text not null,
  code text,
  -- What the vendor calls the message. Not indexed: see message_parts.
  ref text
) partition by range (dispatch_id);
-- New rows come in the order of this index, so a bulk touches its right edge only.
create index outcomes_target on outcomes (dispatch_id, target_id);
-- Serves the reasons on the progress page, the list of the unreached and a further round: only those, not everybody.
create index outcomes_unreached on outcomes (dispatch_id, target_id) where state in ('rejected', 'skipped', 'unknown');

-- Vendors whose receipts name nothing but their own reference (SMPP): one row per part, its receipt beside it. A message
-- is delivered when all its parts are.
create table message_parts (
  ref text not null,
  dispatch_id bigint not null,
  target_id bigint not null,
  part smallint not null,
  parts smallint not null,
  state text check (state in ('accepted', 'confirmed', 'rejected'))
) partition by range (dispatch_id);
create index message_parts_ref on message_parts (ref, dispatch_id desc);
create index message_parts_target on message_parts (dispatch_id, target_id);

-- Rows of no known month: what stood here before this migration. Nobody is lost because a partition was not made in time.
create table outcomes_other partition of outcomes default;
create table message_parts_other partition of message_parts default;
insert into outcomes (dispatch_id, target_id, chunk_id, at, rank, state, code, ref)
  select dispatch_id, target_id, chunk_id, at, rank, state, code, ref from outcomes_before;
drop table outcomes_before;

-- Makes the partitions of this month and of `ahead` more. Safe to call at any time, from any process.
create function ensure_months(ahead int) returns void language plpgsql as $$
declare
  first date := date_trunc('month', now() at time zone 'UTC');
  starts date;
  parent text;
begin
  perform pg_advisory_xact_lock(hashtext('loa.months'));
  for i in 0..ahead loop
    starts := first + make_interval(months => i);
    foreach parent in array array['outcomes', 'message_parts'] loop
      if to_regclass(parent || '_' || to_char(starts, 'YYYYMM')) is null then
        execute format('create table %I partition of %I for values from (%s) to (%s)',
          parent || '_' || to_char(starts, 'YYYYMM'), parent,
          to_char(starts, 'YYYYMM') || '00000000',
          to_char(starts + interval '1 month', 'YYYYMM') || '00000000');
      end if;
    end loop;
  end loop;
end $$;
select ensure_months(2);

-- A chunk holds targets of one commune: what arrived in a commune is a sum over chunks, and a person's history looks at
-- the chunks of the person's communes only. Null: from before this migration, or targets that are gone.
alter table chunks
  add column area_code text,
  -- Smallest and largest of target_ids, which ascend.
  add column first_id bigint,
  add column last_id bigint,
  -- The vendor to whom the open window is being handed, and one that could not take these targets a moment ago.
  add column vendor text,
  add column avoid text,
  -- What the vendors charge for the accepted ones.
  add column cost_dong bigint not null default 0,
  -- As a check it would read the whole list at every update of the counters; the trigger below looks when it changes.
  drop constraint chunks_check;
-- Eight bytes a target, read in one piece: compressing costs more than it saves, and an update of the counters must not
-- copy the list.
alter table chunks alter column target_ids set storage external;
create function keep_chunk_bounds() returns trigger language plpgsql as $$
begin
  -- After a time the list is forgotten, and the counters stay.
  if new.target_ids = '{}' and new.closed_at is not null then return new; end if;
  if new.size is distinct from cardinality(new.target_ids) then
    raise exception 'chunk of % targets says that it has %', cardinality(new.target_ids), new.size using errcode = 'check_violation';
  end if;
  new.first_id := new.target_ids[1];
  new.last_id := new.target_ids[new.size];
  return new;
end $$;
create trigger chunks_bounds before insert or update of target_ids on chunks
  for each row execute function keep_chunk_bounds();
update chunks set target_ids = target_ids;
-- Serves the history of a person.
create index chunks_people on chunks (area_code, first_id, last_id);
-- Serves "has this dispatch ended?", asked after every chunk.
create index chunks_open_of_dispatch on chunks (dispatch_id) where closed_at is null;

-- Communes in which a person was registered before: their history is looked up there too.
alter table citizens add column former_areas text[] not null default '{}';
create function keep_former_area() returns trigger language plpgsql as $$
begin
  new.former_areas := array_append(array_remove(array_remove(new.former_areas, old.area_code), new.area_code), old.area_code);
  return new;
end $$;
create trigger citizens_moved before update of area_code on citizens
  for each row when (old.area_code is distinct from new.area_code) execute function keep_former_area();

-- The queue gives the first chunks of every dispatch a turn before the later chunks of a large one.
alter table outbox add column turn int not null default 0;
-- Serves "does a bell for the receipts wait already?", asked with every receipt.
create index outbox_receipts on outbox (id) where job = 'receipts';

-- Applied news is forgotten after some days: what it said stands in the ledger.
create index receipts_inbox_applied on receipts_inbox (applied_at) where applied_at is not null;

-- Somebody looked up what a person was sent: whom.
alter table account_events add column citizen_id bigint;
alter table account_events drop constraint account_events_kind_check;
alter table account_events add constraint account_events_kind_check check (kind in (
  'sign-in-started', 'sign-in', 'sign-in-failed', 'sign-in-refused', 'sign-out', 'created', 'password-set', 'history-read'
));

-- Why targets were rejected, are unknown, or were skipped while sending: one row per flush and reason, with negative
-- numbers where later news took a reason back. A sum over some thousand rows stands for a million people.
create table reason_counts (
  dispatch_id bigint not null references dispatches (id) on delete cascade,
  code text not null,
  n int not null
);
create index reason_counts_of on reason_counts (dispatch_id);
insert into reason_counts (dispatch_id, code, n)
  select o.dispatch_id, o.code, count(*) from outcomes o join dispatches d on d.id = o.dispatch_id
  where o.state in ('rejected', 'skipped', 'unknown') and o.code is not null and not exists (
    select 1 from outcomes f where f.dispatch_id = o.dispatch_id and f.target_id = o.target_id and f.rank > o.rank)
  group by 1, 2;
