"""psqlODBC by pyodbc: prepared statements, types, catalogue functions, several results, errors, cancel by time."""
import datetime
import decimal
import os

import pyodbc

for extra in ["", ";UseServerSidePrepare=0", ";UseDeclareFetch=1;Fetch=7", ";Protocol=7.4-2"]:
    print("==", extra)
    db = pyodbc.connect(
        "Driver={PostgreSQL Unicode};Servername=%s;Port=%s;Database=%s;Username=%s;Password={%s};SSLmode=disable%s"
        % (*(os.environ[name] for name in ["PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"]), extra))
    run = db.cursor()
    run.execute("drop table if exists odbc_goods")
    run.execute("create table odbc_goods(id int primary key, name varchar(40), price numeric(10,2), at timestamp, data bytea)")
    run.executemany(
        "insert into odbc_goods values (?, ?, ?, ?, ?)",
        [(n, "ä" * n, decimal.Decimal(n) / 4, datetime.datetime(2026, 1, n), bytes([0, 255, n])) for n in range(1, 29)])
    db.commit()
    print([tuple(row) for row in run.execute("select * from odbc_goods where id between ? and ? order by id", 3, 5)])
    print(sum(row.id for row in run.execute("select id from odbc_goods order by id")))
    print([row.column_name for row in run.columns(table="odbc_goods")], [row.column_name for row in run.primaryKeys("odbc_goods")])
    print([row.table_name for row in run.tables(table="odbc_goods")])
    run.execute("select 1; select 2")
    print(run.fetchall(), run.nextset(), run.fetchall())
    for text in ["select 1/0", "insert into odbc_goods(id) values (1)", "select * from nowhere"]:
        try:
            run.execute(text)
        except pyodbc.Error as error:
            print(error.args[0], error.args[1].splitlines()[0])
        db.rollback()
    print(db.getinfo(pyodbc.SQL_DBMS_NAME), db.getinfo(pyodbc.SQL_DATABASE_NAME))
    db.close()
