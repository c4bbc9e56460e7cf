-- Tables only: stars, names without their tables, joins.
create table public.orders (id bigint primary key, customer_id bigint not null, total numeric(10,2), note text);
create table public.customers (id bigint primary key, name text, email varchar(200));
create table public."Odd Name" ("select" int, "a""b" text);
create table app.orders (id int, state text);
create sequence public.numbers;
