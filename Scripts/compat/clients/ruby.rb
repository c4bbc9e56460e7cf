# ruby-pg: prepared statements, binary formats, arrays, COPY, NOTIFY, large objects, cursors, cancel, pipeline, errors.
require "pg"
db = PG.connect
db.type_map_for_results = PG::BasicTypeMapForResults.new(db)
db.set_notice_processor { |text| puts "notice #{text}" }
db.exec("set client_min_messages = warning; drop table if exists ruby_goods; create table ruby_goods(id int, tags text[], data bytea)")
db.prepare("insert", "insert into ruby_goods values ($1, $2, $3)")
5.times { |n| db.exec_prepared("insert", [n, PG::TextEncoder::Array.new.encode(["a#{n}", nil, 'b,"']), { value: "\x00\x01\xff".b, format: 1 }]) }
p db.exec_params("select id, tags, data from ruby_goods where id > $1 order by id", [2]).values
p db.exec_params("select id, 'x'::text, data from ruby_goods order by id limit 2", [], 1).values
db.copy_data("copy ruby_goods(id) from stdin") { (6..2000).each { |n| db.put_copy_data("#{n}\n") } }
sum = 0
db.copy_data("copy (select id from ruby_goods order by id) to stdout") { while (row = db.get_copy_data) do sum += row.to_i end }
puts "copied #{sum}"
db.exec("listen ruby_channel")
db.exec("notify ruby_channel, 'hello'")
db.wait_for_notify(5) { |channel, pid, payload| puts "notified #{channel} #{payload} #{pid == db.backend_pid}" }
db.transaction do
  oid = db.lo_creat(PG::INV_READ | PG::INV_WRITE)
  fd = db.lo_open(oid, PG::INV_READ | PG::INV_WRITE)
  puts "written #{db.lo_write(fd, 'large object')}"
  db.lo_lseek(fd, 6, PG::SEEK_SET)
  puts "read #{db.lo_read(fd, 100)}"
  db.lo_close(fd)
  db.lo_unlink(oid)
end
db.transaction do
  db.exec("declare c cursor for select id from ruby_goods order by id")
  p db.exec("fetch 3 from c").values
end
begin
  db.exec("select 1/0")
rescue PG::Error => error
  puts "#{error.class} #{error.result.error_field(PG::PG_DIAG_SQLSTATE)} #{error.message}"
end
Thread.new { sleep 0.5; db.cancel }
begin
  db.exec("select pg_sleep(60)")
rescue PG::QueryCanceled => error
  puts error.message
end
if db.respond_to?(:enter_pipeline_mode)
  db.enter_pipeline_mode
  db.send_query_params("select 1", [])
  db.send_query_params("select 1/0", [])
  db.send_query_params("select 3", [])
  db.pipeline_sync
  db.send_query_params("select 4", [])
  db.pipeline_sync
  finished = 0
  while finished < 2
    result = db.get_result
    next unless result
    puts "pipeline #{result.res_status(result.result_status)}"
    finished += 1 if result.result_status == PG::PGRES_PIPELINE_SYNC
  end
  db.exit_pipeline_mode
end
db.send_query("select g from generate_series(1, 5) g")
db.set_single_row_mode
while (result = db.get_result) do puts "single #{result.values.inspect} #{result.res_status(result.result_status)}" end
p db.exec("select current_database()").values
puts db.describe_prepared("insert").nparams
