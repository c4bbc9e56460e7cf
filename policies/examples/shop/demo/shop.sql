-- The demo's shop: small, with the kinds of data that a policy has to care about.
create role gateway login password 'only the gateway knows this';

create table customers (
    id bigint primary key,
    name text not null,
    email text not null,
    phone text,
    card_number varchar(19),
    note text,
    created_at timestamptz not null default '2026-01-01'
);
create table orders (
    id bigint primary key,
    customer_id bigint not null references customers,
    status text not null,
    total_cents integer not null,
    placed_at date not null
);
create table order_items (
    id bigint primary key,
    order_id bigint not null references orders,
    sku text not null,
    quantity integer not null
);
create table payments (
    id bigint primary key,
    order_id bigint not null references orders,
    iban text not null,
    amount_cents integer not null
);
create view customer_contacts as select id, name, email, phone from customers;

insert into customers values
    (1, 'Jane Doe', 'jane@acme.io', '+49 30 1234567', '4111111111111111', 'prefers mail to jane@acme.io'),
    (2, 'Ada Byron', 'ada@example.org', '+44 20 7946 0958', '5500005555555559', null),
    (3, 'Grace Murray', 'grace@navy.example', null, null, 'calls back, IBAN DE89370400440532013000');
insert into orders
    select n, 1 + n % 3, case when n % 4 = 0 then 'shipped' else 'open' end, 1000 + 37 * n, date '2026-03-01' + (n % 5)::int
    from generate_series(1, 40) n;
insert into order_items select n, 1 + n % 40, 'SKU-' || (100 + n % 9), 1 + n % 3 from generate_series(1, 120) n;
insert into payments select n, n, 'DE89370400440532013000', 1000 + 37 * n from generate_series(1, 40) n;

-- The gateway's own account owns the tables: what a workload may do with them is decided by policy alone.
alter table customers owner to gateway;
alter table orders owner to gateway;
alter table order_items owner to gateway;
alter table payments owner to gateway;
alter view customer_contacts owner to gateway;
grant create on schema public to gateway;
analyze;
