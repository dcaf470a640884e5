-- An operator's tick is held back from the ledger for some minutes, because the ledger only moves forward and a
-- finger slips: ticked_at is when the tick was made (aired_at is when the item was on air), recorded_at is when the
-- tick was passed on as a receipt.
alter table shelf_items add column ticked_at timestamptz, add column recorded_at timestamptz;
-- Serves the sweep of ticks that are due to be recorded; it stays as small as the ticks of some minutes.
create index shelf_items_ticked on shelf_items (ticked_at) where ticked_at is not null and recorded_at is null;
