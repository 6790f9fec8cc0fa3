package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
	"golang.org/x/mod/sumdb/tlog"
)

// A database is x/mod's server over one of its histories, and what is wrong with it at present.
// It implements sumdb.ServerOps: lies that the log itself tells are here, others in faults.go.
type database struct {
	name, seed    string
	signer, other string // the database's key, and one of the same name that nobody knows
	server        http.Handler
	honest        *history
	empty         *history
	first         int64 // how many records it began with

	mu       sync.Mutex
	faults   faults
	on       string
	modules  string
	madeUp   int
	forks    map[int64]*history // by the record where they begin to differ
	older    map[int64]*history // by size
	requests []string
}

func newDatabase(name, seed, signer, other, modules string) *database {
	d := &database{
		name: name, seed: seed, signer: signer, other: other, modules: modules,
		faults: faults{}, forks: map[int64]*history{}, older: map[int64]*history{},
	}
	d.honest = newHistory(signer, d.gosum)
	d.empty = newHistory(signer, d.gosum)
	d.server = sumdb.NewServer(d)
	return d
}

// grow adds n made-up records; those at the start count as what it began with.
func (d *database) grow(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for ; n > 0; n-- {
		d.honest.add(madeUp(d.seed, d.madeUp))
		d.madeUp++
	}
	if d.first == 0 {
		d.first = int64(d.madeUp)
	}
}

// gosum makes the record of a version that no record is about yet. A lie's key begins with its name (see Lookup).
func (d *database) gosum(path, version string) ([]byte, error) {
	lie, path := cutLie(path)
	d.mu.Lock()
	modules := d.modules
	d.mu.Unlock()
	if modules == "" {
		return nil, absent(path, version)
	}
	zip, mod, err := hashes(modules, path, version)
	if err != nil {
		return nil, err
	}
	switch lie {
	case "wrong-zip":
		zip = h1("another zip of " + path)
	case "wrong-mod":
		mod = h1("another go.mod of " + path)
	case "no-zip-line":
		return fmt.Appendf(nil, "%s %s/go.mod %s\n", path, version, mod), nil
	case "no-mod-line":
		return fmt.Appendf(nil, "%s %s %s\n", path, version, zip), nil
	case "no-line", "extra-lines", "unsigned-lines":
		return format("elsewhere.example/"+path, version, zip, mod), nil
	}
	return format(path, version, zip, mod), nil
}

// lies are the faults that are a false record about one module, in the log and proved.
var lies = []string{"wrong-zip", "wrong-mod", "no-zip-line", "no-mod-line", "no-line", "extra-lines", "unsigned-lines"}

func cutLie(path string) (lie, module string) {
	if rest, ok := strings.CutPrefix(path, "\x00lie "); ok {
		lie, module, _ = strings.Cut(rest, " ")
		return lie, module
	}
	return "", path
}

// current is the history that is told at present.
func (d *database) current() *history {
	at, ok := d.fault("fork")
	if !ok {
		return d.honest
	}
	size := d.honest.size()
	from := number(at, size/2)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.forks[from] == nil {
		d.forks[from] = d.honest.begin(d.signer, size, d.gosum, func(id int64, text []byte) []byte {
			if id == from {
				return madeUp(d.seed+", another history", int(id))
			}
			return text
		})
	}
	return d.forks[from]
}

func number(text string, otherwise int64) int64 {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	return otherwise
}

// :: What x/mod's server asks for

func (d *database) Signed(ctx context.Context) ([]byte, error) {
	current := d.current()
	if _, ok := d.fault("empty-tree"); ok {
		return d.empty.Signed(ctx)
	}
	if at, ok := d.fault("rollback"); ok {
		size := current.size()
		before := d.first
		if before == size {
			before = size / 2
		}
		return d.signedBefore(ctx, current, number(at, before))
	}
	signed, err := current.Signed(ctx)
	if err == nil {
		signed, err = d.resign(signed)
	}
	return signed, err
}

// signedBefore is the head as it was when there were n records.
func (d *database) signedBefore(ctx context.Context, current *history, n int64) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.older[n] == nil {
		d.older[n] = current.begin(d.signer, n, d.gosum, func(_ int64, text []byte) []byte { return text })
	}
	return d.older[n].Signed(ctx)
}

func (d *database) ReadRecords(ctx context.Context, id, n int64) ([][]byte, error) {
	records, err := d.current().ReadRecords(ctx, id, n)
	if at, ok := d.fault("forged-record"); ok && err == nil {
		if i := number(at, 0) - id; i >= 0 && i < n {
			records[i] = forge(records[i])
		}
	}
	return records, err
}

func (d *database) Lookup(ctx context.Context, m module.Version) (int64, error) {
	for _, lie := range lies {
		if of, ok := d.fault(lie); ok && of == m.Path {
			m.Path = "\x00lie " + lie + " " + m.Path
			break
		}
	}
	return d.current().Lookup(ctx, m)
}

func (d *database) ReadTileData(ctx context.Context, t tlog.Tile) ([]byte, error) {
	current := d.current()
	// x/mod's test database panics beyond its tree.
	if size := current.size(); t.N<<t.H+int64(t.W) > size>>(t.H*t.L) {
		return nil, absent(t.Path(), fmt.Sprintf("size %d", size))
	}
	data, err := current.ReadTileData(ctx, t)
	if at, ok := d.fault("forged-record"); ok && err == nil && t.L == 0 {
		// Its own tile has the forged record's hash; those above don't.
		id := number(at, 0)
		if i := id - t.N<<t.H; i >= 0 && i < int64(t.W) {
			records, err := current.ReadRecords(ctx, id, 1)
			if err != nil {
				return nil, err
			}
			hash := tlog.RecordHash(forge(records[0]))
			copy(data[i*tlog.HashSize:], hash[:])
		}
	}
	return data, err
}

// forge is the record with another zip hash.
func forge(text []byte) []byte {
	lines := strings.SplitN(string(text), "\n", 2)
	words := strings.Fields(lines[0])
	if len(words) != 3 {
		return append([]byte("forged "), text...)
	}
	words[2] = h1("forged " + string(text))
	return []byte(strings.Join(words, " ") + "\n" + lines[1])
}
