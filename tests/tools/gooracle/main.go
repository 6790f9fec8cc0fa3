// Gooracle is the go command's own code, asked directly. It is compiled inside the go command's
// source tree (go build -overlay), since nothing else may import what it needs:
//
//	gooracle ask N OF <QUERIES >ANSWERS   what cmd/go/internal/modfetch says without a proxy (ask.go)
//	gooracle vcweb ADDRESS                serves the go command's test repositories (cmd/go/internal/vcweb)
//	gooracle tables                       the tables of modfetch/coderepo_test.go, as JSON (tables.go)
//
// GOROOT must be set for the last two.
package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"cmd/go/internal/vcweb"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gooracle: ")
	switch {
	case len(os.Args) == 4 && os.Args[1] == "ask":
		n, _ := strconv.Atoi(os.Args[2])
		of, _ := strconv.Atoi(os.Args[3])
		ask(os.Stdin, os.Stdout, n, of)
	case len(os.Args) == 3 && os.Args[1] == "vcweb":
		serve(os.Args[2])
	case len(os.Args) == 2 && os.Args[1] == "tables":
		tables(os.Stdout)
	default:
		log.Fatal("usage: gooracle ask N OF | gooracle vcweb ADDRESS | gooracle tables")
	}
}

// source is a path in the go command's sources.
func source(name string) string { return filepath.Join(os.Getenv("GOROOT"), "src/cmd/go", name) }

func serve(address string) {
	work, err := os.MkdirTemp("", "gooracle-vcweb-")
	if err != nil {
		log.Fatal(err)
	}
	handler, err := vcweb.NewServer(source("testdata/vcstest"), work, log.Default())
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ready")
	log.Fatal(http.Serve(listener, handler))
}
