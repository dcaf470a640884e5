-- A look-up asks about a thousand people at a time; the next turn goes on behind the last of them (0: from the beginning).
alter table dispatches add column lookup_after bigint not null default 0;

-- Serves "which dispatches may vendors still have news of?": under way (dispatches_open), or over not long ago.
create index dispatches_settled on dispatches (settled_at) where settled_at is not null;

-- Also makes a month that has begun without it: an instance that was switched off for long, and whose first messages came
-- before its first sweep. Their rows stand in the default partition and move; a partition that only claimed their range
-- would be refused, and so would every month after it.
create or replace function ensure_months(ahead int) returns void language plpgsql as $$
declare
  first date := date_trunc('month', now() at time zone 'UTC');
  starts date;
  parent text;
  part text;
  lower bigint;
  upper bigint;
begin
  perform pg_advisory_xact_lock(hashtext('loa.months'));
  for i in 0..ahead loop
    starts := first + make_interval(months => i);
    lower := to_char(starts, 'YYYYMM')::bigint * 100000000;
    upper := to_char(starts + interval '1 month', 'YYYYMM')::bigint * 100000000;
    foreach parent in array array['outcomes', 'message_parts'] loop
      part := parent || '_' || to_char(starts, 'YYYYMM');
      if to_regclass(part) is null then
        execute format('create table %I (like %I including defaults including constraints)', part, parent);
        -- Nobody writes between the move and the moment when the rows have a partition of their own.
        execute format('lock table %I in access exclusive mode', parent);
        execute format('with moved as (delete from %I where dispatch_id >= %s and dispatch_id < %s returning *)
          insert into %I select * from moved', parent || '_other', lower, upper, part);
        execute format('alter table %I attach partition %I for values from (%s) to (%s)', parent, part, lower, upper);
      end if;
    end loop;
  end loop;
end $$;
