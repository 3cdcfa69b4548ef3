-- A small shop application's database, as people build them: keys, comments, enums, arrays, documents, views.
-- Run through psql, since Trino cannot make most of this. May be run any number of times.
set client_min_messages = warning;

create schema if not exists app;
create schema if not exists reporting;
create schema if not exists raw;

do $$ begin
  create type app.order_state as enum ('cart', 'placed', 'paid', 'shipped', 'returned');
exception when duplicate_object then null; end $$;

create table if not exists app.account (
  id bigint generated always as identity primary key,
  email varchar(320) not null unique,
  display_name varchar(80) not null,
  country char(2) not null,
  balance numeric(12, 2) not null default 0,
  rating real,
  score double precision,
  active boolean not null default true,
  born date,
  settings jsonb,
  external_id uuid,
  avatar bytea,
  labels text[],
  created_at timestamp with time zone not null default now()
);
comment on table app.account is 'People who may sign in';
comment on column app.account.email is 'Sign-in name, unique';
comment on column app.account.country is 'ISO 3166 alpha-2';
comment on column app.account.settings is 'Free-form preferences';

create table if not exists app.product (
  sku varchar(40) primary key,
  title text not null,
  price numeric(10, 2) not null check (price >= 0),
  weight_grams integer,
  shelf smallint,
  opens time,
  updated_at timestamp(3)
);
comment on table app.product is 'What the shop sells';

create table if not exists app."order" (
  id bigint primary key,
  account_id bigint not null references app.account,
  state app.order_state not null,
  placed_on date not null
);
comment on table app."order" is 'Name is a reserved word on purpose';

create table if not exists app.order_line (
  order_id bigint not null references app."order",
  line_no integer not null,
  sku varchar(40) not null references app.product,
  quantity integer not null,
  "Unit Price" numeric(10, 2) not null,
  primary key (order_id, line_no)
);
comment on column app.order_line."Unit Price" is 'Upper case and a space on purpose';

create or replace view reporting.order_total as
  select o.id as order_id, o.account_id, o.placed_on, sum(l.quantity * l."Unit Price") as total
  from app."order" o join app.order_line l on l.order_id = o.id
  group by o.id, o.account_id, o.placed_on;
create or replace view reporting.account_total as
  select a.id, a.display_name, sum(t.total) as total
  from app.account a join reporting.order_total t on t.account_id = a.id
  group by a.id, a.display_name;
create materialized view if not exists reporting.daily_sales as
  select placed_on, sum(total) as total from reporting.order_total group by placed_on;

insert into app.account (email, display_name, country, balance, rating, score, born, settings, external_id, labels)
  select 'user' || n || '@example.org', 'User ' || n, (array['FR', 'DE', 'ES'])[1 + n % 3], n * 1.5, n / 7.0, n / 3.0,
         date '1980-01-01' + n * 30, jsonb_build_object('theme', 'dark', 'n', n),
         md5(n::text)::uuid, array['l' || n % 4]
  from generate_series(1, 200) n
  on conflict do nothing;
insert into app.product
  select 'SKU-' || n, 'Product ' || n, n * 2.25, n * 10, n % 9, time '08:00' + n * interval '1 minute', timestamp '2026-01-01' + n * interval '1 hour'
  from generate_series(1, 60) n
  on conflict do nothing;
insert into app."order"
  select n, 1 + n % 200, (array['placed', 'paid', 'shipped'])[1 + n % 3]::app.order_state, date '2026-01-01' + n % 90
  from generate_series(1, 500) n
  on conflict do nothing;
insert into app.order_line
  select 1 + n % 500, 1 + n / 500, 'SKU-' || 1 + n % 60, 1 + n % 5, (1 + n % 60) * 2.25
  from generate_series(0, 1499) n
  on conflict do nothing;
refresh materialized view reporting.daily_sales;
