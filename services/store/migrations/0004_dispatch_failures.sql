-- Planning and rendering that fail are tried again later and later: how often they failed in a row, and until when the
-- sweep leaves them alone. The sentence for the officer stands in `problem`.
alter table dispatches add column failures int not null default 0, add column try_after timestamptz;

-- Serves the reasons on the progress page, which would otherwise read everybody who was accepted as well.
create index outcomes_reasons on outcomes (dispatch_id) where state in ('rejected', 'skipped', 'unknown');
