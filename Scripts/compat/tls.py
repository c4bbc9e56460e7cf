"""sslmode, certificates, channel binding, SNI and direct TLS: what one client makes of a PostgreSQL with the same certificate and of the
gate. Reads connection facts from the environment that tls.sh sets; prints one line a combination, and the differences at the end."""

import itertools
import os
import re

import psycopg

TOKEN = os.environ["TOKEN"]
CERTIFICATES = os.environ["CERTIFICATES"]
SERVERS = ["both", "tls-only"]
MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


def attempt(port, **settings):
    """What became of one connection: whether it is encrypted, or libpq's words without ports."""
    try:
        with psycopg.connect(
            host=settings.pop("host", "localhost"), hostaddr="127.0.0.1", port=port, user="tester", password=settings.pop("password", TOKEN),
            dbname="postgres", connect_timeout=10, sslcert="/nowhere", sslkey="/nowhere", **settings,
        ) as connection:
            connection.execute("select 1")
            return "encrypted" if connection.pgconn.ssl_in_use else "cleartext"
    except psycopg.OperationalError as error:
        text = re.sub(r"port \d+", "port N", str(error))
        text = re.sub(r'connection to server at "[^"]*"(, port N)?|\(127\.0\.0\.1\), port N|connection failed: ', "", text)
        return "refused: " + " / ".join(part.strip(" :") for part in text.splitlines() if part.strip())


def combinations():
    for server, mode in itertools.product(SERVERS, MODES):
        for root in ["right", "wrong", None]:
            yield server, {"sslmode": mode, "sslrootcert": f"{CERTIFICATES}/{root}.pem" if root else "/nowhere"}
    for mode, binding in itertools.product(MODES, ["disable", "prefer", "require"]):
        yield "both", {"sslmode": mode, "sslrootcert": f"{CERTIFICATES}/right.pem", "channel_binding": binding}
    for mode in MODES[2:]:
        yield "both", {"sslmode": mode, "sslrootcert": f"{CERTIFICATES}/right.pem", "host": "elsewhere.test"}
    for sni in [0, 1]:
        yield "both", {"sslmode": "verify-full", "sslrootcert": f"{CERTIFICATES}/right.pem", "sslsni": sni}
    for version in ["TLSv1.2", "TLSv1.3"]:
        yield "both", {"sslmode": "require", "ssl_min_protocol_version": version, "ssl_max_protocol_version": version}
    yield "both", {"sslmode": "require", "ssl_min_protocol_version": "TLSv1", "ssl_max_protocol_version": "TLSv1.1"}
    if psycopg.pq.version() >= 160000:
        for method in ["password", "scram-sha-256", "md5", "none", "!password", "password,scram-sha-256"]:
            yield "both", {"sslmode": "require", "require_auth": method}
    yield "both", {"sslmode": "require", "gssencmode": "disable"}
    yield "both", {"sslmode": "require", "password": "wrong"}
    if psycopg.pq.version() >= 180000:
        for protocol in ["3.0", "3.2", "latest"]:
            yield "both", {"sslmode": "require", "max_protocol_version": protocol}
        yield "both", {"sslmode": "require", "min_protocol_version": "3.2", "max_protocol_version": "3.2"}


def main():
    count, different = 0, []
    print(f"libpq {psycopg.pq.version()}")
    for server, settings in combinations():
        answers = [attempt(os.environ[f"{side}_{server.upper().replace('-', '_')}"], **dict(settings)) for side in ["DIRECT", "GATE"]]
        shown = " ".join(f"{name}={os.path.basename(str(value))}" for name, value in settings.items())
        count += 1
        if answers[0] != answers[1]:
            different.append(f"{server}: {shown}\n  direct: {answers[0]}\n  gate:   {answers[1]}")
        print(f"{server}: {shown}: {answers[1]}")
    # PostgreSQL 15 does not know TLS without a request before it, so that only the gate can be asked; libpq asks it to prove the protocol.
    if psycopg.pq.version() >= 170000:
        for server, mode in itertools.product(SERVERS, ["require", "verify-ca", "verify-full"]):
            found = attempt(
                os.environ[f"GATE_{server.upper().replace('-', '_')}"], sslmode=mode, sslnegotiation="direct",
                sslrootcert=f"{CERTIFICATES}/right.pem")
            print(f"{server}: sslmode={mode} sslnegotiation=direct: {found}")
            count += 1
            if found != "encrypted":
                different.append(f"{server}: direct TLS with sslmode={mode}: {found}")
    print(f"tls: {count} combinations, {len(different)} differ")
    print("\n".join(different))


main()
