-- What one message of a dispatch is expected to cost, in đồng: for messages of which it became known only later that a vendor
-- took them, when nobody says the price any more.
alter table dispatches add column unit_cost_dong int not null default 0;
