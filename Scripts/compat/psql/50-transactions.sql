-- Transaction modes of psql; the prompt's state is echoed through a query.
create table steps(a int primary key);
\set ON_ERROR_ROLLBACK on
begin;
insert into steps values (1);
insert into steps values (1);
insert into steps values (2);
commit;
select * from steps order by a;
\set ON_ERROR_ROLLBACK off
begin;
insert into steps values (3);
insert into steps values (3);
insert into steps values (4);
savepoint nothing;
commit;
select * from steps order by a;
\set AUTOCOMMIT off
insert into steps values (5);
rollback;
insert into steps values (6);
commit;
select 1/0;
select 1;
rollback;
vacuum steps;
\set AUTOCOMMIT on
\set FETCH_COUNT 7
select g, repeat('x', g % 5) from generate_series(1, 30) g;
select g, 10 / (20 - g) from generate_series(1, 30) g;
select 1 as a where false;
insert into steps values (50) returning a;
\set FETCH_COUNT 0
begin;
savepoint a;
insert into steps values (7);
savepoint b;
insert into steps values (7);
rollback to b;
release a;
commit and chain;
select 1;
rollback and no chain;
begin isolation level serializable read only deferrable;
insert into steps values (8);
rollback;
begin;
prepare transaction 'compat';
commit prepared 'compat';
insert into steps values (70) \; insert into steps values (70) \; insert into steps values (71);
begin \; insert into steps values (72) \; commit \; select 1/0;
select * from steps order by a;
set statement_timeout = '100ms';
select pg_sleep(5);
reset statement_timeout;
set local work_mem = '1MB';
show work_mem;
set session characteristics as transaction read only;
create table no(a int);
discard all;
create table yes(a int);
vacuum (analyze) steps;
reindex table steps;
cluster steps using steps_pkey;
analyze;
checkpoint;
create database compat_scratch;
drop database compat_scratch;
load 'plpgsql';
