\connect template1
REVOKE USAGE ON SCHEMA public FROM PUBLIC;
\connect shop
CREATE ROLE bob LOGIN;
CREATE ROLE carol LOGIN;
CREATE ROLE staff;
GRANT staff TO bob;
GRANT staff TO carol;
GRANT staff TO carol WITH INHERIT FALSE;
CREATE VIEW public.own_rows WITH (security_invoker='true') AS SELECT 1;
CREATE VIEW public.all_rows WITH (security_barrier='true') AS SELECT 1;
ALTER TABLE IF EXISTS public.cases ADD COLUMN x int, ENABLE ROW LEVEL SECURITY;
-- what pg_dump writes for a column with all privileges that a column can have
GRANT ALL(email) ON TABLE public.people TO bob;
GRANT SELECT ON TABLE public.own_rows TO bob;
GRANT SELECT ON TABLE public.all_rows TO bob;
GRANT SELECT ON TABLE cases TO bob;
GRANT EXECUTE ON FUNCTION public.f(integer) TO bob;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM bob;
GRANT SELECT ON TABLE public.dropped TO bob;
REVOKE SELECT ON TABLE dropped FROM bob;
GRANT SELECT ON TABLE public.staff_only TO staff;
SET search_path = secret, pg_catalog;
GRANT USAGE ON SCHEMA secret TO bob;
GRANT SELECT ON TABLE keys TO bob;
SET search_path = secret, public;
GRANT SELECT ON TABLE either TO bob;
\connect other
GRANT SELECT ON TABLE public.elsewhere TO bob;
