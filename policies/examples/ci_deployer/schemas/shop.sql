CREATE TABLE public.schema_migrations (version text PRIMARY KEY);
CREATE TABLE public.customers (id bigint PRIMARY KEY, name text, email text);
CREATE TABLE public.orders (id bigint PRIMARY KEY, customer_id bigint REFERENCES public.customers (id), status text);
