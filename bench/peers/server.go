// The echo of lines as one writes it in Go: a goroutine a connection.
//
//	server ADDRESS       a port of 127.0.0.1, or the path of a Unix socket
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"strings"
)

const receive = 64 * 1024

func appendAnswer(out, chunk []byte, atLineStart *bool) []byte {
	for len(chunk) > 0 {
		if *atLineStart {
			out = append(out, "GOT:"...)
		}
		line := bytes.IndexByte(chunk, '\n') + 1
		*atLineStart = line > 0
		if line == 0 {
			line = len(chunk)
		}
		out = append(out, chunk[:line]...)
		chunk = chunk[line:]
	}
	return out
}

func serve(connection net.Conn) {
	defer connection.Close()
	received := make([]byte, receive)
	var answer []byte
	atLineStart := true
	for {
		size, err := connection.Read(received)
		if size > 0 {
			answer = appendAnswer(answer[:0], received[:size], &atLineStart)
			if _, err := connection.Write(answer); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func main() {
	network, address := "tcp", "127.0.0.1:"+os.Args[1]
	if strings.Contains(os.Args[1], "/") {
		network, address = "unix", os.Args[1]
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("READY")
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go serve(connection)
	}
}
