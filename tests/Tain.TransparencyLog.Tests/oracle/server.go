package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb"
)

// x/mod's own server of a checksum database, asked without a network.
const (
	signerKey   = "PRIVATE+KEY+localhost.localdev/sumdb+00000c67+AXu6+oaVaOYuQOFrf1V59JK1owcFlJcHwwXHDfDGxSPk"
	verifierTxt = "localhost.localdev/sumdb+00000c67+AcTrnkbUA+TU4heY3hkjiSES/DSQniBqIeQ/YppAUtK6"
)

var database = sumdb.NewTestServer(signerKey, func(path, vers string) ([]byte, error) {
	return []byte(fmt.Sprintf("%s %s h1:zip of %s=\n%s %s/go.mod h1:mod of %s=\n", path, vers, path, path, vers, path)), nil
})

var handler = sumdb.NewServer(database)

// addRecords takes how many records there have to be: of the modules example.com/m0, example.com/m1 and so on.
func addRecords(in [][]byte) []byte {
	want := numbers(string(in[0]))[0]
	for n := int64(0); n < want; n++ {
		must(database.Lookup(nil, module.Version{Path: fmt.Sprintf("example.com/m%d", n), Version: "v1.0.0"}))
	}
	return nil
}

// fetch takes a path and answers with the status, a space and the body.
func fetch(in [][]byte) []byte {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", string(in[0]), nil))
	return append([]byte(fmt.Sprint(w.Code, " ")), w.Body.Bytes()...)
}

// served is a database of files: what the client of x/mod gets from Tain's library.
type served struct {
	mu     sync.Mutex
	files  map[string][]byte
	latest []byte
	cache  map[string][]byte
	alarms []string
}

func (s *served) ReadRemote(path string) ([]byte, error) {
	if data, ok := s.files[path]; ok {
		return data, nil
	}
	return nil, errors.New("404 " + path)
}

func (s *served) ReadConfig(file string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if file == "key" {
		return []byte(verifierTxt), nil
	}
	return s.latest, nil
}

func (s *served) WriteConfig(file string, old, new []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if string(s.latest) != string(old) {
		return sumdb.ErrWriteConflict
	}
	s.latest = new
	return nil
}

func (s *served) ReadCache(file string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if data, ok := s.cache[file]; ok {
		return data, nil
	}
	return nil, errors.New("not cached")
}

func (s *served) WriteCache(file string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cache[file] = data
}

func (s *served) Log(string) {}

func (s *served) SecurityError(msg string) { s.alarms = append(s.alarms, msg) }

// lookUp takes fields in its one field: pairs of path and body, then a line "module version" for each lookup. It answers
// with what x/mod's own client finds, line by line.
func lookUp(in [][]byte) []byte {
	s := &served{files: map[string][]byte{}, cache: map[string][]byte{}}
	rest := in[0]
	for len(rest) > 0 {
		var key, value []byte
		key, rest = cut(rest)
		value, rest = cut(rest)
		s.files[string(key)] = value
	}
	client := sumdb.NewClient(s)
	var out strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(string(s.files["lookups"])), "\n") {
		module, version, _ := strings.Cut(line, " ")
		lines, err := client.Lookup(module, version)
		if err != nil {
			fmt.Fprintf(&out, "error %v\n", err)
		} else {
			fmt.Fprintln(&out, strings.Join(lines, "|"))
		}
	}
	for _, alarm := range s.alarms {
		fmt.Fprintln(&out, "alarm", alarm)
	}
	return []byte(out.String())
}

func cut(data []byte) (field, rest []byte) {
	n := int(data[0]) | int(data[1])<<8 | int(data[2])<<16 | int(data[3])<<24
	return data[4 : 4+n], data[4+n:]
}
