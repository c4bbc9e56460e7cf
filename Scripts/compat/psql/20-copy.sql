-- \copy and COPY in every format and direction.
create table goods(id int, name text, price numeric, data bytea, at timestamptz);
insert into goods select g, case when g % 7 = 0 then null else E'na\tme\\' || g || E'\n' || '"q"' end, g * 1.5, decode(md5(g::text), 'hex'),
  '2026-01-01 00:00Z'::timestamptz + g * interval '1 hour' from generate_series(1, 5000) g;
copy (select * from goods order by id limit 3) to stdout;
copy (select * from goods order by id limit 3) to stdout csv header quote '''' force quote *;
copy (select * from goods order by id limit 3) to stdout (format csv, delimiter ';', null 'NIX');
\copy goods to 'goods.txt'
\copy goods(name, id) to 'goods.csv' csv header
\copy (select * from goods where id < 100) to 'goods.bin' binary
\copy goods to program 'md5sum'
create table goods_two(like goods);
\copy goods_two from 'goods.txt'
select count(*), md5(string_agg(g::text, '|' order by id)) from goods_two g;
select count(*), md5(string_agg(g::text, '|' order by id)) from goods g;
truncate goods_two;
\copy goods_two(name, id) from 'goods.csv' csv header
select count(*), count(name) from goods_two;
truncate goods_two;
\copy goods_two from 'goods.bin' binary
select count(*), sum(length(data)) from goods_two;
truncate goods_two;
\copy goods_two from program 'head -n 20 goods.txt'
select count(*) from goods_two;
\copy goods_two from 'goods.csv' csv
\copy goods_two from 'no such file'
\copy nowhere from 'goods.csv'
\copy goods_two(id, name) from stdin
1	a
two	b
3	c
\.
select count(*) from goods_two;
\copy goods_two(id, name) from stdin where id > 1
1	a
2	\N
\.
copy goods_two(id, name) from stdin with (format csv, header match);
id,name
7,"a
b"
\.
copy goods_two(id, name) from stdin with (format csv, header match);
id,nam
7,x
\.
select count(*) from goods_two;
begin;
copy goods_two(id) from stdin;
8
\.
copy goods_two(id) from stdin;
x
\.
select 1;
rollback;
select 1 \; copy (select 2) to stdout \; select 3;
copy goods_two to '/tmp/compat-no-such-folder/file';
copy goods_two from program 'exit 3';
explain (costs off) select * from goods where id = 1;
