-- Views over views, over unions, over joins; what is written through them; materialized ones.
CREATE TABLE public.orders (id bigint NOT NULL, customer_id bigint, total numeric, status text);
CREATE TABLE public.customers (id bigint NOT NULL, name text, email text, phone text);
-- Before what it reads, as people write.
CREATE VIEW public.big_paid AS SELECT * FROM public.paid WHERE total > 100;
CREATE VIEW public.paid WITH (security_barrier='true') AS
 SELECT o.id, o.total, c.name, lower(c.email) AS mail FROM (public.orders o JOIN public.customers c ON ((c.id = o.customer_id))) WHERE (o.status = 'paid'::text);
CREATE VIEW public.contacts(number, who) AS SELECT id, name FROM public.customers WHERE phone IS NOT NULL WITH LOCAL CHECK OPTION;
CREATE VIEW public.everybody AS SELECT id, name AS n FROM public.customers UNION ALL SELECT id, status FROM public.orders;
CREATE VIEW public.counted AS SELECT count(*) AS orders, sum(total) FROM public.orders;
CREATE VIEW public.joined AS SELECT * FROM public.orders JOIN public.customers USING (id);
CREATE VIEW public.tree AS WITH RECURSIVE t(n, p) AS (SELECT id, id FROM public.orders UNION ALL SELECT t.n + 1, o.customer_id FROM t JOIN public.orders o ON o.id = t.n) SELECT n, p FROM t;
CREATE MATERIALIZED VIEW public.totals AS SELECT customer_id, sum(total) AS total FROM public.orders GROUP BY customer_id WITH NO DATA;
CREATE VIEW public.unknown_names AS SELECT total + 1, email || 'x' FROM public.orders, public.customers;
CREATE VIEW public.first AS SELECT 1 AS a;
CREATE OR REPLACE VIEW public.first AS SELECT name AS a, phone AS b FROM public.customers;
CREATE VIEW public.hers AS SELECT id, email FROM public.customers;
CREATE FUNCTION public.hers_insert() RETURNS trigger LANGUAGE plpgsql AS $$ begin return new; end $$;
CREATE TRIGGER hers_insert INSTEAD OF INSERT ON public.hers FOR EACH ROW EXECUTE FUNCTION public.hers_insert();
CREATE RULE hers_delete AS ON DELETE TO public.hers DO INSTEAD UPDATE public.customers SET email = NULL WHERE (customers.id = old.id);
