-- psql's commands around the query buffer.
create table counts(a int, b text, n int);
insert into counts select g % 3, chr(97 + g % 4), g from generate_series(1, 24) g;
select 1 as one, 'x' as two \gset
\echo :one :two
select 1 as one, 2 as one_b \gset pre_
\echo :pre_one :pre_one_b
select 1 where false \gset
select format('select %s as n', g) from generate_series(1, 3) g \gexec
select 'select nothing_there' \gexec
select a, b, sum(n) as n from counts group by a, b order by a, b \crosstabview
select a, b, sum(n) as n from counts group by a, b order by a, b \crosstabview a b n
select 1 as a, 'x'::text as b, now() as c, array[1] as d, null as e \gdesc
select wrong \gdesc
select 1; \gdesc
select 7 as g \g
select 7 as g \g (format=csv tuples_only=on)
select 7 as g \gx
select n from counts order by n \g |head -n 5
select n from counts order by n \g out.txt
\! wc -l < out.txt
create sequence ticks;
select 10 / (3 - nextval('ticks')) as watched \watch 0.1
\if true
\echo yes
\elif false
select no;
\endif
select count(*) > 3 as many from counts \gset
\if :many
\echo many
\else
\echo few
\endif
\set name 'o''brien'
select :'name', :"name", :{?name}, :{?nope};
\qecho to the query output
\warn to stderr
\o out2.txt
select 1;
\o
\! cat out2.txt
\w buffer.txt
select 5 as five
\p
\r
\s hist.txt
\echo :ROW_COUNT :ERROR :SQLSTATE :LAST_ERROR_MESSAGE
select 1/0;
\echo :ROW_COUNT :ERROR :SQLSTATE :LAST_ERROR_MESSAGE
\errverbose
\set VERBOSITY verbose
select * from nowhere;
insert into counts(nope) values (1);
\set VERBOSITY terse
select * from nowhere;
\set VERBOSITY sqlstate
select * from nowhere;
\set VERBOSITY default
\set SHOW_CONTEXT always
do $$ begin raise notice 'hello %', 1; raise warning 'w' using hint = 'h', detail = 'd', errcode = 'P0042'; end $$;
\set SHOW_ALL_RESULTS off
select 1 \; select 2;
\set SHOW_ALL_RESULTS on
select 1 \; select 2 \; select 1/0 \; select 4;
\;
;
select 'U&' as a, U&'\0041' as b, $x$ ; $x$ as c, E'\x41' as d /* a /* nested */ comment; */;
prepare p(int) as select $1 + 1 as r;
execute p(4);
deallocate p;
select * from pg_prepared_statements;
begin;
declare c cursor for select n from counts order by n;
fetch 3 from c;
move 2 in c;
fetch backward 1 from c;
close c;
commit;
listen compat;
notify compat, 'payload';
select pg_notify('compat', 'two');
unlisten *;
\pset null '(null)'
\pset border 2
\pset linestyle unicode
\pset expanded auto
select null as a, 1.5 as b, true as c;
\pset format html
select 1 as a;
\pset format latex
select 1 as a;
\pset format wrapped
\pset columns 30
select repeat('word ', 20) as long;
\pset format unaligned
\t
\a
\f ','
select 1, 2;
\t
\a
\C title
select 1;
\C
\encoding
\encoding LATIN1
select 'ä';
\encoding UTF8
\dt counts
\ir included.psql
\i included.psql
\cd /
\! pwd
\getenv home NO_SUCH_VARIABLE
\setenv COMPAT yes
\! echo $COMPAT
\sf pg_catalog.lower
\help select
\h no such
\copyright
\set ECHO queries
select 9;
\set ECHO errors
select nine;
\set ECHO none
\timing on
\timing off
\unset name
\prompt 'ask ' asked
\echo :asked
\errverbose
\set SINGLELINE on
select 3
\set SINGLELINE off
\set QUIET on
create table quiet(a int);
\ef lower_case
\ev no_view
\q
