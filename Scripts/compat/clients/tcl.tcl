# pgtcl: queries, COPY, NOTIFY, large objects, errors.
package require Pgtcl
set db [pg_connect -conninfo ""]
proc run {text} { global db; set r [pg_exec $db $text]; puts "[pg_result $r -status] [pg_result $r -error] [pg_result $r -list]"; pg_result $r -clear }
run "set client_min_messages = warning"
run "drop table if exists tcl_goods"
run "create table tcl_goods(id int, name text)"
for {set n 1} {$n <= 5} {incr n} { pg_execute $db "insert into tcl_goods values ($n, 'n$n')" }
run "select * from tcl_goods order by id"
pg_select $db "select id from tcl_goods where id > 3 order by id" row { puts "row $row(id)" }
set r [pg_exec $db {select $1::int + $2::int} 4 5]
puts "sum [pg_result $r -list]"
run "begin"
set oid [pg_lo_creat $db INV_READ|INV_WRITE]
set fd [pg_lo_open $db $oid rw]
puts "written [pg_lo_write $db $fd {large object} 12]"
pg_lo_lseek $db $fd 6 SEEK_SET
puts "read [pg_lo_read $db $fd buffer 100] $buffer"
pg_lo_close $db $fd
pg_lo_unlink $db $oid
run "commit"
proc hear {args} { global heard; puts heard; set heard 1 }
pg_listen $db tcl_channel hear
run "notify tcl_channel"
after 5000 {set heard 0}
vwait heard
run "select 1/0"
run "select 1; select 2"
pg_disconnect $db
exit
