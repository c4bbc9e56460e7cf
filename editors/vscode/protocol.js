// JSON-RPC over a child process's streams, as LSP frames it. Plain JavaScript without packages.
'use strict';

const { spawn } = require('child_process');

/** Cuts a stream of bytes into messages and calls `take` with each. */
class FrameReader {
  constructor(take) {
    this.take = take;
    this.buffer = Buffer.alloc(0);
  }

  append(bytes) {
    this.buffer = Buffer.concat([this.buffer, bytes]);
    for (;;) {
      const end = this.buffer.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /content-length:\s*(\d+)/i.exec(this.buffer.toString('ascii', 0, end));
      if (!length) throw new Error('the language server sent a message without a length');
      const start = end + 4;
      const size = Number(length[1]);
      if (this.buffer.length < start + size) return;
      const body = this.buffer.toString('utf8', start, start + size);
      this.buffer = this.buffer.subarray(start + size);
      this.take(JSON.parse(body));
    }
  }
}

/** One language server: a child process, requests that wait for answers, and handlers of what it says by itself. */
class Connection {
  constructor(command, args, options, events) {
    this.events = events;
    this.waiting = new Map();
    this.handlers = new Map();
    this.nextId = 1;
    this.isOpen = true;
    this.child = spawn(command, args, options);
    const reader = new FrameReader((message) => this.received(message));
    this.child.stdout.on('data', (bytes) => {
      try {
        reader.append(bytes);
      } catch (error) {
        this.closed(error);
        this.child.kill();
      }
    });
    this.child.stderr.on('data', (bytes) => events.log(bytes.toString('utf8')));
    this.child.stdin.on('error', (error) => this.closed(error));
    this.child.on('error', (error) => this.closed(error));
    this.child.on('exit', (code) => this.closed(new Error(`the language server ended with status ${code}`)));
  }

  closed(error) {
    if (!this.isOpen) return;
    this.isOpen = false;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
    this.events.closed(error);
  }

  on(method, handler) { this.handlers.set(method, handler); }

  send(message) {
    if (!this.isOpen) return;
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }), 'utf8');
    this.child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.child.stdin.write(body);
  }

  notify(method, params) { this.send({ method, params }); }

  /** Asks, and takes it back when `token` says so; answers null for what was taken back. */
  request(method, params, token) {
    if (!this.isOpen) return Promise.resolve(null);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const cancelling = token && token.onCancellationRequested(() => this.notify('$/cancelRequest', { id }));
      const done = (finish) => (value) => {
        if (cancelling) cancelling.dispose();
        finish(value);
      };
      this.waiting.set(id, { resolve: done(resolve), reject: done(reject) });
      this.send({ id, method, params });
    });
  }

  received(message) {
    if (message.method === undefined) {
      const waiting = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (!waiting) return;
      const error = message.error;
      if (!error) waiting.resolve(message.result);
      else if (error.code === -32800) waiting.resolve(null);
      else waiting.reject(new Error(error.message));
      return;
    }
    const handler = this.handlers.get(message.method);
    if (message.id === undefined) {
      if (handler) handler(message.params);
      return;
    }
    if (!handler) {
      this.send({ id: message.id, error: { code: -32601, message: `no ${message.method} here` } });
      return;
    }
    Promise.resolve(handler(message.params)).then(
      (result) => this.send({ id: message.id, result: result === undefined ? null : result }),
      (error) => this.send({ id: message.id, error: { code: -32603, message: String(error && error.message) } }));
  }
}

module.exports = { Connection, FrameReader };
