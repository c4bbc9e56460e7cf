// libpqxx: prepared statements, streams (COPY), pipelines, cursors, large objects, NOTIFY, errors, cancel.
#include <iostream>
#include <pqxx/pqxx>
#include <pqxx/cursor>
#include <thread>

struct Hearer : pqxx::notification_receiver {
  int process;
  Hearer(pqxx::connection &db) : notification_receiver(db, "pqxx_channel"), process(db.backendpid()) {}
  void operator()(std::string const &payload, int pid) override { std::cout << "notified " << payload << " " << (pid == process) << "\n"; }
};

int main() {
  pqxx::connection db;
  {
    pqxx::work work(db);
    work.exec("set client_min_messages = warning; drop table if exists pqxx_goods; create table pqxx_goods(id int, name text)");
    pqxx::stream_to stream(work, "pqxx_goods", std::vector<std::string>{"id", "name"});
    for (int n = 1; n <= 1000; n++) stream << std::make_tuple(n, "name\t" + std::to_string(n));
    stream.complete();
    work.commit();
  }
  db.prepare("find", "select id, name from pqxx_goods where id = $1");
  {
    pqxx::work work(db);
    for (int n = 3; n < 6; n++) std::cout << work.exec_prepared("find", n)[0][1].c_str() << "\n";
    long sum = 0;
    for (auto row : work.exec("select id, name from pqxx_goods")) sum += row[0].as<long>() + long(row[1].size());
    std::cout << "streamed " << sum << "\n";
    pqxx::icursorstream cursor(work, "select id from pqxx_goods order by id", "c", 300);
    pqxx::result part;
    while (cursor >> part) std::cout << "part " << part.size() << "\n";
    pqxx::pipeline pipeline(work);
    for (int n = 1; n <= 5; n++) pipeline.insert("select " + std::to_string(n));
    while (not pipeline.empty()) std::cout << "pipeline " << pipeline.retrieve().second[0][0].c_str() << "\n";
  }
  {
    pqxx::work work(db);
    pqxx::largeobjectaccess object(work);
    object.write("large object", 12);
    object.seek(6, std::ios::beg);
    char buffer[100];
    auto count = object.read(buffer, sizeof buffer);
    std::cout << "read " << std::string(buffer, size_t(count)) << "\n";
  }
  Hearer hearer(db);
  { pqxx::nontransaction work(db); work.exec("notify pqxx_channel, 'hello'"); }
  db.await_notification(5, 0);
  try { pqxx::work work(db); work.exec("select 1/0"); } catch (pqxx::sql_error const &error) { std::cout << error.sqlstate() << " " << error.what(); }
  std::thread canceller([&] { std::this_thread::sleep_for(std::chrono::milliseconds(500)); db.cancel_query(); });
  try { pqxx::nontransaction work(db); work.exec("select pg_sleep(60)"); } catch (std::exception const &error) { std::cout << error.what(); }
  canceller.join();
  std::cout << "done " << db.is_open() << "\n";
}
