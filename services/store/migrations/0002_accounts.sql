-- Accounts of officers, approvers, operators and administrators. The first four tables are those of better-auth 1.7
-- (email and password), under our own names; test/integration/http/accounts-schema.test.ts compares them with the library.

create table users (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  -- Lower case, as the library looks it up.
  email text not null unique check (email = lower(email)),
  email_verified boolean not null,
  image text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Set by an administrator only; no request can change them.
  role text not null check (role in ('officer', 'approver', 'operator', 'admin')),
  -- Array of area codes.
  areas jsonb not null default '[]' check (jsonb_typeof(areas) = 'array')
);

create table sessions (
  id uuid primary key default gen_random_uuid(),
  expires_at timestamptz not null,
  token text not null unique,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null,
  ip_address text,
  user_agent text,
  user_id uuid not null references users (id) on delete cascade
);
create index sessions_user_id_idx on sessions (user_id);

-- `password` is a salted scrypt hash.
create table user_credentials (
  id uuid primary key default gen_random_uuid(),
  account_id text not null,
  provider_id text not null,
  user_id uuid not null references users (id) on delete cascade,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  password text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null
);
create index user_credentials_user_id_idx on user_credentials (user_id);

create table user_verifications (
  id uuid primary key default gen_random_uuid(),
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index user_verifications_identifier_idx on user_verifications (identifier);

-- Who signed in or failed to, and what was done to accounts; append-only but for the outcome of a sign-in.
create table account_events (
  id bigint generated always as identity primary key,
  at timestamptz not null default now(),
  kind text not null check (kind in (
    'sign-in-started', 'sign-in', 'sign-in-failed', 'sign-in-refused', 'sign-out', 'created', 'password-set'
  )),
  -- Absent when nobody has the address that was typed. Accounts may be removed, so this is no reference.
  user_id uuid,
  -- Keyed hash of the typed address: people also type passwords into that field.
  account_key text,
  ip text
);
-- Serve the limits on failed sign-ins.
create index account_events_account on account_events (account_key, at) where account_key is not null;
create index account_events_ip on account_events (ip, at) where account_key is not null;
