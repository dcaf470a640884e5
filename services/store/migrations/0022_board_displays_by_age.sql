-- Old proof of display is forgotten by its hour; rows come in the order of time, so that a small index finds them.
create index board_displays_hour on board_displays using brin (hour);
-- Open alerts that somebody is still to be told of.
create index board_alerts_untold on board_alerts (id) where ended_at is null and told_at is null;
