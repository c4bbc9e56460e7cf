"""Holds COUNT idle TLS connections to a PostgreSQL server on a port of 127.0.0.1, each logged in with a cleartext password.

hold-connections.py PORT COUNT PASSWORD: says how many it holds, then sleeps until it is stopped.
"""
import socket
import ssl
import struct
import sys
import time

port, count, password = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE


def login():
    raw = socket.create_connection(("127.0.0.1", port))
    raw.settimeout(60)
    raw.sendall(struct.pack("!II", 8, 80877103))
    if raw.recv(1) != b"S":
        raise OSError("no TLS")
    connection = context.wrap_socket(raw)
    body = struct.pack("!I", 196608) + b"user\0bench\0database\0bench\0\0"
    connection.sendall(struct.pack("!I", len(body) + 4) + body)
    stream = b""
    while True:
        piece = connection.recv(8192)
        if not piece:
            raise OSError("the server closed the connection: %r" % stream[-200:])
        stream += piece
        while len(stream) >= 5 and len(stream) >= 1 + struct.unpack("!I", stream[1:5])[0]:
            size = 1 + struct.unpack("!I", stream[1:5])[0]
            kind, message, stream = stream[:1], stream[5:size], stream[size:]
            if kind == b"R" and message[:4] == b"\0\0\0\3":
                connection.sendall(b"p" + struct.pack("!I", len(password) + 5) + password + b"\0")
            elif kind == b"E":
                raise OSError(message)
            elif kind == b"Z":
                return connection


held = []
try:
    while len(held) < count:
        held.append(login())
except OSError as problem:
    print("stopped:", problem, file=sys.stderr)
print(len(held), flush=True)
time.sleep(3600)
