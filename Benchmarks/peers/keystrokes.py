#!/usr/bin/env python3
"""From a keystroke to the diagnostics of `postern lsp`, in a policy of many rules.

usage: Benchmarks/peers/keystrokes.py [--postern PATH] [--rules 5000] [--keys 40]

Each layout is a folder of its own: all rules in one file, and a hundred rules a file. Between two keys the server has
nothing to do. Three kinds of keys: inside a comment, one that makes a name wrong and one that mends it again, and one
that breaks the syntax (a brace) and its mending. Printed, in milliseconds: median and worst of wall time, and the mean of the
time on a processor (Linux) that the server took, which other programs on the machine do not change much. Keys come after
the server has rested, so that none of it is work that the last key left behind.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import time

HEAD = """policy bench edition 1
use std.pii
use std.postgres
issuer ci : oidc {{ url "https://ci.example"  audience "postern"  claims {{ sub string, team string optional }} }}
{identities}
group bots {{ {names} }}
resource db : postgres {{ tags production, pii  search_path public  schema "bench.sql" }}
resource other : postgres {{ tags production }}
set contact = {{ email, phone }}
let bounded = statement.has_where or statement.has_limit
"""


def rule(number, people):
    who = f"bot_{number % people}"
    table = f"t{number % 200}"
    if number % 10 == 0:
        return f"deny no_{number} {{\n  who      any except {who}\n  on       tag production\n  to       drop, alter table {table}\n  because  \"no {number}\"\n}}\n"
    if number % 10 == 1:
        return f"mask m_{number} {{\n  who     {who}\n  on      db\n  column  {table}.contact  with redact\n}}\n"
    return f"allow a_{number} {{\n  who   {who}\n  on    db\n  to    select from {table}(id, email, phone), insert into {table}\n  when  bounded and claim.sub != \"x{number}\"\n}}\n"


def write(folder, rules, per_file, people=100):
    names = [f"bot_{number}" for number in range(people)]
    identities = "\n".join(f'identity {name} from ci {{ when claim.sub == "{name}" }}' for name in names)
    tables = "".join(f"create table t{number} (id int, email text, phone text, note text);\n" for number in range(200))
    (folder / "bench.sql").write_text(tables)
    (folder / "people.postern").write_text(HEAD.format(identities=identities, names=", ".join(names)))
    files = []
    for start in range(0, rules, per_file):
        text = "policy bench edition 1\n// ab\n" + "\n".join(rule(number, people) for number in range(start, min(rules, start + per_file)))
        path = folder / f"rules{start:06}.postern"
        path.write_text(text)
        files.append(path)
    return files[len(files) // 2]


class Server:
    def __init__(self, program, folder):
        self.process = subprocess.Popen([program, "lsp", "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.waiting = 1
        self.send({"id": 1, "method": "initialize", "params": {"rootUri": folder.as_uri(), "capabilities": {}}})
        while "result" not in self.read():
            pass
        self.send({"method": "initialized", "params": {}})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def read(self):
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            if not line:
                raise SystemExit("the server ended")
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return json.loads(self.process.stdout.read(length))

    def diagnostics(self, uri):
        while True:
            message = self.read()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri:
                return message["params"]

    def processor(self):
        """Milliseconds on a processor of all threads of the server, to the nanosecond where the system says so."""
        spent = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat"):
            try:
                spent += int(task.read_text().split()[0])
            except (OSError, ValueError, IndexError):
                continue  # The thread has ended since.
        return spent / 1e6

    def rest(self):
        """Waits until the server has nothing to do: it looks closer when the author rests, and a key comes after that."""
        time.sleep(0.5)
        last = self.processor()
        while True:
            time.sleep(0.2)
            now = self.processor()
            if now - last < 0.5:
                return
            last = now

    def stop(self):
        self.send({"id": 2, "method": "shutdown"})
        self.send({"method": "exit"})
        # What the server still has to say must be read, or it waits for that.
        self.process.stdout.read()
        self.process.wait(timeout=30)


def measure(program, rules, per_file, keys):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        file = write(folder, rules, per_file)
        server = Server(program, folder)
        text = file.read_text()
        uri = file.as_uri()
        server.send({"method": "textDocument/didOpen", "params": {"textDocument": {
            "uri": uri, "languageId": "postern", "version": 1, "text": text}}})
        server.diagnostics(uri)
        version = 1
        times = {"comment": [], "name": [], "syntax": []}

        def key(line, character, removed, inserted, kind):
            nonlocal version
            version += 1
            server.rest()
            before = server.processor()
            began = time.perf_counter()
            server.send({"method": "textDocument/didChange", "params": {"textDocument": {"uri": uri, "version": version}, "contentChanges": [
                {"range": {"start": {"line": line, "character": character}, "end": {"line": line, "character": character + removed}}, "text": inserted}]}})
            while server.diagnostics(uri).get("version") != version:
                pass
            wall = (time.perf_counter() - began) * 1000
            times[kind].append((wall, server.processor() - before))

        lines = text.split("\n")
        wanted = next(index for index, line in enumerate(lines) if line.startswith("  who   bot_"))
        brace = next(index for index, line in enumerate(lines) if index > wanted and line == "}")
        for _ in range(keys // 2):
            key(1, 4, 0, "x", "comment")
            key(1, 4, 1, "", "comment")
            key(wanted, 8, 0, "x", "name")
            key(wanted, 8, 1, "", "name")
            key(brace, 0, 1, "", "syntax")
            key(brace, 0, 0, "}", "syntax")
        server.stop()
        for kind, values in times.items():
            wall = [it[0] for it in values]
            print(f"{rules} rules, {per_file:4} a file, key in a {kind:8} median {statistics.median(wall):7.1f} ms, worst {max(wall):7.1f} ms, "
                  f"on a processor {statistics.mean(it[1] for it in values):7.1f} ms")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--postern", default=".build/release/postern")
    parser.add_argument("--rules", type=int, default=5000)
    parser.add_argument("--keys", type=int, default=20)
    arguments = parser.parse_args()
    for per_file in (100, arguments.rules):
        measure(arguments.postern, arguments.rules, per_file, arguments.keys)


if __name__ == "__main__":
    main()
