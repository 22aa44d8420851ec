// The echo of lines as one writes it for Node.
//
//   node_server.js ADDRESS       a port of 127.0.0.1, or the path of a Unix socket

'use strict';

const net = require('node:net');

const PREFIX = Buffer.from('GOT:');
const NEWLINE = 10;

function serve(socket) {
  let atLineStart = true;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    const newline = chunk.indexOf(NEWLINE);
    const begins = atLineStart;
    atLineStart = chunk[chunk.length - 1] === NEWLINE;
    if (newline === -1 || newline === chunk.length - 1) {
      socket.write(begins ? Buffer.concat([PREFIX, chunk]) : chunk);
      return;
    }
    const inside = chunk.latin1Slice(0, chunk.length - 1).replaceAll('\n', '\nGOT:');
    const last = String.fromCharCode(chunk[chunk.length - 1]);
    socket.write((begins ? 'GOT:' : '') + inside + last, 'latin1');
  });
}

const address = process.argv[2];
const where = address.includes('/') ? { path: address } : { host: '127.0.0.1', port: Number(address) };
net.createServer(serve).listen({ ...where, backlog: 4096 }, () => console.log('READY'));
