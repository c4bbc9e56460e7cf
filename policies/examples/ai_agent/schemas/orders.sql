CREATE TABLE public.customers (id bigint PRIMARY KEY, name text, email text, note text, password_hash text);
CREATE TABLE public.orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES public.customers (id), status text, total_cents bigint);
CREATE TABLE public.order_items (order_id bigint REFERENCES public.orders (id), sku text, quantity int);
CREATE TABLE public.payments (id bigint PRIMARY KEY, order_id bigint, card_number text);
