//! The echo of lines as one writes it with tokio: a task a connection, on one thread.
//!
//!     tokio ADDRESS       a port of 127.0.0.1, or the path of a Unix socket

use std::io::{self, Write};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};

const RECEIVE: usize = 64 * 1024;

fn append_answer(mut chunk: &[u8], at_line_start: &mut bool, out: &mut Vec<u8>) {
    while !chunk.is_empty() {
        if *at_line_start {
            out.extend_from_slice(b"GOT:");
        }
        let newline = memchr::memchr(b'\n', chunk);
        let (line, rest) = chunk.split_at(newline.map_or(chunk.len(), |at| at + 1));
        out.extend_from_slice(line);
        *at_line_start = newline.is_some();
        chunk = rest;
    }
}

async fn serve<Stream: AsyncRead + AsyncWrite + Unpin>(mut stream: Stream) -> io::Result<()> {
    let mut received = vec![0; RECEIVE];
    let mut answer = Vec::new();
    let mut at_line_start = true;
    loop {
        let size = stream.read(&mut received).await?;
        if size == 0 {
            return Ok(());
        }
        answer.clear();
        append_answer(&received[..size], &mut at_line_start, &mut answer);
        stream.write_all(&answer).await?;
    }
}

fn say_ready() -> io::Result<()> {
    println!("READY");
    io::stdout().flush()
}

async fn listen(address: String) -> io::Result<()> {
    if address.contains('/') {
        let listener = UnixListener::bind(address)?;
        say_ready()?;
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(serve(stream));
        }
    }
    let listener = TcpListener::bind(format!("127.0.0.1:{address}")).await?;
    say_ready()?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream));
    }
}

fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).expect("an address");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(listen(address))
}
