-- roles
CREATE ROLE app;
ALTER ROLE app WITH NOSUPERUSER INHERIT NOCREATEROLE LOGIN PASSWORD 'SCRAM; GRANT all ON TABLE x TO y';
CREATE ROLE "Report User";
ALTER ROLE "Report User" WITH LOGIN NOINHERIT;
CREATE ROLE readers;
ALTER ROLE readers WITH NOLOGIN;
CREATE ROLE empty_group NOLOGIN;
CREATE ROLE boss;
ALTER ROLE boss WITH SUPERUSER LOGIN;
GRANT readers TO app WITH INHERIT TRUE GRANTED BY postgres;
GRANT readers TO "Report User";
GRANT readers TO loose WITH INHERIT FALSE;
\connect shop
CREATE TABLE public.orders (id bigint, note text DEFAULT $x$; GRANT select ON public.orders TO nobody; $x$);
ALTER TABLE public.orders OWNER TO boss;
COPY public.orders (id, note) FROM stdin;
1	it's
\.
/* GRANT ALL ON TABLE public.orders TO evil; /* nested */ */
GRANT SELECT, INSERT ON TABLE public.orders TO readers;
GRANT ALL ON TABLE public.orders TO app;
REVOKE DELETE, TRUNCATE ON TABLE public.orders FROM app;
GRANT SELECT(id, email) ON TABLE public.customers TO "Report User";
GRANT UPDATE(email) ON TABLE public.customers TO "Report User";
REVOKE SELECT(email) ON TABLE public.customers FROM "Report User";
GRANT USAGE ON SCHEMA audit TO readers;
GRANT SELECT ON TABLE audit.log TO app;
GRANT SELECT ON TABLE audit.log TO "Report User";
GRANT SELECT ON TABLE secret.keys TO app;
GRANT SELECT ON ALL TABLES IN SCHEMA audit TO readers;
CREATE POLICY own ON public.tenants USING (owner = CURRENT_USER);
ALTER TABLE public.tenants ENABLE ROW LEVEL SECURITY;
GRANT SELECT ON TABLE public.tenants TO app;
GRANT SELECT ON TABLE public."Odd Table" TO PUBLIC;
GRANT SELECT ON TABLE public.orders TO empty_group;
REVOKE ALL ON FUNCTION public.total(integer, text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.total(integer, text) TO app;
GRANT SELECT,USAGE ON SEQUENCE public.orders_id_seq TO app;
GRANT CREATE ON SCHEMA public TO app;
GRANT CONNECT ON DATABASE shop TO app;
ALTER DEFAULT PRIVILEGES FOR ROLE boss IN SCHEMA public GRANT SELECT ON TABLES TO readers;
GRANT SELECT ON TABLE public.orders TO app WITH GRANT OPTION;
REVOKE GRANT OPTION FOR SELECT ON TABLE public.orders FROM app;
GRANT SELECT ON TABLE audit.trail TO readers;
REVOKE SELECT ON ALL TABLES IN SCHEMA audit FROM app;
CREATE OR REPLACE FUNCTION public.price(item bigint) RETURNS int LANGUAGE sql AS $$ select 1 $$;
CREATE FUNCTION public.price(item text DEFAULT 'x') RETURNS int LANGUAGE sql AS $$ select 1 $$;
GRANT EXECUTE ON FUNCTION public.price(bigint) TO app;
