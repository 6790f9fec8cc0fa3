package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log"
	"math/rand/v2"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
)

// A history is one log: x/mod's test database, which makes a record of each version that is asked for
// first. Records that no version leads to are added under keys of their own.
type history struct {
	*sumdb.TestServer

	mu    sync.Mutex
	raw   map[string][]byte
	added int
}

func newHistory(signer string, gosum func(path, version string) ([]byte, error)) *history {
	h := &history{raw: map[string][]byte{}}
	h.TestServer = sumdb.NewTestServer(signer, func(path, version string) ([]byte, error) {
		h.mu.Lock()
		text, ok := h.raw[path+"@"+version]
		h.mu.Unlock()
		if ok {
			return text, nil
		}
		return gosum(path, version)
	})
	return h
}

// add appends a record, also where there is one of the same version. Look-ups find the first.
func (h *history) add(text []byte) int64 {
	path, version := subject(text)
	h.mu.Lock()
	if _, ok := h.raw[path+"@"+version]; ok || path == "" {
		path, version = fmt.Sprintf("\x00%d", h.added), "again"
	}
	h.added++
	h.raw[path+"@"+version] = text
	h.mu.Unlock()
	id, err := h.Lookup(context.Background(), module.Version{Path: path, Version: version})
	if err != nil {
		log.Fatal(err)
	}
	return id
}

// size is read from the signed head: the test database has no other way.
func (h *history) size() int64 {
	signed, err := h.Signed(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	var size int64
	if _, err := fmt.Sscan(strings.Split(string(signed), "\n")[1], &size); err != nil {
		log.Fatal(err)
	}
	return size
}

// begin is a history of the first n records, to which replace may give another text.
func (h *history) begin(signer string, n int64, gosum func(path, version string) ([]byte, error), replace func(id int64, text []byte) []byte) *history {
	records, err := h.ReadRecords(context.Background(), 0, n)
	if err != nil {
		log.Fatal(err)
	}
	other := newHistory(signer, gosum)
	for id, text := range records {
		other.add(replace(int64(id), text))
	}
	return other
}

// subject is the version that a record is about; empty where it is about none.
func subject(text []byte) (path, version string) {
	words := strings.Fields(strings.SplitN(string(text), "\n", 2)[0])
	if len(words) != 3 {
		return "", ""
	}
	return words[0], strings.TrimSuffix(words[1], "/go.mod")
}

// madeUp is a record about a module that is nowhere: the same for the same words.
func madeUp(seed string, n int) []byte {
	hash := sha256.Sum256(fmt.Appendf(nil, "%s %d", seed, n))
	random := rand.New(rand.NewChaCha8(hash))
	word := make([]byte, 1+random.IntN(24))
	for i := range word {
		word[i] = byte('a' + random.IntN(26))
	}
	// Not con or nul, which are no elements of a module path.
	path := fmt.Sprintf("filler.example/x%s/m%d", word, n)
	version := fmt.Sprintf("v%d.%d.%d", random.IntN(2), random.IntN(30), random.IntN(30))
	return format(path, version, h1(path+" zip "+seed), h1(path+" mod "+seed))
}

func format(path, version, zip, mod string) []byte {
	return fmt.Appendf(nil, "%s %s %s\n%s %s/go.mod %s\n", path, version, zip, path, version, mod)
}

// h1 has the form of a hash, and is the hash of nothing.
func h1(words string) string {
	hash := sha256.Sum256([]byte(words))
	return "h1:" + base64.StdEncoding.EncodeToString(hash[:])
}
