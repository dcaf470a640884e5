-- When the keeper of a board was last written to about a kind of fault, so that one that comes and goes does not fill a mailbox.
create index board_alerts_told on board_alerts (board_id, kind, told_at) where told_at is not null;
