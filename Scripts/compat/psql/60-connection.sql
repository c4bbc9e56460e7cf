-- Going elsewhere and coming back.
\conninfo
select current_database(), current_user, session_user;
\c psql_two
\conninfo
select current_database();
\c - - - -
select current_database();
\c -reuse-previous=on "dbname=psql_one application_name=again"
select current_database();
\c postgresql:///psql_two
select current_database();
create role compat_password login;
\password compat_password
select rolpassword like 'SCRAM-SHA-256$4096:%' from pg_authid where rolname = 'compat_password';
drop role compat_password;
show client_encoding;
show server_version;
show standard_conforming_strings;
\echo :SERVER_VERSION_NUM :VERSION_NUM :DBNAME :HOST :USER :ENCODING
set datestyle = 'German';
select date '2026-03-02', interval '1 day 2 hours';
set timezone = 'Asia/Tokyo';
select timestamptz '2026-03-02 00:00Z';
select set_config('application_name', 'renamed', false);
show application_name;
reset all;
set role compat_nobody;
select pg_backend_pid() = (select pid from pg_stat_activity where pid = pg_backend_pid()) as own;
select pg_terminate_backend(pg_backend_pid());
select 'again' as after_loss;
\c psql_nowhere
