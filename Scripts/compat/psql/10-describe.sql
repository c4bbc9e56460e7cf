-- Every command that describes objects, on at least one object of each kind.
create schema shop;
create schema "Odd Names";
create role compat_reader;
create role compat_group;
grant compat_group to compat_reader;
create type shop.mood as enum ('sad', 'glad');
create type shop.pair as (a int, b text);
create type shop.span as range (subtype = float8);
create domain shop.amount as numeric(10,2) check (value >= 0);
create sequence shop.numbers;
create table shop.people(id int generated always as identity primary key, email text unique not null, mood shop.mood default 'glad',
  paid shop.amount, tags text[], data jsonb, born date, "Mixed Case" text collate "C", doubled numeric generated always as (paid * 2) stored);
comment on table shop.people is 'who buys';
comment on column shop.people.email is 'where to write';
create index people_born on shop.people(born) where born is not null;
create index people_lower on shop.people(lower(email));
create table shop.orders(id int, person int references shop.people(id) on delete cascade, day date) partition by range (day);
create table shop.orders_2026 partition of shop.orders for values from ('2026-01-01') to ('2027-01-01');
create table shop.orders_rest partition of shop.orders default;
create table shop.base(a int);
create table shop.child(b int) inherits (shop.base);
create view shop.glad as select id, email from shop.people where mood = 'glad';
create materialized view shop.counts as select mood, count(*) from shop.people group by mood;
create function shop.twice(n int default 2, variadic rest int[] default '{}') returns int language sql immutable as 'select n * 2';
create function shop.rows() returns table(a int, b text) language plpgsql as $$ begin return query select 1, 'x'::text; end $$;
create procedure shop.tidy() language plpgsql as $$ begin delete from shop.people where false; end $$;
create aggregate shop.total(int) (sfunc = int4pl, stype = int, initcond = '0');
create function shop.touched() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touch before update on shop.people for each row execute function shop.touched();
create rule quiet as on delete to shop.base do instead nothing;
create operator shop.## (leftarg = int, rightarg = int, function = int4mul);
create cast (shop.pair as text) with inout;
create statistics shop.corr on born, mood from shop.people;
create policy own on shop.people for select to compat_reader using (id = 1);
alter table shop.people enable row level security;
grant select(email), insert on shop.people to compat_reader;
alter default privileges in schema shop grant select on tables to compat_reader;
create publication compat_pub for table shop.people;
create extension if not exists hstore schema shop;
create extension if not exists postgres_fdw;
create server far foreign data wrapper postgres_fdw options (host 'nowhere', dbname 'x');
create user mapping for compat_reader server far options (user 'u', password 'secret');
create foreign table shop.distant(a int) server far options (table_name 't');
create collation shop.german (provider = icu, locale = 'de');
create conversion shop.conv for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create text search configuration shop.plain (copy = simple);
create function event_trigger_nothing() returns event_trigger language plpgsql as $$ begin end $$;
create event trigger compat_event on ddl_command_end when tag in ('CREATE TABLESPACE') execute function event_trigger_nothing();
create table "Odd Names"."Ta""ble"("co l" int);
create unlogged table shop.light(a int);
alter role compat_reader set work_mem = '8MB';
alter database psql_one set lock_timeout = '5s';
set search_path = shop, public;
\d
\d+
\dS pg_am
\d people
\d+ people
\d orders
\d+ orders
\d+ orders_2026
\d child
\d glad
\d+ glad
\d+ counts
\d numbers
\d people_lower
\d+ people_lower
\d distant
\d+ pair
\d "Odd Names".*
\d "Ta*"
\d nothing_like_this
\da shop.*
\da+ shop.total
\dA
\dA+ btree
\dAc btree int4
\dAf btree int4
\dAo btree integer_ops
\dAp btree integer_ops
\db
\db+
\dc shop.*
\dC pair
\dC+ pair
\dconfig work_mem
\dconfig+ lock_timeout
\dd shop.*
\dD shop.*
\dD+ shop.*
\ddp
\dE
\dE+
\dF shop.*
\dF+ shop.*
\dFd simple
\dFp
\dFp+
\dFt simple
\df shop.*
\df+ shop.twice
\dfn shop.*
\dfp shop.*
\dft shop.*
\dfa shop.*
\df shop.twice int
\di
\di+
\dl
\dL
\dL+
\dm
\dm+
\dn
\dn+ shop
\do shop.*
\do+ shop.*
\dO shop.*
\dO+ shop.*
\dp
\dp shop.people
\dP
\dP+
\dPt
\drds
\drds compat_reader
\dRp
\dRp+
\dRs
\ds
\ds+
\dt
\dt+
\dtvms+ shop.*
\dT shop.*
\dT+ shop.*
\du compat*
\du+ compat*
\dg compat*
\dv
\dv+
\dx
\dx+ hstore
\dX
\dy
\des
\des+
\det
\det+
\deu
\deu+
\dew
\dew+
\l psql*
\l+ psql_two
\sf shop.twice
\sf+ shop.rows
\sf nothing
\sv shop.glad
\sv+ shop.glad
\z
\set ECHO_HIDDEN on
\d base
\set ECHO_HIDDEN off
\pset format csv
\dt
\pset format aligned
\x
\d base
\x
