-- Large objects, by psql's commands (FunctionCall and SQL) and by functions.
\! head -c 300000 /dev/zero | tr '\0' 'x' > big.bin
\lo_import big.bin 'a comment'
\echo :LASTOID
\set first :LASTOID
\lo_list
\lo_list+
\dl
\lo_export :first back.bin
\! cmp big.bin back.bin && echo same
select length(lo_get(:first)), lo_put(:first, 5, 'abc'), lo_get(:first, 4, 5);
begin;
select lo_open(:first, 131072 | 262144) as fd \gset
select lo_lseek(:fd, 100, 0), lo_tell(:fd), loread(:fd, 4), lo_truncate(:fd, 200), lo_close(:fd);
commit;
select length(lo_get(:first));
\lo_unlink :first
\lo_list
\lo_export 999999 nowhere.bin
\lo_unlink 999999
