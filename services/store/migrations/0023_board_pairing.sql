-- Pairing: who asked, which session was handed out, and wrong codes, which count across all processes.

alter table board_pairings
  -- Where it was asked from (of IPv6 the /64): nobody may fill the table, and the officer sees it. Goes with the row, within a day.
  add column address text not null default '',
  -- The session that was handed out for it.
  add column session_id bigint references board_sessions (id);
create index board_pairings_board on board_pairings (board_id) where board_id is not null;

-- Codes that officers typed and no board showed. Kept for an hour; see services/places/code-guesses.ts.
create table board_code_guesses (
  id bigint generated always as identity primary key,
  actor_id text not null,
  at timestamptz not null
);
create index board_code_guesses_at on board_code_guesses (at);

alter table registry_events
  drop constraint registry_events_action_check,
  add constraint registry_events_action_check
    check (action in ('imported', 'added', 'changed', 'retired', 'restored', 'paired', 'unpaired'));
