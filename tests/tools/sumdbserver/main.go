// Sumdbserver is a real checksum database for tests: golang.org/x/mod/sumdb's own server over its own
// test database, on 127.0.0.1, with the faults that a lying or ailing one has (faults.go).
//
//	sumdbserver [-listen ADDRESS] [-name NAME] [-seed TEXT] [-records N] [-modules FOLDER|URL] [-until-eof]
//
// It prints "url URL", "key VERIFIERKEY" and "ready", then serves until it is killed:
//
//	/latest /lookup/… /tile/…          the database (sumdb.ServerPaths)
//	/sumdb/NAME/…                      the same, and /supported, as a proxy has it
//	/control?mode=FAULT[&mode=…][&on=PREFIX]   sets the faults, in place of all before; mode=honest for none;
//	                                   with on, those of transport befall paths that begin so only
//	/control?grow=N                    adds N made-up records
//	/control?add=TEXT                  adds this record
//	/control?modules=FOLDER|URL        where modules come from, from now on
//	/record?id=N                       the record's text
//	/requests                          what was asked since the last time, a path a line
package main

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"

	"golang.org/x/mod/sumdb/note"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("sumdbserver: ")
	listen := flag.String("listen", "127.0.0.1:0", "the address to serve at")
	name := flag.String("name", "sum.test", "the database's name")
	seed := flag.String("seed", "tain", "what the key and the made-up records come from")
	records := flag.Int("records", 0, "how many made-up records it begins with")
	modules := flag.String("modules", "", "a GOPROXY's folder or URL, of which modules are hashed when they are asked for")
	untilEOF := flag.Bool("until-eof", false, "end when the standard input does: with whoever started it")
	flag.Parse()
	if *untilEOF {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	if flag.NArg() > 0 {
		log.Fatalf("unexpected %q", flag.Arg(0))
	}

	signer, verifier := key(*name, *seed)
	other, _ := key(*name, *seed+", another")
	d := newDatabase(*name, *seed, signer, other, *modules)
	d.grow(*records)
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("url http://%s\nkey %s\nready\n", listener.Addr(), verifier)
	log.Fatal(http.Serve(listener, d))
}

// key makes the same pair of keys of the same words.
func key(name, seed string) (signer, verifier string) {
	random := sha256.Sum256([]byte("key " + seed))
	signer, verifier, err := note.GenerateKey(bytes.NewReader(random[:]), name)
	if err != nil {
		log.Fatal(err)
	}
	return signer, verifier
}
