// pgjdbc: server-prepared statements, binary transfer, arrays, COPY, NOTIFY, large objects, cursors by fetch size, batches, cancel, errors.
import java.io.*;
import java.sql.*;
import java.util.*;
import org.postgresql.*;
import org.postgresql.copy.*;
import org.postgresql.largeobject.*;

public class Jdbc {
    public static void main(String[] arguments) throws Exception {
        String url = "jdbc:postgresql://" + System.getenv("PGHOST") + ":" + System.getenv("PGPORT") + "/" + System.getenv("PGDATABASE")
            + "?sslmode=disable&prepareThreshold=2&reWriteBatchedInserts=true";
        for (String mode : new String[] {"extended", "extendedForPrepared", "simple"}) run(url + "&preferQueryMode=" + mode, mode);
    }

    static void run(String url, String mode) throws Exception {
        System.out.println("== " + mode);
        try (Connection db = DriverManager.getConnection(url, System.getenv("PGUSER"), System.getenv("PGPASSWORD"))) {
            PGConnection pg = db.unwrap(PGConnection.class);
            try (Statement s = db.createStatement()) {
                s.execute("drop table if exists jdbc_goods; create table jdbc_goods(id int primary key, tags text[], data bytea, at timestamptz)");
            }
            try (PreparedStatement s = db.prepareStatement("insert into jdbc_goods values (?, ?, ?, ?)")) {
                for (int n = 1; n <= 50; n++) {
                    s.setInt(1, n);
                    s.setArray(2, db.createArrayOf("text", new String[] {"a" + n, null, "b,\""}));
                    // The driver cannot write bytea into text by itself.
                    if (mode.equals("simple")) s.setNull(3, Types.BINARY); else s.setBytes(3, new byte[] {0, 1, -1, (byte) n});
                    s.setTimestamp(4, new Timestamp(1770000000000L + n));
                    s.addBatch();
                }
                System.out.println("batch " + s.executeBatch().length);
            }
            try (PreparedStatement s = db.prepareStatement("select id, tags, data, at from jdbc_goods where id = ?")) {
                for (int n = 1; n <= 6; n++) {
                    s.setInt(1, n);
                    try (ResultSet r = s.executeQuery()) {
                        r.next();
                        System.out.println(r.getInt(1) + " " + Arrays.toString((Object[]) r.getArray(2).getArray()) + " " + (r.getBytes(3) == null)
                            + " " + r.getTimestamp(4).getTime());
                    }
                }
            }
            CopyManager copy = pg.getCopyAPI();
            System.out.println("copied " + copy.copyIn("copy jdbc_goods(id) from stdin", new StringReader("101\n102\n103\n")));
            StringWriter out = new StringWriter();
            System.out.println("copied " + copy.copyOut("copy (select id from jdbc_goods where id > 100) to stdout", out) + " " + out.toString().length());
            try {
                copy.copyIn("copy jdbc_goods(id) from stdin", new StringReader("104\nx\n"));
            } catch (SQLException error) {
                System.out.println(error.getSQLState() + " " + error.getMessage());
            }
            try (Statement s = db.createStatement()) {
                s.execute("listen jdbc_channel");
                s.execute("notify jdbc_channel, 'hello'");
                for (PGNotification note : pg.getNotifications(5000))
                    System.out.println(note.getName() + " " + note.getParameter() + " " + (note.getPID() == pg.getBackendPID()));
            }
            db.setAutoCommit(false);
            LargeObjectManager manager = pg.getLargeObjectAPI();
            long oid = manager.createLO();
            LargeObject object = manager.open(oid, LargeObjectManager.READWRITE);
            object.write("large object".getBytes());
            object.seek(6);
            System.out.println("read " + new String(object.read(100)) + " " + object.size());
            object.close();
            manager.delete(oid);
            try (PreparedStatement s = db.prepareStatement("select id from jdbc_goods order by id")) {
                s.setFetchSize(7);
                int count = 0;
                try (ResultSet r = s.executeQuery()) { while (r.next()) count++; }
                System.out.println("fetched " + count);
            }
            Savepoint point = db.setSavepoint();
            try (Statement s = db.createStatement()) { s.execute("insert into jdbc_goods(id) values (1)"); } catch (SQLException error) {
                System.out.println(error.getSQLState() + " " + error.getMessage());
            }
            db.rollback(point);
            db.commit();
            db.setAutoCommit(true);
            try (Statement s = db.createStatement()) {
                Thread other = new Thread(() -> { try { Thread.sleep(500); s.cancel(); } catch (Exception error) { System.out.println(error); } });
                other.start();
                try { s.execute("select pg_sleep(60)"); } catch (SQLException error) { System.out.println(error.getSQLState() + " " + error.getMessage()); }
                other.join();
                s.setQueryTimeout(1);
                try { s.execute("select pg_sleep(60)"); } catch (SQLException error) { System.out.println(error.getSQLState() + " " + error.getMessage()); }
            }
            try (Statement s = db.createStatement()) {
                boolean isResult = s.execute("select 1; update jdbc_goods set tags = null where id < 4; select 2");
                while (isResult || s.getUpdateCount() >= 0) {
                    System.out.println(isResult ? "result" : "updated " + s.getUpdateCount());
                    isResult = s.getMoreResults();
                }
            }
            try (ResultSet r = db.getMetaData().getColumns(null, "public", "jdbc_goods", "%")) {
                while (r.next()) System.out.println(r.getString("COLUMN_NAME") + " " + r.getString("TYPE_NAME"));
            }
            try (ResultSet r = db.getMetaData().getPrimaryKeys(null, "public", "jdbc_goods")) { while (r.next()) System.out.println(r.getString("COLUMN_NAME")); }
            if (mode.equals("simple")) return;
            try (CallableStatement s = db.prepareCall("{? = call upper(?)}")) {
                s.registerOutParameter(1, Types.VARCHAR);
                s.setString(2, "called");
                s.execute();
                System.out.println(s.getString(1) + " " + db.isValid(5));
            }
        }
    }
}
