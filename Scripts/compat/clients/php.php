<?php
// pgsql and PDO: prepared statements, bytea, COPY, NOTIFY, large objects, cursors, asynchronous queries, cancel, errors.
$db = pg_connect("");
pg_query($db, "set client_min_messages = warning; drop table if exists php_goods; create table php_goods(id int, tags text[], data bytea)");
pg_prepare($db, "insert", 'insert into php_goods values ($1, $2, $3)');
for ($n = 1; $n <= 5; $n++) pg_execute($db, "insert", [$n, "{a$n,NULL}", pg_escape_bytea($db, "\x00\x01\xff")]);
print_r(pg_fetch_all(pg_query_params($db, 'select id, tags, data from php_goods where id > $1 order by id', [3])));
pg_copy_from($db, "php_goods(id)", array_map(fn($n) => "$n\n", range(6, 2000)));
echo count(pg_copy_to($db, "php_goods")), " copied\n";
pg_query($db, "listen php_channel");
pg_query($db, "notify php_channel, 'hello'");
$note = pg_get_notify($db);
echo $note["message"], " ", $note["payload"], " ", $note["pid"] == pg_get_pid($db) ? "by myself" : "by somebody", "\n";
pg_query($db, "begin");
$oid = pg_lo_create($db);
$lo = pg_lo_open($db, $oid, "w+");
echo pg_lo_write($lo, "large object"), "\n";
pg_lo_seek($lo, 6);
echo pg_lo_read($lo, 100), "\n";
pg_lo_close($lo);
pg_lo_unlink($db, $oid);
pg_query($db, "commit");
pg_send_query($db, "select 1; select 2; select 1/0");
while ($result = pg_get_result($db)) echo pg_result_status($result), " ", pg_result_error_field($result, PGSQL_DIAG_SQLSTATE), "\n";
pg_send_query($db, "select pg_sleep(60)");
echo pg_cancel_query($db) ? "cancelled" : "not", "\n";
print_r(pg_meta_data($db, "php_goods"));
echo pg_field_table(pg_query($db, "select id from php_goods limit 1"), 0), "\n";
$pdo = new PDO("pgsql:host=" . getenv("PGHOST") . ";port=" . getenv("PGPORT") . ";dbname=" . getenv("PGDATABASE"), getenv("PGUSER"), getenv("PGPASSWORD"),
    [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$statement = $pdo->prepare("select id, :word::text as word from php_goods where id = any(:ids) order by id");
$statement->execute(["word" => "w", "ids" => "{1,2,7}"]);
print_r($statement->fetchAll(PDO::FETCH_ASSOC));
$pdo->beginTransaction();
$cursor = $pdo->prepare("select id from php_goods order by id", [PDO::ATTR_CURSOR => PDO::CURSOR_SCROLL]);
$cursor->execute();
echo implode(",", [$cursor->fetchColumn(), $cursor->fetchColumn(), $cursor->fetch(PDO::FETCH_NUM, PDO::FETCH_ORI_LAST)[0]]), "\n";
$pdo->commit();
try { $pdo->exec("insert into nowhere values (1)"); } catch (PDOException $error) { echo $error->getCode(), " ", $error->getMessage(), "\n"; }
$pdo->pgsqlCopyFromArray("php_goods", ["1\t{}\t\\\\x00"]);
echo $pdo->query("select count(*) from php_goods")->fetchColumn(), "\n";
