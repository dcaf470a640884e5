-- What an LED strip of some size shows of a rendition: drawn once, for all boards of that size and all processes.
create table board_led_pages (
  rendition_id text not null references renditions (id) on delete cascade,
  width int not null,
  height int not null,
  -- ledVersion of channels/board/led: another drawing has other rows.
  version int not null,
  -- In order: [{sha256, bytes, dwellMs}]; the bytes are in files.
  pages jsonb not null,
  made_at timestamptz not null default now(),
  primary key (rendition_id, width, height, version)
);
